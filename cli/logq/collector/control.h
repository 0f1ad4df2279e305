// Commands to a running collector, ours or a stock journald (docs/control.md): it is
// called by Varlink. A logqd that does not answer there gets a signal and leaves the time of its
// deed in a file.
#pragma once

#include <string>
#include <string_view>

#include "common/exit_status.h"
#include "logq/options/options.h"

namespace logq::cli {

enum class Deed : std::uint8_t { kSync, kRotate, kFlush, kRelinquish };

// Has it done and waits for it, at most two minutes. The collector is the one of --runtime-dir=,
// else the system's for root and the user's own for others, of the namespace asked for; of another
// machine none can be had.
Outcome<void> control_collector(const Options& options, Deed deed);

// Asks the same collector for a method without parameters of our own interface, and returns the
// JSON object that it answers.
Outcome<std::string> ask_collector(const Options& options, std::string_view method);

// --relinquish-var, or with `smart` only when /var/log/journal is on another file system than /:
// then nothing keeps it busy.
Outcome<void> relinquish_var(const Options& options, bool smart);

}  // namespace logq::cli
