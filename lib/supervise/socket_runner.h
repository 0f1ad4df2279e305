// SocketRunner: one socket unit in the world: its sockets, open whether or not a service runs, the
// entries about them, and the traffic that starts a service: anything at all, or with Accept=yes
// each connection an instance.
//
// The commands of a unit that has some (ExecStartPre= and its like) are run by a ServiceRunner with
// a SocketLife, for which this is the door; what is told of its life is its then.
//
// Not thread-safe; see Supervisor.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "supervise/connection.h"
#include "supervise/event_loop.h"
#include "supervise/lifecycle_log.h"
#include "supervise/listening_sockets.h"
#include "supervise/restart_policy.h"
#include "supervise/service_runner.h"
#include "supervise/socket_life.h"
#include "supervise/socket_unit.h"

namespace logq::supervise {

class SocketRunner final : public SocketDoor {
 public:
  // Borrows all of them.
  SocketRunner(const SocketUnit& unit, LifecycleLog& log, EventLoop& loop);
  // Of a unit with commands: who runs them. Borrowed.
  void set_commands(ServiceRunner& commands) { commands_ = &commands; }

  // Of a unit without: false where not all of them can be opened; the log says why.
  bool open();
  // Why they could not; empty where they could.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  // For the service; valid while they are open.
  [[nodiscard]] std::vector<PassedDescriptor> descriptors() const;

  // Calls `on_traffic` when something comes in, again and again until unwatch(). What comes in
  // while nobody watches stays there.
  void watch(std::function<void()> on_traffic);
  void unwatch() { watched_.clear(); }
  // Whether that was not too often; else the sockets are closed, and the log says why.
  bool admit_trigger();

  // Accepts connections until unwatch(), or until there are too many in too short a time: then the
  // sockets are closed. `begin` is given each that is within the limits, with its number, and is to
  // start an instance for it: where it cannot the sockets are closed, too. Each of them counts
  // until connection_ended().
  using Begin = std::function<bool(unsigned number, Connection connection)>;
  void accept(Begin begin);
  void connection_ended(const std::string& source);

  // Of a unit without commands.
  void close();

  // SocketDoor
  bool open_door() override;
  void close_door() override;

  [[nodiscard]] const SocketUnit& unit() const { return unit_; }
  [[nodiscard]] bool is_open() const { return sockets_.has_value(); }

 private:
  void watch_each(const std::function<void(int socket)>& on_traffic);
  void accept_from(int listener);
  bool has_room(const std::string& source);
  void fail(ServiceResult result);

  const SocketUnit& unit_;
  LifecycleLog& log_;
  EventLoop& loop_;
  ServiceRunner* commands_ = nullptr;
  std::string failure_;
  std::optional<ListeningSockets> sockets_;
  std::vector<EventSource> watched_;
  StartLimit triggers_;
  Begin begin_;
  unsigned accepted_ = 0;
  unsigned connections_ = 0;
  std::map<std::string, unsigned> connections_by_source_;
};

}  // namespace logq::supervise
