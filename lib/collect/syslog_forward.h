// SyslogForward: passes messages on to a syslog daemon, as journald does with ForwardToSyslog= and
// for streams whose header asks for it (docs/forwarding.md, "Syslog").
//
// Datagrams to a unix socket, in the name of their sender where the kernel allows that, and without
// ever waiting: what the daemon has no room for is missed, counted and reported. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "collect/forwarded_message.h"
#include "collect/missed_count.h"

namespace logq::collect {

class SyslogForward {
 public:
  struct Options {
    std::string socket_path;
    int level_max = 7;  // MaxLevelSyslog=
  };
  explicit SyslogForward(Options options);
  void configure(Options options) { options_ = std::move(options); }

  // Passes a syslog datagram on as it came.
  void forward_raw(int level, std::string_view datagram, const std::optional<Credentials>& sender);
  // Composes "<PRI>Mmm dd hh:mm:ss ident[pid]: text".
  void forward(const ForwardedMessage& message);

  [[nodiscard]] MissedCount& missed() { return missed_; }

 private:
  void send(std::string_view datagram, const std::optional<Credentials>& sender);

  Options options_;
  base::UniqueFd socket_;
  std::string composed_;
  MissedCount missed_;
};

}  // namespace logq::collect
