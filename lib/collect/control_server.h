// ControlServer: the control socket and its connections on an event loop (docs/protocols.md,
// "Control"). What is said there is ControlSession's affair.
//
// Serves one call of a connection at a time and the connections in turn, and takes only so many of
// them, and of one user, that their memory is bounded and root still gets in. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/control_methods.h"
#include "collect/descriptor_reserve.h"
#include "collect/turn.h"

namespace logq::collect {

class ControlServer {
 public:
  explicit ControlServer(ControlMethods methods);
  ControlServer(const ControlServer&) = delete;
  ControlServer& operator=(const ControlServer&) = delete;
  ~ControlServer();

  // Begins to accept on `listener`, which does not block. `event` must outlive this object.
  Result<void> start(base::UniqueFd listener, sd_event* event);

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  // Connections there was no room for.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Connection;
  static int on_listener(sd_event_source* source, int fd, std::uint32_t events, void* self);
  static int on_ready(sd_event_source* source, int fd, std::uint32_t events, void* connection);
  void answer_waiting_calls();

  bool accept_one();
  [[nodiscard]] bool has_room_for(uid_t uid) const;
  void add(base::UniqueFd socket, uid_t uid);
  void answered(std::uint64_t id, std::string message);
  // Both may remove the connection.
  void serve(Connection& connection);
  void settle(Connection& connection);

  ControlMethods methods_;
  base::UniqueFd listener_;
  DescriptorReserve reserve_;
  sd_event* event_ = nullptr;
  sd_event_source* listener_event_ = nullptr;
  Turn calls_turn_;
  std::map<std::uint64_t, std::unique_ptr<Connection>> connections_;  // by a number of its own
  std::vector<std::uint64_t> with_calls_;  // connections whose next call no socket announces
  std::uint64_t next_id_ = 1;
  std::uint64_t refused_ = 0;
};

}  // namespace logq::collect
