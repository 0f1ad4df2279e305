// logq-cat: a pipe's contents, or a program's output, into the journal.
#pragma once

#include "logq_run/options.h"

namespace logq::cli {

inline constexpr int kBadScript = 100;  // as daemontools: no use in trying again

// Returns the exit status: 0, the program's, 1 when bytes could go nowhere, or kTemporaryFailure.
int cat_command(const Options& options);

}  // namespace logq::cli
