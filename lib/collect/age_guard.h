// AgeGuard: whether the wall clock is to be believed when files are deleted for their age.
//
// A clock that was set wrong makes every file too old at once, and what is deleted for that is gone
// when the clock is right again. So a clock that is further ahead of the newest stored entry than
// files are kept is doubted until it has run on from there for an hour. Pure; not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include "base/clock.h"

namespace logq::collect {

class AgeGuard {
 public:
  AgeGuard() = default;
  // `newest_realtime_usec`: of the newest stored entry, 0 where there is none.
  AgeGuard(std::uint64_t newest_realtime_usec, std::uint64_t max_age_usec);

  enum class Verdict {
    kBelieved,
    kDoubted,
    kDoubtedFirst,  ///< the same, for the first time since it was believed
  };
  // To be asked before each deletion; it learns from being asked.
  Verdict judge(const base::TimePair& now);

 private:
  std::uint64_t believed_usec_ = 0;  // the latest time that was believed
  std::uint64_t leap_max_usec_ = 0;
  std::optional<std::uint64_t> doubted_since_usec_;  // monotonic
};

}  // namespace logq::collect
