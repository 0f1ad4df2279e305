// Foresight: how soon a piece of room that is being used up will be full, so that the next one can
// be made in time where that matters, and is not made where nobody will need it for hours.
//
// It looks at a few marks only (an eighth, from where times are taken, a quarter, and then where
// half of the rest is used), and judges by the time since the mark before: what a quiet hour before
// a burst was like says nothing of the burst. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>

namespace logq::journal {

class Foresight {
 public:
  using Clock = std::chrono::steady_clock;

  // Never has anything to say.
  Foresight() = default;
  // Over the bytes from `begin` to `end`, the first of which are used now.
  Foresight(std::uint64_t begin, std::uint64_t end, Clock::time_point now);

  // look() says nothing before so much is used.
  [[nodiscard]] std::uint64_t mark() const { return mark_; }
  // How long until all is used, as the rate since the last mark says; nothing when no mark has been
  // passed, or only the first, from which times are taken. `used` never decreases.
  std::optional<Clock::duration> look(std::uint64_t used, Clock::time_point now);

 private:
  static constexpr std::uint64_t kNever = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t end_ = 0;
  std::uint64_t size_ = 0;
  std::uint64_t mark_ = kNever;
  std::uint64_t last_used_ = 0;
  Clock::time_point last_time_;
  bool started_ = false;
};

}  // namespace logq::journal
