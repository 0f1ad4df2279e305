// Where a supervisor keeps what lives as long as it does: sockets, status.
#pragma once

#include <string>

#include "logq/result.h"

namespace logq::supervise {

// $LOGQ_RUN_DIR; else /run/logq-run as root; else logq-run below $XDG_RUNTIME_DIR, or
// /tmp/logq-run-UID. Need not exist.
[[nodiscard]] std::string runtime_directory();

// Makes `path`, which is in the runtime directory. Fails with EPERM where others than root could
// put something else in its place: /tmp/logq-run-1000 may be anybody's.
Result<void> make_runtime_subdirectory(const std::string& path);

}  // namespace logq::supervise
