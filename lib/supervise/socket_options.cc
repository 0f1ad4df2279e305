#include "supervise/socket_options.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <limits>

#include "base/quantity.h"

namespace logq::supervise {
namespace {

// Sets options one after the other and remembers what failed.
class OptionSetter {
 public:
  explicit OptionSetter(int fd)
      : fd_(fd),
        domain_(number_of(SO_DOMAIN)),
        type_(number_of(SO_TYPE)),
        protocol_(number_of(SO_PROTOCOL)) {}

  void set(std::string_view key, int level, int option, int value) {
    if (::setsockopt(fd_, level, option, &value, sizeof value) != 0)
      failures_.push_back({key, errno});
  }
  void set(std::string_view key, int level, int option, const std::string& value) {
    const auto size = static_cast<socklen_t>(value.size() + 1);
    if (::setsockopt(fd_, level, option, value.c_str(), size) != 0)
      failures_.push_back({key, errno});
  }
  // Of both versions of IP, as far as the socket speaks them.
  void set_ip(std::string_view key, int option4, int option6, int value) {
    set(key, SOL_IP, option4, value);
    if (domain_ == AF_INET6) set(key, SOL_IPV6, option6, value);
  }

  // Beyond the system's limit where we may. The kernel doubles what it is told.
  void set_buffer(std::string_view key, int forced, int option, std::uint64_t wanted) {
    if (wanted == 0) return;
    const int size =
        static_cast<int>(std::min<std::uint64_t>(wanted, std::numeric_limits<int>::max() / 2));
    if (::setsockopt(fd_, SOL_SOCKET, forced, &size, sizeof size) == 0) return;
    const int forced_errno = errno;
    ::setsockopt(fd_, SOL_SOCKET, option, &size, sizeof size);
    if (number_of(option) / 2 < size) failures_.push_back({key, forced_errno});
  }

  [[nodiscard]] bool is_inet() const { return domain_ == AF_INET || domain_ == AF_INET6; }
  [[nodiscard]] bool is_inet6() const { return domain_ == AF_INET6; }
  [[nodiscard]] bool is_unix() const { return domain_ == AF_UNIX; }
  [[nodiscard]] bool is_datagram() const { return type_ == SOCK_DGRAM; }
  [[nodiscard]] bool is_tcp() const { return is_inet() && protocol_ == IPPROTO_TCP; }
  std::vector<OptionFailure> take() { return std::move(failures_); }

 private:
  int number_of(int option) {
    int value = 0;
    socklen_t size = sizeof value;
    return ::getsockopt(fd_, SOL_SOCKET, option, &value, &size) == 0 ? value : 0;
  }

