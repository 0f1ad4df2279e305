// SocketRunner: one socket unit in the world: its sockets, open whether or not a service runs, the
// entries about them, and the traffic that starts a service.
//
// Not thread-safe; see Supervisor.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "supervise/event_loop.h"
#include "supervise/lifecycle_log.h"
#include "supervise/listening_sockets.h"
#include "supervise/restart_policy.h"
#include "supervise/service_runner.h"
#include "supervise/socket_unit.h"

namespace logq::supervise {

class SocketRunner {
 public:
  // Borrows all of them.
  SocketRunner(const SocketUnit& unit, LifecycleLog& log, EventLoop& loop);
  SocketRunner(const SocketRunner&) = delete;
  SocketRunner& operator=(const SocketRunner&) = delete;

  // False where not all of them can be opened; `failure` and the log say why.
  bool open(std::string& failure);
  // For the service; valid while they are open.
  [[nodiscard]] std::vector<PassedDescriptor> descriptors() const;

  // Calls `on_traffic` when something comes in, again and again until unwatch(). What comes in
  // while nobody watches stays there.
  void watch(std::function<void()> on_traffic);
  void unwatch() { watched_.clear(); }
  // Whether that was not too often; else the sockets are closed, and the log says why.
  bool admit_trigger();

  void close();

 private:
  const SocketUnit& unit_;
  LifecycleLog& log_;
  EventLoop& loop_;
  std::optional<ListeningSockets> sockets_;
  std::vector<EventSource> watched_;
  StartLimit triggers_;
};

}  // namespace logq::supervise
