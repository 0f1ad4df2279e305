// Whether the kernel has killed a process for want of memory. It tells nobody but its log, which is
// read when a process has ended by SIGKILL and not before; where that cannot be read, or has other
// numbers than ours for processes (containers), what the control group counts has to do.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>

#include "base/unique_fd.h"

namespace logq::supervise {

class MemoryKills {
 public:
  struct Places {
    std::string kernel_log;  // empty: it is of no use
    std::string group;       // a file with a line "oom_kill COUNT"; may be empty
    [[nodiscard]] static Places of_this_process();
  };

  static constexpr std::size_t kMostVictims = 256;

  // Only what comes from now on counts.
  explicit MemoryKills(const Places& places = Places::of_this_process());

  // Of one that has ended by SIGKILL. By the count of a group that is so of as many as it counts,
  // whichever are asked for.
  [[nodiscard]] bool has_killed(pid_t pid);

 private:
  void read_kernel_log();
  [[nodiscard]] std::uint64_t group_count() const;

  base::UniqueFd kernel_log_;  // behind what has been read
  // That were not asked for: strangers too, of which the oldest are forgotten.
  std::deque<pid_t> victims_;
  std::string group_;
  std::uint64_t group_told_ = 0;
};

}  // namespace logq::supervise
