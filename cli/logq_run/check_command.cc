#include "logq_run/check_command.h"

#include <string.h>

#include <cstdio>
#include <map>
#include <set>
#include <string>

#include "common/run.h"
#include "logq_run/run_command.h"
#include "supervise/program_search.h"
#include "supervise/relations.h"
#include "supervise/service_unit.h"
#include "supervise/socket_life.h"
#include "supervise/socket_unit.h"
#include "supervise/tree_unit.h"

namespace logq::cli {
namespace {

using supervise::Commands;
using supervise::ServiceCommands;

void complain(const std::string& line) {
  std::fprintf(stderr, "%s\n", without_controls(line).c_str());
}

bool has_all_programs(const supervise::ServiceUnit& unit) {
  if (!unit.execution.root_directory.empty()) return true;
  constexpr Commands ServiceCommands::*kLists[] = {
      &ServiceCommands::condition,  &ServiceCommands::start_pre, &ServiceCommands::start,
      &ServiceCommands::start_post, &ServiceCommands::reload,    &ServiceCommands::stop,
      &ServiceCommands::stop_post};
  bool has_all = true;
  for (const auto list : kLists) {
    for (const supervise::ExecCommand& command : unit.commands.*list) {
      const int error =
          supervise::find_program(command.program, supervise::kServiceSearchPath).sys_errno;
      if (error == 0 || command.ignores_failure) continue;
      complain(unit.name + ": Command " + command.program +
               " is not executable: " + ::strerror(error));
      has_all = false;
    }
  }
  return has_all;
}

// Of "web@.service" an instance is checked, as by systemd.
std::string unit_path(std::string path) {
  const std::size_t place = path.find("@.", path.rfind('/') + 1);
  if (place != std::string::npos) path.insert(place + 1, "i");
  return path;
}

template <typename UnitType>
bool tell_problems(const supervise::LoadedUnit<UnitType>& loaded) {
  for (const supervise::UnitProblem& problem : loaded.problems)
    complain(problem.text());
  return loaded.is_usable();
}

// `run`: names of units that would run with it.
bool check(const std::string& file, const supervise::HostFacts& host, std::set<std::string> run);

// With everything in it.
bool check_tree(const std::string& path, const supervise::HostFacts& host) {
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  const supervise::LoadedTree tree = supervise::load_tree(path, host);
  if (!tell_problems(tree)) return false;
  std::map<std::string, supervise::LoadedTree> inner;
  const auto load = [&](const std::string& name) {
    const auto found = inner.try_emplace(name).first;
    if (found->second.unit.name.empty())
      found->second = supervise::load_tree(directory + name, host);
    return &found->second.unit;
  };
  bool is_usable = true;
  for (const supervise::UnitProblem& problem : supervise::check_nesting(tree.unit, load)) {
    complain(problem.text());
    is_usable = false;
  }
  if (!is_usable) return false;
  const std::set<std::string> run(tree.unit.children.begin(), tree.unit.children.end());
  for (const std::string& name : tree.unit.children)
    is_usable = check(directory + name, host, run) && is_usable;
  return is_usable;
}

bool check(const std::string& file, const supervise::HostFacts& host, std::set<std::string> run) {
  const std::string path = unit_path(file);
  if (path.ends_with(".socket")) {
    const supervise::LoadedSocket socket = supervise::load_socket(path, host);
    const bool is_usable = tell_problems(socket);
    return has_all_programs(supervise::commands_of(socket.unit)) && is_usable;
  }
  if (path.ends_with(".tree")) return check_tree(path, host);
  supervise::LoadedService service = supervise::load_service(path, host);
  const std::string directory = path.substr(0, path.rfind('/') + 1);
  for (const auto& socket : supervise::sockets_of(service.unit, directory, host))
    run.insert(socket.unit.name);
  supervise::forget_met_relations(service, run);
  supervise::keep_startable(service, [&](const std::string& name) {
    return supervise::is_service_file(directory + name) &&
           supervise::load_service(directory + name, host).is_usable();
  });
  const bool is_usable = tell_problems(service);
  return has_all_programs(service.unit) && is_usable;
}

}  // namespace

int check_command(const Options& options) {
  if (options.program.empty()) {
    complain("logq-run: no unit file given (try logq-run --help)");
    return kOwnFailure;
  }
  const auto host = supervise::HostFacts::of_this_process();
  std::set<std::string> sockets;
  for (const std::string& file : options.program)
    if (file.ends_with(".socket")) sockets.insert(file.substr(file.rfind('/') + 1));
  bool usable = true;
  for (const std::string& file : options.program)
    usable = check(file, host, sockets) && usable;
  return usable ? 0 : 1;
}

}  // namespace logq::cli
