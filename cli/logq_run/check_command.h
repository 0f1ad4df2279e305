// logq-run --check: what is wrong with unit files, as systemd-analyze verify tells it.
#pragma once

#include "logq_run/options.h"

namespace logq::cli {

// Reads the unit files that stand for the program. Each warning and error is a line on standard
// error, "FILE:LINE: what". Returns 0 when all units can be started, 1 when one cannot, and
// kOwnFailure where there is no file.
int check_command(const Options& options);

}  // namespace logq::cli
