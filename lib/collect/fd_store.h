// FdStore: the descriptors a service manager keeps for us over a restart (sd_notify(3), FDSTORE=).
//
// Everything is sent without waiting: a manager that is busy logging must never be waited for by
// the log. What does not fit its queue goes later, from the event loop. Not thread-safe.
#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"

namespace logq::collect {

class FdStore {
 public:
  // `notify_socket` is $NOTIFY_SOCKET: a path, or an abstract name after '@'. Without one, or where
  // nobody listens, nothing is ever stored.
  explicit FdStore(std::string_view notify_socket);
  FdStore(const FdStore&) = delete;
  FdStore& operator=(const FdStore&) = delete;
  ~FdStore();

  // Sends later what cannot be sent at once. `event` must outlive this object.
  void start(sd_event* event);

  [[nodiscard]] bool is_available() const { return socket_.is_open(); }
  // Gives the manager a duplicate of `fd`, which must stay open until is_stored() or remove().
  void store(int fd, const std::string& name);
  // For a descriptor that a predecessor stored.
  void assume_stored(const std::string& name) { stored_.insert(name); }
  // Takes it back: the manager keeps it however its other end fares, so that what a client wrote
  // last can be read even when it exits while no collector runs.
  void remove(const std::string& name);
  // Whether the manager has been told, which is all one can know.
  [[nodiscard]] bool is_stored(const std::string& name) const { return stored_.contains(name); }

  void send_waiting();

 private:
  enum class Sent { kDone, kLater, kNever };
  static int on_writable(sd_event_source* source, int fd, std::uint32_t events, void* self);
  Sent send(const std::string& text, int fd);
  bool send_store(const std::string& name, int fd);
  bool send_remove(const std::string& name);
  void watch_for_room();

  base::UniqueFd socket_;
  sd_event_source* writable_ = nullptr;
  std::map<std::string, int> to_store_;
  std::set<std::string> to_remove_;
  std::set<std::string> stored_;
};

}  // namespace logq::collect
