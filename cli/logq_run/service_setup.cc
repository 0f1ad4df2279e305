#include "logq_run/service_setup.h"

#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "common/run.h"
#include "common/varlink_client.h"
#include "logq_run/exec_in_place.h"
#include "logq_run/run_command.h"
#include "logq_run/service_control_setup.h"
#include "supervise/collector_stream.h"
#include "supervise/dynamic_user.h"
#include "supervise/envdir.h"
#include "supervise/program_search.h"
#include "supervise/runtime_directory.h"

namespace logq::cli {
namespace {

constexpr std::uint64_t kSynchronizeLimitUsec = 1'000'000;

using namespace std::chrono_literals;

// The environment and the umask are what the program would have without us.
std::vector<std::string> inherited_environment() {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable)
    environment.emplace_back(*variable);
  return environment;
}

mode_t current_umask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return mask;
}

// What a service of a unit file begins with: nothing of ours but where to log to.
std::vector<std::string> service_environment() {
  std::vector<std::string> environment{"PATH=" + std::string(supervise::kServiceSearchPath)};
  if (::getenv("LANG") == nullptr) environment.emplace_back("LANG=C.UTF-8");
  for (const char* name : {"LANG", "LOGQ_SOCKET", "LOGQ_STDOUT_SOCKET"}) {
    if (const char* value = ::getenv(name); value != nullptr)
      environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

// What the library sends goes where the lines go. Others have the names of sockets built in.
void point_to_namespace(const std::string& log_namespace, std::vector<std::string>& environment) {
  const auto candidates = supervise::find_stream_sockets(log_namespace);
  auto chosen = std::ranges::find_if(candidates, [](const client::SocketCandidate& candidate) {
    return ::access(candidate.path.c_str(), F_OK) == 0;
  });
  if (chosen == candidates.end()) chosen = candidates.begin();
  const std::string directory = chosen->path.substr(0, chosen->path.rfind('/') + 1);
  supervise::Environment variables(environment);
  variables.set("LOGQ_SOCKET=" + directory + "socket");
  variables.set("LOGQ_STDOUT_SOCKET=" + chosen->path);
  environment = variables.assignments();
}

// Lines say what their unit says; options of the command line win.
StreamSettings stream_settings(const Options& options, const supervise::ServiceUnit& unit) {
  StreamSettings settings = options.stream;
  settings.unit = unit.name;
  if (settings.identifier.empty()) settings.identifier = unit.log.identifier;
  if (!settings.level) settings.level = unit.log.level;
  settings.level_prefix = settings.level_prefix && unit.log.has_level_prefix;
  return settings;
}

supervise::RunnerOptions runner_options(const Options& options,
                                        const supervise::ServiceUnit& unit) {
  supervise::RunnerOptions of;
  of.output.has_error_stream = options.stream.stderr_level.has_value();
  of.output.header = [settings = stream_settings(options, unit), facility = unit.log.facility](
                         const std::string& program, bool is_error) {
    StreamSettings of_program = settings;
    if (of_program.identifier.empty()) of_program.identifier = identifier_of(program);
    const int level = is_error ? *settings.stderr_level : *settings.level;
    return make_header(of_program, facility * 8 + level);
  };
  // Only the first start is waited with for a collector: later there is a service to look after.
  of.output.connect = [wait = options.wait, candidates = supervise::find_stream_sockets(
                                                unit.log.log_namespace)]() mutable {
    return connect_within(std::exchange(wait, 0s), candidates);
  };
  // One that does not answer is not told of: the settings end then as they would have.
  of.synchronize = [](const std::string& directory) {
    std::ignore = call_varlink(directory + "io.systemd.journal", "io.systemd.Journal.Synchronize",
                               kSynchronizeLimitUsec);
  };
  of.runtime_directory = supervise::runtime_directory();
  of.directory_roots = supervise::directory_roots(supervise::HostFacts::of_this_process());
  of.environment = names_unit_files(options) ? service_environment() : inherited_environment();
  if (!unit.log.log_namespace.empty()) point_to_namespace(unit.log.log_namespace, of.environment);
  of.output.warn = [](const std::string& line) { print_error_line(line); };
  return of;
}

// A user of its own, where we may change users. False where there is none to be had.
bool acquire_user(ServiceSetup& setup) {
  supervise::ServiceUnit& unit = setup.loaded.unit;
  if (!unit.execution.has_dynamic_user) return true;
  if (::geteuid() != 0) {
    const std::string why = unit.name + ": DynamicUser= needs root; it runs as you";
    print_error_line(why);
    setup.log.misconfigured(why, unit.file, 0);
    return true;
  }
  const auto roots = supervise::directory_roots(supervise::HostFacts::of_this_process());
  auto lock = supervise::acquire_dynamic_user(
      unit.name, roots, supervise::runtime_directory() + "/dynamic-users", unit.execution);
  if (!lock) {
    const std::string why = unit.name + ": no user for it: " + lock.error().message();
    print_error_line(why);
    setup.log.misconfigured(why, unit.file, 0);
    return false;
  }
  setup.user_lock = *std::move(lock);
  return true;
}

// Adds the variables of -e. False where they cannot be read, which is told.
bool apply_environment_directory(const Options& options, ServiceSetup& setup) {
  if (options.environment_directory.empty()) return true;
  const auto directory = supervise::read_environment_directory(options.environment_directory);
  if (!directory.failure.empty()) {
    print_error_line(directory.failure);
    setup.log.misconfigured(
        setup.loaded.unit.name + ": No variables can be read from " + directory.failure,
        options.environment_directory, 0);
    return false;
  }
  supervise::Environment environment(setup.runner.environment);
  directory.apply_to(environment);
  setup.runner.environment = environment.assignments();
  return true;
}

// Keys of [Unit] that say something of a program, too; all others are of [Service].
bool is_of_unit_section(std::string_view setting) {
  static constexpr std::array<std::string_view, 4> kKeys{
      "Description", "Documentation", "StartLimitBurst", "StartLimitIntervalSec"};
  return std::ranges::find(kKeys, setting.substr(0, setting.find('='))) != kKeys.end();
}

// Those of --softlimit; the hard limit stays as the unit has it.
void apply_soft_limits(const Options& options, supervise::ExecutionSettings& execution) {
  for (const supervise::ResourceLimit& limit : options.soft_limits) {
    const auto of_unit =
        std::ranges::find(execution.limits, limit.resource, &supervise::ResourceLimit::resource);
    if (of_unit == execution.limits.end()) {
      execution.limits.push_back(limit);
    } else {
      of_unit->soft = std::min(limit.soft, of_unit->hard.value_or(RLIM_INFINITY));
    }
  }
}

}  // namespace

void tell_problems(const std::vector<supervise::UnitProblem>& problems,
                   supervise::LifecycleLog& log) {
  for (const supervise::UnitProblem& problem : problems) {
    print_error_line(problem.text());
    log.misconfigured(problem.text(), problem.file, problem.line);
  }
}

// The unit that a command line stands for: its settings as those of a file.
supervise::LoadedService unit_of_command_line(const Options& options) {
  std::array<char, 32> inherited{};
  std::snprintf(inherited.data(), inherited.size(), "[Service]\nUMask=%04o\n", current_umask());
  std::string text = "[Service]\nExecStart=/bin/true\n";
  std::string of_unit = "[Unit]\n";
  for (const std::string& setting : options.settings)
    (is_of_unit_section(setting) ? of_unit : text) += setting + "\n";
  text += of_unit;
  auto loaded = supervise::read_service(
      options.stream.unit, {{"what is inherited", inherited.data()}, {"command line", text}},
      supervise::HostFacts::of_this_process());
  supervise::ServiceUnit& unit = loaded.unit;
  unit.file.clear();  // it has none
  if (!options.description.empty()) unit.description = options.description;
  supervise::ExecCommand command;
  command.program = options.program.front();
  command.argv = options.program;
  command.has_variables = false;
  unit.commands.start = {command};
  return loaded;
}

supervise::LoadedService unit_of_file(const std::string& file) {
  auto loaded = supervise::load_service(file, supervise::HostFacts::of_this_process());
  if (loaded.unit.execution.working_directory.empty())
    loaded.unit.execution.working_directory = "/";
  return loaded;
}

std::unique_ptr<ServiceSetup> set_up_service(const Options& options,
                                             supervise::LoadedService loaded,
                                             Transport& transport,
                                             int& status) {
  auto setup = std::make_unique<ServiceSetup>(std::move(loaded), transport);
  status = kOwnFailure;
  tell_problems(setup->loaded.problems, setup->log);
  if (!setup->loaded.is_usable() || !acquire_user(*setup)) return nullptr;
  apply_soft_limits(options, setup->loaded.unit.execution);
  setup->runner = runner_options(options, setup->loaded.unit);
  status = kTemporaryFailure;
  if (!apply_environment_directory(options, *setup)) return nullptr;
  status = 0;
  return setup;
}

}  // namespace logq::cli
