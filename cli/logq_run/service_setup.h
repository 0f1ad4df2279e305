// What a service needs to be run as the command line and its unit file ask for it.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/unique_fd.h"
#include "logq/transport.h"
#include "logq_run/options.h"
#include "supervise/lifecycle_log.h"
#include "supervise/service_runner.h"
#include "supervise/service_unit.h"

namespace logq::cli {

// The unit that a command line stands for: its settings as those of a file.
supervise::LoadedService unit_of_command_line(const Options& options);
supervise::LoadedService unit_of_file(const std::string& file);

// Says what is wrong with a unit, here and in the log.
void tell_problems(const std::vector<supervise::UnitProblem>& problems,
                   supervise::LifecycleLog& log);

// Stays where it is: the runner borrows the unit and the log.
struct ServiceSetup {
  ServiceSetup(supervise::LoadedService of, Transport& transport)
      : loaded(std::move(of)),
        log(transport, {loaded.unit.name, loaded.unit.description, Id128{}}) {
    log.limit_level(loaded.unit.log.max_level);
  }

  supervise::LoadedService loaded;
  base::UniqueFd user_lock;  // of DynamicUser=
  supervise::LifecycleLog log;
  supervise::RunnerOptions runner;
};

// Says what is wrong with the unit, here and in the log. Null where it must not be started: then
// `status` is what to exit with.
std::unique_ptr<ServiceSetup> set_up_service(const Options& options,
                                             supervise::LoadedService loaded,
                                             Transport& transport,
                                             int& status);

}  // namespace logq::cli
