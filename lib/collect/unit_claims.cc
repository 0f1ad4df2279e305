#include "collect/unit_claims.h"

#include <poll.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <utility>

#include "collect/process_facts.h"

namespace logq::collect {
namespace {

// A pidfd becomes readable when its process exits.
bool is_alive(const base::UniqueFd& pidfd) {
  if (!pidfd.is_open()) return false;
  pollfd waiting{pidfd.get(), POLLIN, 0};
  return ::poll(&waiting, 1, 0) == 0;
}

}  // namespace

UnitClaims::Ticket UnitClaims::add(pid_t pid, const std::string& unit, std::uint64_t identity) {
  const Ticket ticket = next_ticket_++;
  Claim claim{pid, unit, open_pidfd(pid), identity};
  const bool is_another =
      identity != 0 && claim.leader.is_open() && identity_of(claim.leader.get()) != identity;
  if (is_another) claim.leader.reset();
  claims_.emplace(ticket, std::move(claim));
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

// A message may outlive its sender, but where a living process has the PID now while the one that
// made the claim is dead, the PID was used again and the claim is not its.
bool UnitClaims::is_of(const Claim& claim, pid_t pid, const ProcessFacts& process) {
  if (claim.identity != 0 && process.identity != 0) return claim.identity == process.identity;
  return is_alive(claim.leader) || !is_alive(open_pidfd(pid));
}

std::string UnitClaims::unit_of(pid_t pid, const ProcessFacts& process) const {
  if (claims_.empty() || pid <= 0) return {};
  const auto [own, own_end] = by_pid_.equal_range(pid);
  for (auto it = own; it != own_end; ++it) {
    const Claim& claim = claims_.at(it->second);
    if (is_of(claim, pid, process)) return claim.unit;
  }
  if (process.has_ended) return {};
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
