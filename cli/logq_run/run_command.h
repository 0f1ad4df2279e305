// logq-run: one program as a service.
#pragma once

#include "logq_run/options.h"

namespace logq::cli {

inline constexpr int kOwnFailure = 125;

// Supervises the program, or becomes it. Returns the exit status.
int run_command(const Options& options);

// Connects, writes the header and becomes the program: logq-run --exec, and logq-cat PROGRAM.
// `tool` begins the lines on standard error; `facility` is added to the priority.
int exec_command(const Options& options, const char* tool, int facility);

}  // namespace logq::cli
