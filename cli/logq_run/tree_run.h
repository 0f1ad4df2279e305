// A supervision tree: logq-run app.tree.
#pragma once

#include "logq_run/options.h"

namespace logq::cli {

// Whether what stands for the program is the file of a tree.
bool names_tree(const Options& options);

// Returns the exit status: 0 when it was stopped or has come to its end, 1 when a child could not
// be started or there were too many restarts, kOwnFailure for what kept it from being tried.
int run_tree(const Options& options);

}  // namespace logq::cli
