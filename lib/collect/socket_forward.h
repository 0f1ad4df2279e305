// SocketForward: sends whole entries to a stream socket in the Journal Export Format, as journald
// does with ForwardToSocket= since 256 (docs/forwarding.md, "Socket").
//
// Never waits: what the other side does not take at once is kept, up to a bound, also while it is
// not there and is tried again; what finds no room is missed. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/limits.h"
#include "collect/missed_count.h"
#include "collect/send_queue.h"
#include "collect/socket_address.h"
#include "journal/store.h"

namespace logq::collect {

class SocketForward {
 public:
  struct Options {
    std::string address{};  // for parse_socket_address(); empty: nothing is forwarded
    int level_max = 7;      // MaxLevelSocket=
  };
  explicit SocketForward(Options options);
  SocketForward(const SocketForward&) = delete;
  SocketForward& operator=(const SocketForward&) = delete;
  ~SocketForward();
  void configure(Options options);

  // From now on connections are made. `event` must outlive this object.
  Result<void> start(sd_event* event);
  [[nodiscard]] bool is_on() const { return address_.has_value(); }
  // Takes an entry as it is stored, "NAME=value" each.
  void forward(const journal::EntryTime& time, std::span<const std::string_view> payloads);
  // Tries once more and gives up what is left. What comes then is sent if it can be at once.
  void finish();

  [[nodiscard]] MissedCount& missed() { return missed_; }

 private:
  static int on_socket(sd_event_source* source, int fd, std::uint32_t events, void* self);
  static int on_timer(sd_event_source* source, std::uint64_t usec, void* self);
  [[nodiscard]] bool is_wanted(std::span<const std::string_view> payloads) const;
  void connect();
  void disconnect();
  void try_again_later();
  void send();

  Options options_;
  std::optional<SocketAddress> address_;
  sd_event* event_ = nullptr;
  sd_event_source* timer_ = nullptr;
  sd_event_source* ready_ = nullptr;
  base::UniqueFd socket_;
  bool is_connected_ = false;
  std::uint64_t delay_usec_ = 0;  // before the next attempt to connect
  SendQueue entries_{kSocketForwardBytesMax};
  MissedCount missed_;
};

}  // namespace logq::collect
