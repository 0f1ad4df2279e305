// ListeningSockets: the sockets and FIFOs of one socket unit, open. They are there whether or not a
// service runs that is given them. Not thread-safe.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/socket_nodes.h"
#include "supervise/socket_unit.h"

namespace logq::supervise {

// What went wrong with one of them.
struct SocketFailure {
  std::string address;  // or the name of the user or group, of the link
  std::string step;     // "bind", "listen", "ReceiveBuffer="
  int sys_errno = 0;

  // "127.0.0.1:80: bind: Address already in use"
  [[nodiscard]] std::string text() const;
};

class ListeningSockets {
 public:
  // Opens all that the unit names but for listeners of kind kOther, or none: what was made until
  // the failure is removed. A unix socket that nobody listens at any more is replaced; a FIFO that
  // is there is taken when it belongs to us or to SocketUser=, a message queue when it is ours.
  [[nodiscard]] static tl::expected<ListeningSockets, SocketFailure> open(const SocketUnit& unit);

  ListeningSockets(ListeningSockets&& other) noexcept = default;
  ListeningSockets& operator=(ListeningSockets&& other) noexcept;
  ListeningSockets(const ListeningSockets&) = delete;
  ListeningSockets& operator=(const ListeningSockets&) = delete;
  ~ListeningSockets() { close(); }

  // In the order of the unit; close-on-exec. Readable when there is something for the service.
  [[nodiscard]] const std::vector<base::UniqueFd>& descriptors() const { return descriptors_; }
  // What each of them is called in $LISTEN_FDNAMES.
  [[nodiscard]] const std::string& name() const { return name_; }
  // Options and links that could not be had; the sockets serve without.
  [[nodiscard]] const std::vector<SocketFailure>& warnings() const { return warnings_; }

  // Throws away what has come in (FlushPending=), up to a bound.
  void flush();
  // Takes back O_NONBLOCK, which is shared with the last service that was given them: the next one
  // expects them to block.
  void make_blocking();
  // Where it is we who accept from them.
  void make_nonblocking();
  // With RemoveOnStop= also removes nodes and links, as far as they are still the ones made here.
  void close();

 private:
  class Opener;

  ListeningSockets() = default;

  std::vector<base::UniqueFd> descriptors_;
  std::string name_;
  std::vector<SocketFailure> warnings_;
  NodeRecord nodes_;
  std::vector<std::string> queues_;  // message queues that were made, or are to be removed
  bool removes_nodes_ = false;
};

}  // namespace logq::supervise
