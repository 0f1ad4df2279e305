// Commands to a running collector (docs/protocols.md, "Control"): a logqd gets a signal and leaves
// the time of its deed in a file, a stock journald is called by Varlink.
#pragma once

#include <string>

#include "common/exit_status.h"
#include "logq/options.h"

namespace logq::cli {

enum class Deed : std::uint8_t { kSync, kRotate, kFlush };

// Has it done and waits for it, at most two minutes. The collector is the one of --runtime-dir=,
// else the system's for root and the user's own for others, of the namespace asked for.
Outcome<void> control_collector(const Options& options, Deed deed);

}  // namespace logq::cli
