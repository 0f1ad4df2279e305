// What the kernel tells about a process through a pidfd: which one it is, even when it has exited
// and its number is another's (pidfd_open(2); docs/attribution.md, "Which process").
//
// Needs pidfs (Linux 6.9), PIDFD_GET_INFO (6.13) and, for messages, SO_PASSPIDFD (6.5). Of a
// process that was waited for its control group is told since 6.15.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/unique_fd.h"

namespace logq::collect {

struct ProcessFacts {
  std::uint64_t identity = 0;   // no other process since the boot has it; 0 when unknown
  std::uint64_t cgroup_id = 0;  // in the unified hierarchy; 0 when unknown
  bool has_ended = false;       // and was waited for: its number may be another's

  friend bool operator==(const ProcessFacts&, const ProcessFacts&) = default;
};

// Whether this kernel tells all that is needed to know processes apart. Without it nothing below
// has an answer.
[[nodiscard]] bool kernel_tells_processes();

// Closed when there is none, or no descriptor left.
[[nodiscard]] base::UniqueFd open_pidfd(pid_t pid);

// `identity` alone, for half the price; 0 when there is none.
[[nodiscard]] std::uint64_t identity_of(int pidfd);
[[nodiscard]] ProcessFacts facts_of(int pidfd);
// Of who has this number now, also a zombie; nothing when nobody has.
[[nodiscard]] std::optional<ProcessFacts> facts_of_pid(pid_t pid);

// Who connected `socket`. Closed where the kernel does not tell.
[[nodiscard]] base::UniqueFd peer_process(int socket);

// Whether messages received on `socket` from now on come with their sender's pidfd.
void pass_processes(int socket, bool on);

// When a process began, in clock ticks after the boot; 0 when it is gone.
[[nodiscard]] std::uint64_t start_ticks_of(pid_t pid);

// Whether who has this number now began only after a message was sent, by the wall clock, so that
// the message is another's. For messages without a pidfd; as exact as 20 ms, in which no number
// comes round again. False also when nobody has it.
[[nodiscard]] bool began_after(pid_t pid, std::uint64_t sent_realtime_usec);

}  // namespace logq::collect
