#include "collect/rate_sampler.h"

#include <utility>

#include "base/clock.h"
#include "base/try.h"
#include "collect/event_result.h"

namespace logq::collect {
RateSampler::RateSampler(Read read)
    : read_(std::move(read)),
      meter_(base::monotonic_usec(), read_()) {}

RateSampler::~RateSampler() {
  sd_event_source_disable_unref(timer_);
}

Result<void> RateSampler::start(sd_event* event) {
  constexpr std::uint64_t kAccuracyUsec = RateMeter::kIntervalUsec / 10;
  LOGQ_TRY(event_result(
      sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, 0, kAccuracyUsec, &on_tick, this),
      "sd_event_add_time"));
  return event_result(sd_event_source_set_enabled(timer_, SD_EVENT_OFF),
                      "sd_event_source_set_enabled");
}

void RateSampler::tick_later() {
  sd_event_source_set_time(timer_, base::monotonic_usec() + RateMeter::kIntervalUsec);
  sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT);
  ticking_ = true;
}

int RateSampler::on_tick(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
  auto* sampler = static_cast<RateSampler*>(self);
  const RateMeter::Totals totals = sampler->read_();
  sampler->ticking_ = false;
  if (totals == sampler->meter_.noted()) return 0;
  sampler->meter_.note(base::monotonic_usec(), totals);
  sampler->tick_later();
  return 0;
}

RateMeter::Rate RateSampler::over(std::uint64_t seconds) const {
  return meter_.over(seconds, base::monotonic_usec(), read_());
}

}  // namespace logq::collect
