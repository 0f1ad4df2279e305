// Processes and their parents as /proc tells. A snapshot, not atomic. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <vector>

namespace logq::supervise {

struct ProcessInfo {
  pid_t pid = 0;
  pid_t parent = 0;
  pid_t session = 0;
  std::string command;  // at most 15 bytes, as the kernel has it
  bool is_zombie = false;
};

// All processes of this pid namespace; `proc` is where /proc is.
[[nodiscard]] std::vector<ProcessInfo> list_processes(const std::string& proc = "/proc");
// One process; nothing where it has gone.
[[nodiscard]] std::optional<ProcessInfo> read_process(pid_t pid, const std::string& proc = "/proc");

}  // namespace logq::supervise