  int fd_;
  int domain_;
  int type_;
  int protocol_;
  std::vector<OptionFailure> failures_;
};

int seconds(std::uint64_t usec) {
  constexpr std::uint64_t kMost = std::numeric_limits<int>::max();
  return static_cast<int>(std::min(usec / base::kUsecPerSecond, kMost));
}

void set_tcp_options(const SocketOptions& options, OptionSetter& setter) {
  if (options.has_no_delay) setter.set("NoDelay", SOL_TCP, TCP_NODELAY, 1);
  if (options.keep_alive_time_usec > 0) {
    setter.set("KeepAliveTimeSec", SOL_TCP, TCP_KEEPIDLE, seconds(options.keep_alive_time_usec));
  }
  if (options.keep_alive_interval_usec > 0) {
    setter.set("KeepAliveIntervalSec", SOL_TCP, TCP_KEEPINTVL,
               seconds(options.keep_alive_interval_usec));
  }
  if (options.keep_alive_probes > 0) {
    setter.set("KeepAliveProbes", SOL_TCP, TCP_KEEPCNT,
               static_cast<int>(std::min(options.keep_alive_probes, 0x7fffffffU)));
  }
  if (options.defer_accept_usec > 0) {
    setter.set("DeferAcceptSec", SOL_TCP, TCP_DEFER_ACCEPT, seconds(options.defer_accept_usec));
  }
  if (!options.congestion_control.empty()) {
    setter.set("TCPCongestion", SOL_TCP, TCP_CONGESTION, options.congestion_control);
  }
}

void set_inet_options(const SocketOptions& options, OptionSetter& setter) {
  if (options.keeps_alive && !setter.is_datagram()) {
    setter.set("KeepAlive", SOL_SOCKET, SO_KEEPALIVE, 1);
  }
  if (options.may_broadcast && setter.is_datagram()) {
    setter.set("Broadcast", SOL_SOCKET, SO_BROADCAST, 1);
  }
  if (options.passes_packet_info && setter.is_datagram()) {
    setter.set_ip("PassPacketInfo", IP_PKTINFO, IPV6_RECVPKTINFO, 1);
  }
  if (options.ip_tos >= 0) setter.set_ip("IPTOS", IP_TOS, IPV6_TCLASS, options.ip_tos);
  if (options.ip_ttl >= 0) setter.set_ip("IPTTL", IP_TTL, IPV6_UNICAST_HOPS, options.ip_ttl);
}

}  // namespace

std::vector<OptionFailure> set_binding_options(int fd, const SocketOptions& options) {
  OptionSetter setter(fd);
  if (!setter.is_inet()) return {};
  // Nobody may take a port of datagrams over, which is what this would mean there.
  if (!setter.is_datagram()) setter.set("SO_REUSEADDR", SOL_SOCKET, SO_REUSEADDR, 1);
  if (setter.is_inet6() && options.bind_ipv6_only != BindIpv6Only::kDefault) {
    const bool is_only = options.bind_ipv6_only == BindIpv6Only::kIpv6Only;
    setter.set("BindIPv6Only", SOL_IPV6, IPV6_V6ONLY, is_only ? 1 : 0);
  }
  if (!options.device.empty()) {
    setter.set("BindToDevice", SOL_SOCKET, SO_BINDTODEVICE, options.device);
  }
  if (options.reuses_port) setter.set("ReusePort", SOL_SOCKET, SO_REUSEPORT, 1);
  if (options.binds_freely) setter.set_ip("FreeBind", IP_FREEBIND, IPV6_FREEBIND, 1);
  if (options.is_transparent) {
    setter.set_ip("Transparent", IP_TRANSPARENT, IPV6_TRANSPARENT, 1);
  }
  return setter.take();
}

bool is_fatal(const OptionFailure& failure) {
  return failure.key == "BindIPv6Only" || failure.key == "BindToDevice";
}

std::vector<OptionFailure> set_socket_options(int fd, const SocketOptions& options) {
  OptionSetter setter(fd);
  setter.set_buffer("ReceiveBuffer", SO_RCVBUFFORCE, SO_RCVBUF, options.receive_buffer);
  setter.set_buffer("SendBuffer", SO_SNDBUFFORCE, SO_SNDBUF, options.send_buffer);
  if (options.priority >= 0) {
    setter.set("Priority", SOL_SOCKET, SO_PRIORITY, options.priority);
  }
  if (options.mark >= 0) setter.set("Mark", SOL_SOCKET, SO_MARK, options.mark);
  if (options.timestamping != Timestamping::kOff) {
    const bool is_fine = options.timestamping == Timestamping::kNanoseconds;
    setter.set("Timestamping", SOL_SOCKET, is_fine ? SO_TIMESTAMPNS : SO_TIMESTAMP, 1);
  }
  if (setter.is_unix()) {
    if (options.passes_credentials) {
      setter.set("PassCredentials", SOL_SOCKET, SO_PASSCRED, 1);
    }
    if (options.passes_security) setter.set("PassSecurity", SOL_SOCKET, SO_PASSSEC, 1);
  }
  if (setter.is_inet()) set_inet_options(options, setter);
  if (setter.is_tcp()) set_tcp_options(options, setter);
  return setter.take();
}

}  // namespace logq::supervise
