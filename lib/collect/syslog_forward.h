// SyslogForward: passes messages on to a syslog daemon, as journald does with ForwardToSyslog= and
// for streams whose header asks for it (docs/protocols.md, "Forwarding to syslog").
//
// Datagrams to a unix socket, in the name of their sender where the kernel allows that, and without
// ever waiting: what the daemon has no room for is missed, counted and reported. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "collect/client_metadata.h"
#include "collect/control_message.h"

namespace logq::collect {

// A message that came in another way than by syslog.
struct ForwardedMessage {
  int priority = 6;             // facility * 8 + level; facility 0 is the kernel's and becomes user
  std::string_view identifier;  // empty: the sender's command name
  std::string_view text;
  std::uint64_t realtime_usec = 0;  // when it was sent
  std::optional<Credentials> sender{};
  const ClientMetadata* client = nullptr;
};

class SyslogForward {
 public:
  struct Options {
    std::string socket_path;
    bool everything = false;  // ForwardToSyslog=
    int level_max = 7;        // MaxLevelSyslog=
  };
  explicit SyslogForward(Options options);

  [[nodiscard]] bool wants_everything() const { return options_.everything; }

  // Passes a syslog datagram on as it came.
  void forward_raw(int level, std::string_view datagram, const std::optional<Credentials>& sender);
  // Composes "<PRI>Mmm dd hh:mm:ss ident[pid]: text".
  void forward(const ForwardedMessage& message);

  // How many have been missed since the last report, at most once in 30 s.
  std::optional<std::uint64_t> take_report(std::uint64_t now_monotonic_usec);
  [[nodiscard]] bool has_unreported() const { return missed_ > 0; }

 private:
  void send(std::string_view datagram, const std::optional<Credentials>& sender);

  Options options_;
  base::UniqueFd socket_;
  std::string composed_;
  std::uint64_t missed_ = 0;
  std::optional<std::uint64_t> reported_at_usec_;
};

}  // namespace logq::collect
