// The processes that came from this one, as /proc tells: it is the reaper of orphans, so that none
// of them gets lost. A snapshot, not atomic. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <string>
#include <vector>

namespace logq::supervise {

struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;
  std::string command;  // at most 15 bytes, as the kernel has it
  bool is_zombie = false;
};

// All processes of this pid namespace; `proc` is where /proc is.
[[nodiscard]] std::vector<ProcessInfo> list_processes(const std::string& proc = "/proc");
// Those among them that descend from `root`, without itself, zombies left out.
[[nodiscard]] std::vector<ProcessInfo> descendants_of(pid_t root,
                                                      const std::vector<ProcessInfo>& all);
// Whether one process does, by a look at it and at those above it. False of one that has gone.
[[nodiscard]] bool is_descendant_of(pid_t root, pid_t pid, const std::string& proc = "/proc");

}  // namespace logq::supervise
