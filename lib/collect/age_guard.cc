#include "collect/age_guard.h"

#include <algorithm>

#include "collect/limits.h"

namespace logq::collect {

AgeGuard::AgeGuard(std::uint64_t newest_realtime_usec, std::uint64_t max_age_usec)
    : believed_usec_(newest_realtime_usec),
      leap_max_usec_(std::max(max_age_usec, kClockLeapUsec)) {}

AgeGuard::Verdict AgeGuard::judge(const base::TimePair& now) {
  const bool leapt = believed_usec_ != 0 && now.realtime_usec > believed_usec_ &&
                     now.realtime_usec - believed_usec_ > leap_max_usec_;
  if (leapt && !doubted_since_usec_.has_value()) {
    doubted_since_usec_ = now.monotonic_usec;
    return Verdict::kDoubtedFirst;
  }
  if (leapt && now.monotonic_usec < *doubted_since_usec_ + kClockDoubtUsec) {
    return Verdict::kDoubted;
  }
  doubted_since_usec_.reset();
  believed_usec_ = std::max(believed_usec_, now.realtime_usec);
  return Verdict::kBelieved;
}

}  // namespace logq::collect
