// Turn: calls a function again and again while it is on, each time after everything else that is
// ready in the loop has had its turn.
//
// A deferred source of sd-event does not do that: it counts as pending for as long as it is on, and
// what has been pending longest comes first, so nobody else would ever be served. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::collect {

class Turn {
 public:
  Turn() = default;
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;
  ~Turn() { stop(); }

  // Off at first. `event` must outlive this object.
  Result<void> start(sd_event* event, std::function<void()> on_turn);
  void stop();
  // REQUIRES: start(), for true.
  void set(bool on);

 private:
  static int on_event(sd_event_source* source, int fd, std::uint32_t events, void* self);

  base::UniqueFd always_readable_;
  sd_event_source* source_ = nullptr;
  std::function<void()> on_turn_;
  bool on_ = false;
};

}  // namespace logq::collect
