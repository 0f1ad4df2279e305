// MissedCount: messages that somewhere they should also have gone had no room for, reported now and
// then. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <utility>

#include "collect/limits.h"

namespace logq::collect {

class MissedCount {
 public:
  void add(std::uint64_t count = 1) {
    unreported_ += count;
    total_ += count;
  }
  [[nodiscard]] std::uint64_t total() const { return total_; }
  [[nodiscard]] bool has_unreported() const { return unreported_ > 0; }

  // How many since the last report, at most once in 30 s.
  std::optional<std::uint64_t> take_report(std::uint64_t now_monotonic_usec) {
    if (unreported_ == 0) return std::nullopt;
    const bool too_soon = reported_at_usec_.has_value() &&
                          now_monotonic_usec < *reported_at_usec_ + kForwardReportIntervalUsec;
    if (too_soon) return std::nullopt;
    reported_at_usec_ = now_monotonic_usec;
    return std::exchange(unreported_, 0);
  }

 private:
  std::uint64_t total_ = 0;
  std::uint64_t unreported_ = 0;
  std::optional<std::uint64_t> reported_at_usec_;
};

}  // namespace logq::collect
