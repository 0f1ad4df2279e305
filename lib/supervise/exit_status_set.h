// Ways for a process to end, as SuccessExitStatus=, RestartPreventExitStatus= and
// RestartForceExitStatus= list them.
#pragma once

#include <bitset>
#include <string_view>

#include "supervise/process_exit.h"

namespace logq::supervise {

struct ExitStatusSet {
  static constexpr int kSignalMax = 64;

  std::bitset<256> statuses;
  std::bitset<kSignalMax + 1> signals;

  // Whether `exit` is in the list; a core dump counts as the signal that caused it.
  [[nodiscard]] bool contains(const ProcessExit& exit) const;

  // Adds one item: "75", "TEMPFAIL" or "SIGKILL". False for what is none of these.
  [[nodiscard]] bool add(std::string_view item);
};

// The number of "KILL", "SIGKILL" or "9"; also of real-time signals, "RTMIN+1". 0 where there is no
// such signal.
[[nodiscard]] int parse_signal(std::string_view text);

}  // namespace logq::supervise
