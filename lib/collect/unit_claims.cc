#include "collect/unit_claims.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

namespace logq::collect {
namespace {

base::UniqueFd open_pidfd(pid_t pid) {
  return base::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
}

// A pidfd becomes readable when its process exits.
bool is_alive(const base::UniqueFd& pidfd) {
  if (!pidfd.is_open()) return false;
  pollfd waiting{pidfd.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 0;
}

}  // namespace

UnitClaims::Ticket UnitClaims::add(pid_t pid, const std::string& unit) {
  const Ticket ticket = next_ticket_++;
  claims_.emplace(ticket, Claim{pid, unit, open_pidfd(pid)});
  by_pid_.emplace(pid, ticket);
  ++generation_;
  return ticket;
}

void UnitClaims::remove(Ticket ticket) {
  const auto found = claims_.find(ticket);
  if (found == claims_.end()) return;
  const auto [begin, end] = by_pid_.equal_range(found->second.pid);
  for (auto it = begin; it != end; ++it) {
    if (it->second != ticket) continue;
    by_pid_.erase(it);
    break;
  }
  claims_.erase(found);
  ++generation_;
}

std::string UnitClaims::unit_of(pid_t pid) const {
  if (claims_.empty() || pid <= 0) return {};
  if (const auto own = by_pid_.find(pid); own != by_pid_.end()) {
    // A message may outlive its sender, but where a living process has the PID now while the one
    // that made the claim is dead, the PID was used again and the claim is not its.
    const Claim& claim = claims_.at(own->second);
    if (is_alive(claim.leader) || !is_alive(open_pidfd(pid))) return claim.unit;
    return {};
  }
  const pid_t leader = ::getsid(pid);
  if (leader <= 0) return {};
  const auto [begin, end] = by_pid_.equal_range(leader);
  for (auto it = begin; it != end; ++it) {
    const Claim& claim = claims_.at(it->second);
    if (is_alive(claim.leader)) return claim.unit;
  }
  return {};
}

}  // namespace logq::collect
