// logq-run: a program as a service.
#pragma once

#include <string>

#include "logq_run/options.h"
#include "supervise/service_runner.h"

namespace logq::cli {

inline constexpr int kOwnFailure = 125;
// daemontools' word for what may be better later: a directory or file that cannot be had now.
inline constexpr int kTemporaryFailure = 111;

// Why a program could not be run: "/bin/hello: No such file or directory".
[[nodiscard]] std::string describe_failure(const supervise::ServiceRunner::SpawnFailure& failure,
                                           const supervise::ServiceUnit& unit);

// Supervises the program, or becomes it. Returns the exit status.
int run_command(const Options& options);

}  // namespace logq::cli
