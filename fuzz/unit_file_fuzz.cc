// A unit file of any bytes, and its words as an environment file and as command lines: what is
// wrong becomes warnings that lie within the file, the rest has the shape promised, and it means
// the same however often it is read.
#include <algorithm>
#include <string>
#include <string_view>

#include "require.h"
#include "supervise/service_unit.h"

namespace {

using logq::fuzz::require;
using namespace logq::supervise;

void check_commands(const Commands& commands) {
  const auto value_of = [](std::string_view name) {
    return name.size() % 2 == 0 ? std::optional<std::string>(name) : std::nullopt;
  };
  for (const ExecCommand& command : commands) {
    require(!command.program.empty() && !command.argv.empty() && !command.argv.front().empty());
    require(command.program.find('\0') == std::string::npos);
    const auto argv = substitute(command, value_of);
    require(command.has_variables || argv == command.argv);
  }
}

void check_execution(const ExecutionSettings& execution) {
  for (const std::string& assignment : execution.environment.assignments())
    require(is_variable_assignment(assignment));
  for (const ResourceLimit& limit : execution.limits) {
    require(limit.hard && limit.soft <= *limit.hard);
    require(std::ranges::count(execution.limits, limit.resource, &ResourceLimit::resource) == 1);
  }
  for (const ServiceDirectories& directories : execution.directories) {
    for (const std::string& name : directories.names) {
      require(!name.empty() && name.front() != '/' &&
              ("/" + name + "/").find("/../") == std::string::npos);
    }
  }
  require(!execution.nice || (*execution.nice >= -20 && *execution.nice <= 19));
}

void check(const LoadedService& service, std::size_t lines) {
  for (const UnitProblem& problem : service.problems) {
    require(problem.line <= lines + 1 && !problem.message.empty());
  }
  const ServiceUnit& unit = service.unit;
  const ServiceCommands& commands = unit.commands;
  require(!service.is_usable() || !commands.start.empty() || !commands.stop.empty());
  for (const auto& list :
       {commands.condition, commands.start_pre, commands.start, commands.start_post,
        commands.reload, commands.stop, commands.stop_post}) {
    check_commands(list);
  }
  check_execution(unit.execution);
  require(unit.log.level >= 0 && unit.log.level <= 7 && unit.log.facility <= 127);
  require(unit.restart.delay_usec <= unit.restart.max_delay_usec || !service.is_usable());
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  HostFacts host;
  host.home = "/root";
  host.runtime_directory = "/run";
  const auto lines = static_cast<std::size_t>(std::ranges::count(text, '\n')) + 1;
  const LoadedService once = read_service("a-b@c.service", {{"/a", text}}, host);
  check(once, lines);
  const LoadedService twice = read_service("a-b@c.service", {{"/a", text}}, host);
  require(once.problems.size() == twice.problems.size());
  require(once.unit.execution.environment.assignments() ==
          twice.unit.execution.environment.assignments());
  if (const auto file = parse_environment_file(text)) {
    for (const std::string& assignment : file->assignments)
      require(is_variable_assignment(assignment));
  }
  const Specifiers specifiers("a-b@c.service", "/a", host);
  check_commands(parse_exec_commands(text, specifiers).commands);
  return 0;
}
