#include "journal/foresight.h"

#include <algorithm>

namespace logq::journal {
namespace {

// At full speed an extent is filled in some 20 ms, and making the next takes more than half of
// that.
constexpr std::uint64_t kFirstPart = 8;
constexpr std::uint64_t kSecondPart = 4;
// Where less than twice this part of the whole is left there is no further mark: a preparation
// would come too late anyway.
constexpr std::uint64_t kSmallestPart = 16;

}  // namespace

Foresight::Foresight(std::uint64_t begin, std::uint64_t end, Clock::time_point now)
    : end_(end),
      size_(end - begin),
      mark_(end > begin ? begin + (end - begin) / kFirstPart : kNever),
      last_used_(begin),
      last_time_(now) {}

std::optional<Foresight::Clock::duration> Foresight::look(std::uint64_t used,
                                                          Clock::time_point now) {
  if (used < mark_) return std::nullopt;
  const bool first = !started_;
  const std::uint64_t step = std::max<std::uint64_t>(used - last_used_, 1);
  const auto elapsed = now - last_time_;
  started_ = true;
  last_used_ = used;
  last_time_ = now;
  const std::uint64_t left = used < end_ ? end_ - used : 0;
  const std::uint64_t left_at_second = size_ - size_ / kSecondPart;
  const bool only_first = first && left > left_at_second;
  mark_ = end_ - (only_first ? left_at_second : left / 2);
  if (left < size_ / kSmallestPart * 2) mark_ = kNever;
  if (only_first) return std::nullopt;
  using Seconds = std::chrono::duration<double>;
  const double seconds = std::chrono::duration_cast<Seconds>(elapsed).count() *
                         static_cast<double>(left) / static_cast<double>(step);
  constexpr double kLongest = 1e8;  // years; no overflow below
  return std::chrono::duration_cast<Clock::duration>(Seconds(std::min(seconds, kLongest)));
}

}  // namespace logq::journal
