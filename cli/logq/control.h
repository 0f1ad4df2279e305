// Commands to a running logqd, given as signals to the process named in its runtime directory
// (docs/protocols.md, "Control").
#pragma once

#include "common/exit_status.h"
#include "logq/options.h"

namespace logq::cli {

// Carries out --sync or --rotate and waits until logqd has done it, at most 30 s.
// REQUIRES: options.command is one of them.
Outcome<ExitStatus> control_collector(const Options& options);

}  // namespace logq::cli
