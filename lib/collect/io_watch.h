// IoWatch: calls a function whenever a descriptor can be read, as long as it lives. Not
// thread-safe.
#pragma once

#include <cstdint>
#include <functional>

#include <systemd/sd-event.h>

#include "logq/result.h"

namespace logq::collect {

class IoWatch {
 public:
  IoWatch() = default;
  IoWatch(const IoWatch&) = delete;
  IoWatch& operator=(const IoWatch&) = delete;
  ~IoWatch() { stop(); }

  // `event` must outlive this object, and `fd` stay open until stop().
  Result<void> start(sd_event* event,
                     int fd,
                     std::int64_t priority,
                     std::function<void()> on_readable);
  void stop();

 private:
  static int on_event(sd_event_source* source, int fd, std::uint32_t events, void* self);

  sd_event_source* source_ = nullptr;
  std::function<void()> on_readable_;
};

}  // namespace logq::collect
