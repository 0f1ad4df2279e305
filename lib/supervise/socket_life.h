// SocketLife: the life of a socket unit that has commands of its own: a Service without a program,
// which opens its sockets where that would start one, with the rules of systemd 252 where they are
// others (systemd.socket(5)). Up it is in the state "exited": nothing runs, and all is well.
//
// Not thread-safe.
#pragma once

#include "supervise/service.h"
#include "supervise/service_unit.h"
#include "supervise/socket_unit.h"

namespace logq::supervise {

// What is opened before ExecStartPost= and closed before ExecStopPost=.
class SocketDoor {
 public:
  SocketDoor() = default;
  SocketDoor(const SocketDoor&) = delete;
  SocketDoor& operator=(const SocketDoor&) = delete;
  virtual ~SocketDoor() = default;

  // False where it cannot be had; the log has been told.
  virtual bool open_door() = 0;
  virtual void close_door() = 0;
};

// Its commands, as those of a service of its name.
[[nodiscard]] ServiceUnit commands_of(const SocketUnit& unit);
[[nodiscard]] bool has_commands(const SocketUnit& unit);

class SocketLife final : public Service {
 public:
  // Borrows all of them.
  SocketLife(const ServiceUnit& unit, ServiceHost& host, LifecycleLog& log, SocketDoor& door)
      : Service(unit, host, log),
        door_(door) {}

 private:
  void enter_start() override;
  void enter_stop(ServiceResult result) override;
  void enter_stop_post(ServiceResult result) override;
  void after_control(ServiceResult result) override;
  void after_time() override;
  [[nodiscard]] int signal_of(ServiceState state) const override;
  // Of a start that is stopped systemd tells the end only.
  [[nodiscard]] bool tells_of_early_stop() const override { return false; }

  SocketDoor& door_;
};

}  // namespace logq::supervise
