#include "collect/idle_exit.h"

#include <utility>

#include "base/clock.h"
#include "base/try.h"
#include "collect/event_result.h"

namespace logq::collect {

IdleExit::IdleExit(Work work, std::function<void()> exit, std::uint64_t tick_usec)
    : work_(std::move(work)),
      exit_(std::move(exit)),
      tick_usec_(tick_usec) {}

IdleExit::~IdleExit() {
  sd_event_source_disable_unref(timer_);
}

Result<void> IdleExit::start(sd_event* event) {
  LOGQ_TRY(event_result(
      sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, 0, tick_usec_ / 10, &on_tick, this),
      "sd_event_add_time"));
  tick_later();
  return {};
}

void IdleExit::tick_later() {
  sd_event_source_set_time(timer_, base::Clock::system().now().monotonic_usec + tick_usec_);
  sd_event_source_set_enabled(timer_, SD_EVENT_ONESHOT);
}

int IdleExit::on_tick(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
  static_cast<IdleExit*>(self)->look();
  return 0;
}

void IdleExit::look() {
  const std::optional<std::uint64_t> work = work_();
  const bool quiet = work.has_value() && work == seen_;
  seen_ = work;
  quiet_ticks_ = quiet ? quiet_ticks_ + 1 : 0;
  if (quiet_ticks_ >= kTicks) return exit_();
  tick_later();
}

}  // namespace logq::collect
