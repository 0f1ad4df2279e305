// Lines for the operator: on standard error, or in the kernel's log where standard error leads
// nowhere, as in the unit of systemd-journald. What logqd writes there it does not read back.
#pragma once

#include <string>

namespace logq::cli {

// Tells one line, without control characters. On any thread.
void tell_operator(const std::string& line);

}  // namespace logq::cli
