#include "collect/rate_meter.h"

#include <algorithm>

namespace logq::collect {

RateMeter::RateMeter(std::uint64_t now_usec, const Totals& totals) {
  note(now_usec, totals);
}

void RateMeter::note(std::uint64_t now_usec, const Totals& totals) {
  samples_[count_ % samples_.size()] = {now_usec, totals};
  ++count_;
}

RateMeter::Rate RateMeter::over(std::uint64_t seconds,
                                std::uint64_t now_usec,
                                const Totals& totals) const {
  // From the youngest sample that is old enough, or the oldest there is.
  const std::size_t kept = std::min(count_, samples_.size());
  const Sample* from = &newest();
  for (std::size_t back = 1; back <= kept; ++back) {
    from = &samples_[(count_ - back) % samples_.size()];
    if (from->usec + seconds * kIntervalUsec <= now_usec) break;
  }
  // Nothing happened between a sample that is older than asked for and the next one.
  const std::uint64_t span = std::clamp<std::uint64_t>(now_usec - std::min(now_usec, from->usec), 1,
                                                       seconds * kIntervalUsec);
  const double scale = 1e6 / static_cast<double>(std::max<std::uint64_t>(span, kIntervalUsec));
  return {static_cast<double>(totals.entries - from->totals.entries) * scale,
          static_cast<double>(totals.bytes - from->totals.bytes) * scale};
}

}  // namespace logq::collect
