// RateSampler: feeds a RateMeter from the event loop, once a second while something is stored, and
// not at all while nothing is. Not thread-safe.
#pragma once

#include <functional>

#include <systemd/sd-event.h>

#include "collect/rate_meter.h"
#include "logq/result.h"

namespace logq::collect {

class RateSampler {
 public:
  using Read = std::function<RateMeter::Totals()>;

  explicit RateSampler(Read read);
  RateSampler(const RateSampler&) = delete;
  RateSampler& operator=(const RateSampler&) = delete;
  ~RateSampler();

  // `event` must outlive this object. Without it rates are those since the beginning.
  Result<void> start(sd_event* event);
  // To be called after work that may have stored something; cheap.
  void note_work() {
    if (!ticking_ && timer_ != nullptr) tick_later();
  }

  [[nodiscard]] RateMeter::Totals totals() const { return read_(); }
  // Of the last `seconds`, 1 to 60.
  [[nodiscard]] RateMeter::Rate over(std::uint64_t seconds) const;

 private:
  static int on_tick(sd_event_source* source, std::uint64_t usec, void* self);
  void tick_later();

  Read read_;
  RateMeter meter_;
  sd_event_source* timer_ = nullptr;
  bool ticking_ = false;
};

}  // namespace logq::collect
