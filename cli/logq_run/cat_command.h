// logq-cat: a pipe's contents, or a program's output, into the journal.
#pragma once

#include "logq_run/options.h"

namespace logq::cli {

// Returns the exit status: 0, the program's, or 1 when bytes could go nowhere.
int cat_command(const Options& options);

}  // namespace logq::cli
