// The environment of a service's processes: what the service manager says, the unit, its files.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "logq/id128.h"
#include "logq/result.h"
#include "supervise/environment.h"
#include "supervise/service.h"
#include "supervise/service_directories.h"
#include "supervise/service_unit.h"

namespace logq::supervise {

// What is known of the run.
struct RunFacts {
  Id128 invocation;
  std::string notify_path;                    // empty: there is no notify socket
  std::vector<std::string> descriptor_names;  // of those that are passed, in their order
  std::vector<std::string> of_connection;     // REMOTE_ADDR= and REMOTE_PORT=
  std::vector<std::string> monitor;           // "MONITOR_UNIT=hello.service" and its like
};

// How a run has ended, for a service that is started for it.
[[nodiscard]] std::vector<std::string> monitor_variables(const std::string& unit,
                                                         const Id128& invocation,
                                                         const Service& service);

// All but what only the process itself knows. Begins with `inherited`. Fails where a file of
// EnvironmentFile= cannot be read; a line of it that is none is a warning.
[[nodiscard]] Result<Environment> service_environment(
    const ServiceUnit& unit,
    const Service& service,
    CommandKind kind,
    const RunFacts& facts,
    const std::vector<std::string>& inherited,
    const DirectoryRoots& roots,
    const std::function<void(const std::string&)>& warn);

}  // namespace logq::supervise
