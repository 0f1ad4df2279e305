#include "collect/clock_smoother.h"

#include <algorithm>

namespace logq::collect {

bool ClockSmoother::may_step_back(std::uint64_t monotonic_usec) {
  const std::uint64_t intervals = (monotonic_usec - refilled_at_usec_) / kClockStepIntervalUsec;
  refilled_at_usec_ += intervals * kClockStepIntervalUsec;
  steps_left_ = std::min(kClockStepsMax, steps_left_ + std::min(intervals, kClockStepsMax));
  if (steps_left_ == 0) return false;
  --steps_left_;
  return true;
}

base::TimePair ClockSmoother::smooth(const base::TimePair& now) {
  last_.monotonic_usec = std::max(last_.monotonic_usec, now.monotonic_usec);
  const bool goes_back = now.realtime_usec < last_.realtime_usec;
  const bool is_small = goes_back && last_.realtime_usec - now.realtime_usec <= kClampUsec;
  if (!goes_back || (!is_small && may_step_back(last_.monotonic_usec))) {
    last_.realtime_usec = now.realtime_usec;
  }
  return last_;
}

}  // namespace logq::collect
