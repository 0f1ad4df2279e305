// IdleExit: ends a collector that has had nothing to do for a while, where whoever made its sockets
// starts another one for the next message (a journal namespace's, docs/systemd-units.md). Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

#include <systemd/sd-event.h>

#include "logq/result.h"

namespace logq::collect {

class IdleExit {
 public:
  // A number that changes with everything that is done; nothing while somebody is connected.
  using Work = std::function<std::optional<std::uint64_t>()>;

  // Looks once per `tick_usec`; `exit` is called when nothing has happened from one of kTicks looks
  // to the next.
  IdleExit(Work work, std::function<void()> exit, std::uint64_t tick_usec);
  IdleExit(const IdleExit&) = delete;
  IdleExit& operator=(const IdleExit&) = delete;
  ~IdleExit();

  // `event` must outlive this object.
  Result<void> start(sd_event* event);

  static constexpr int kTicks = 6;

 private:
  static int on_tick(sd_event_source* source, std::uint64_t usec, void* self);
  void look();
  void tick_later();

  Work work_;
  std::function<void()> exit_;
  std::uint64_t tick_usec_;
  std::optional<std::uint64_t> seen_;
  int quiet_ticks_ = 0;
  sd_event_source* timer_ = nullptr;
};

}  // namespace logq::collect
