#include "collect/rate_limit.h"

#include <algorithm>
#include <bit>
#include <limits>

#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();

std::size_t pool_of(int level) {
  constexpr std::array<std::size_t, 8> kPoolOfLevel = {0, 0, 0, 1, 2, 3, 3, 4};
  return kPoolOfLevel[static_cast<std::size_t>(level & 7)];
}

}  // namespace

std::uint64_t scaled_burst(std::uint64_t burst, std::uint64_t available_bytes) {
  constexpr std::uint64_t kUnscaledBits = 20;
  if (available_bytes == 0) return burst;
  const auto bits = static_cast<std::uint64_t>(63 - std::countl_zero(available_bytes));
  return bits <= kUnscaledBits ? burst : burst * (bits - 16) / 4;
}

std::uint64_t RateLimiter::end_of(const Group& group, const Pool& pool) {
  return group.interval_usec > kNever - pool.begin_usec ? kNever
                                                        : pool.begin_usec + group.interval_usec;
}

bool RateLimiter::is_over(const Group& group, std::uint64_t now_usec) {
  return std::ranges::all_of(group.pools, [&](const Pool& pool) {
    return pool.suppressed == 0 && (!pool.begun || end_of(group, pool) < now_usec);
  });
}

RateLimiter::Group& RateLimiter::group_of(std::string_view unit, std::uint64_t now_usec) {
  const std::string name(unit);
  if (const auto found = groups_.find(name); found != groups_.end()) return found->second;
  while (!by_age_.empty()) {
    const Group& oldest = groups_.find(by_age_.front())->second;
    if (groups_.size() < kRateLimitGroupsMax && !is_over(oldest, now_usec)) break;
    forget_oldest();
  }
  by_age_.push_back(name);
  return groups_[name];
}

void RateLimiter::forget_oldest() {
  const auto oldest = groups_.find(by_age_.front());
  for (const Pool& pool : oldest->second.pools) {
    if (pool.suppressed == 0) continue;
    forgotten_.push_back({oldest->first, pool.pid, pool.suppressed});
    --pools_suppressing_;
  }
  groups_.erase(oldest);
  by_age_.pop_front();
}

void RateLimiter::refuse(const Group& group, Pool& pool, const Request& request) {
  const std::uint64_t end = end_of(group, pool);
  next_end_usec_ = pools_suppressing_ == 0 ? end : std::min(next_end_usec_, end);
  if (pool.suppressed == 0) ++pools_suppressing_;
  ++pool.suppressed;
  ++total_;
  pool.pid = request.pid;
}

RateLimiter::Decision RateLimiter::admit(const Request& request) {
  const RateLimitSettings& settings = request.settings;
  if (settings.interval_usec == 0 || settings.burst == 0) return {};
  Group& group = group_of(request.unit, request.now_usec);
  if (group.interval_usec != settings.interval_usec) next_end_usec_ = 0;  // look at all again
  group.interval_usec = settings.interval_usec;
  Pool& pool = group.pools[pool_of(request.level)];
  if (!pool.begun || end_of(group, pool) < request.now_usec) {
    const std::uint64_t suppressed = pool.suppressed;
    if (suppressed > 0) --pools_suppressing_;
    pool = {true, request.now_usec, 1, 0, 0};
    return {true, suppressed};
  }
  if (pool.admitted < scaled_burst(settings.burst, request.available_bytes)) {
    ++pool.admitted;
    return {};
  }
  refuse(group, pool, request);
  return {false, 0};
}

std::optional<RateLimiter::Suppressed> RateLimiter::take_ended(std::uint64_t now_usec) {
  if (!forgotten_.empty()) {
    Suppressed taken = std::move(forgotten_.back());
    forgotten_.pop_back();
    return taken;
  }
  const bool all = now_usec == kNever;
  if (pools_suppressing_ == 0 || (!all && now_usec <= next_end_usec_)) return std::nullopt;
  std::uint64_t earliest = kNever;
  for (auto& [unit, group] : groups_) {
    for (Pool& pool : group.pools) {
      if (pool.suppressed == 0) continue;
      const std::uint64_t end = end_of(group, pool);
      earliest = std::min(earliest, end);
      if (!all && end >= now_usec) continue;
      const Suppressed taken{unit, pool.pid, pool.suppressed};
      pool.suppressed = 0;
      --pools_suppressing_;
      return taken;
    }
  }
  next_end_usec_ = earliest;
  return std::nullopt;
}

std::optional<std::uint64_t> RateLimiter::next_end_usec() const {
  if (pools_suppressing_ == 0 || next_end_usec_ == kNever) return std::nullopt;
  return next_end_usec_;
}

}  // namespace logq::collect
