// Activation: one service with its sockets. It is started at once, or when something comes in, and
// then again whenever something comes in after it has ended.
//
// Not thread-safe; see Supervisor.
#pragma once

#include <vector>

#include "supervise/service_runner.h"
#include "supervise/socket_runner.h"

namespace logq::supervise {

class Activation {
 public:
  // Borrows all of them; the sockets are open.
  Activation(ServiceRunner& service, std::vector<SocketRunner*> sockets, bool is_lazy);
  Activation(const Activation&) = delete;
  Activation& operator=(const Activation&) = delete;
  ~Activation() = default;

  void begin();
  // As ServiceRunner's.
  void take_signal(int signal);
  // To be asked after each event: it may have to watch the sockets again. Not while `is_held`: an
  // operator has the service down.
  bool is_over(bool is_held);
  // A socket was closed since its service was started for it too often.
  [[nodiscard]] bool has_failed() const { return has_failed_; }

 private:
  void watch();
  void unwatch();
  void triggered(SocketRunner& socket);

  ServiceRunner& service_;
  const std::vector<SocketRunner*> sockets_;
  const bool is_lazy_;
  bool is_watching_ = false;
  bool is_stopped_ = false;  // by a signal: nothing starts it any more
  bool has_failed_ = false;
};

}  // namespace logq::supervise
