// logq-run: a program as a service.
#pragma once

#include "logq_run/options.h"

namespace logq::cli {

inline constexpr int kOwnFailure = 125;

// Supervises the program, or becomes it. Returns the exit status.
int run_command(const Options& options);

}  // namespace logq::cli
