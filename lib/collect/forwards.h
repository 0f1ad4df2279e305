// Forwards: everywhere that messages go besides the journal (docs/forwarding.md, "Forwarding").
// What one of them has no room for is missed there, counted and reported, and holds up nobody.
// Not thread-safe.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include <systemd/sd-event.h>

#include "collect/console_forward.h"
#include "collect/forwarded_message.h"
#include "collect/kmsg_forward.h"
#include "collect/socket_forward.h"
#include "collect/syslog_forward.h"
#include "collect/wall_forward.h"

namespace logq::collect {

struct ForwardTargets {
  bool syslog = false;
  bool kmsg = false;
  bool console = false;
  bool wall = false;

  [[nodiscard]] bool any() const { return syslog || kmsg || console || wall; }
};

class Forwards {
 public:
  struct Options {
    ForwardTargets everything;  // where messages of all sources go
    SyslogForward::Options syslog;
    KmsgForward::Options kmsg;
    ConsoleForward::Options console;
    WallForward::Options wall;
    SocketForward::Options socket;  // of whole entries
  };
  explicit Forwards(Options options);
  // For what comes from now on; counts stay.
  void configure(Options options);

  // From now on what is slow is tried again. `event` must outlive this object.
  Result<void> start(sd_event* event);
  // For whole entries, as they are stored.
  [[nodiscard]] SocketForward& socket() { return socket_; }

  // Whether messages go anywhere but to what the header of their stream asks for.
  [[nodiscard]] bool wants_everything() const { return everything_.any(); }
  // Passes a message on, also to what is `asked` for it alone.
  void forward(const ForwardedMessage& message, const ForwardTargets& asked = {});
  // The same for one that came by syslog, which a syslog daemon gets as it came.
  void forward_datagram(const ForwardedMessage& message, std::string_view datagram);
  // Gives up what is still under way.
  void finish();

  // Calls `report` for what has been missed since the last call, for each place at most every 30 s.
  using Report = std::function<void(std::string_view place, std::uint64_t count)>;
  void report_missed(std::uint64_t now_monotonic_usec, const Report& report);
  [[nodiscard]] bool has_unreported();
  // Of all places, since the start.
  [[nodiscard]] std::uint64_t missed();

 private:
  void forward_locally(const ForwardedMessage& message, const ForwardTargets& targets);

  struct Place {
    std::string_view name;
    MissedCount& missed;
  };
  [[nodiscard]] std::array<Place, 5> places();

  ForwardTargets everything_;
  SyslogForward syslog_;
  KmsgForward kmsg_;
  ConsoleForward console_;
  WallForward wall_;
  SocketForward socket_;
};

}  // namespace logq::collect
