// Where a supervisor keeps what lives as long as it does: sockets, status.
#pragma once

#include <string>

namespace logq::supervise {

// $LOGQ_RUN_DIR; else /run/logq-run as root; else logq-run below $XDG_RUNTIME_DIR, or
// /tmp/logq-run-UID. Need not exist.
[[nodiscard]] std::string runtime_directory();

}  // namespace logq::supervise
