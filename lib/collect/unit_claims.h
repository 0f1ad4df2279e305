// UnitClaims: which unit a process belongs to where no systemd says so.
//
// A stream whose opener may name a unit (root, or the collector's own user) pins a claim: the
// opener and every process of the session it leads belong to that unit, as long as the stream is
// open. The session counts only while a pidfd shows the leader alive, so that a recycled PID
// inherits nothing. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "base/unique_fd.h"
#include "collect/process_facts.h"

namespace logq::collect {

class UnitClaims {
 public:
  using Ticket = std::uint64_t;

  // Adds a claim of the process with this identity (collect/process_facts.h), or of who has the
  // number now; it holds until remove() of the ticket.
  Ticket add(pid_t pid, const std::string& unit, std::uint64_t identity = 0);
  void remove(Ticket ticket);

  // The unit claimed for `pid`, or an empty string. Of a process that has ended no session is known
  // any more.
  [[nodiscard]] std::string unit_of(pid_t pid, const ProcessFacts& process = {}) const;

  // Changes whenever a claim is added or removed; what was derived before may be out of date.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

 private:
  struct Claim {
    pid_t pid = 0;
    std::string unit;
    base::UniqueFd leader;       // a pidfd; closed where the process was gone already
    std::uint64_t identity = 0;  // 0 where processes are not told apart
  };
  [[nodiscard]] static bool is_of(const Claim& claim, pid_t pid, const ProcessFacts& process);

  std::map<Ticket, Claim> claims_;
  std::unordered_multimap<pid_t, Ticket> by_pid_;
  Ticket next_ticket_ = 1;
  std::uint64_t generation_ = 0;
};

}  // namespace logq::collect
