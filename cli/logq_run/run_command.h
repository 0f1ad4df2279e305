// logq-run: a program as a service.
#pragma once

#include "logq_run/options.h"

namespace logq::cli {

inline constexpr int kOwnFailure = 125;
// daemontools' word for what may be better later: a directory or file that cannot be had now.
inline constexpr int kTemporaryFailure = 111;

// Supervises the program, or becomes it. Returns the exit status.
int run_command(const Options& options);

}  // namespace logq::cli
