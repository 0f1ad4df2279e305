// ClockSmoother: the time that entries get, from a wall clock that may be set back.
//
// Times within a journal file only grow, so each step back costs a new file, and with enough of
// them MaxFiles= costs old ones. So a small step is smoothed over: time stands still until the
// clock has caught up. A large one is passed on, a few of them at once and then one in ten minutes:
// a clock that flaps has the time stand still meanwhile. Pure; not thread-safe.
#pragma once

#include <cstdint>

#include "base/clock.h"
#include "collect/limits.h"

namespace logq::collect {

class ClockSmoother {
 public:
  base::TimePair smooth(const base::TimePair& now);

 private:
  bool may_step_back(std::uint64_t monotonic_usec);

  base::TimePair last_;
  std::uint64_t steps_left_ = kClockStepsMax;
  std::uint64_t refilled_at_usec_ = 0;
};

}  // namespace logq::collect
