// Addresses of sockets as the Listen keys of socket units have them:
//
//   /run/hello.sock      a unix socket in the file system
//   @hello               an abstract one
//   8080                 a port on every address: [::]:8080, or 0.0.0.0:8080 where there is no IPv6
//   127.0.0.1:8080       an IPv4 address and a port
//   [::1]:8080           an IPv6 address and a port; a zone may follow, "[fe80::1]:8080%eth0" as
//                        systemd has it or "[fe80::1%eth0]:8080" as everybody else
//   vsock:2:8080         of a virtual machine's socket the context (empty: any) and the port
//
// Ports may be written in any base: 0x50. Nothing is looked up when one is parsed.
#pragma once

#include <sys/socket.h>
#include <sys/types.h>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::supervise {

struct SocketAddress {
  enum class Family : std::uint8_t { kPath, kAbstract, kPort, kInet4, kInet6, kVsock, kNetlink };
  Family family = Family::kPath;
  std::string path;                   // or the abstract name, without "@"
  std::array<std::uint8_t, 16> ip{};  // of kInet4 the first four; kPort: zeros
  std::string zone;                   // of kInet6: the name or number of a link
  std::uint32_t port = 0;             // of kNetlink the groups, a bit for each
  std::uint32_t context = 0;          // of kVsock; of kNetlink the protocol

  // As it is written: "/run/x", "127.0.0.1:80", "[::]:80" of a bare port, "audit 1" of netlink.
  [[nodiscard]] std::string text() const;
  [[nodiscard]] bool is_unix() const {
    return family == Family::kPath || family == Family::kAbstract;
  }
  [[nodiscard]] bool is_inet() const { return !is_unix() && family < Family::kVsock; }
  friend bool operator==(const SocketAddress&, const SocketAddress&) = default;
};

// Fails with `what` is wrong and, for systemd's words about it, EINVAL, ERANGE or ENAMETOOLONG.
[[nodiscard]] Result<SocketAddress> parse_socket_address(std::string_view text);

// The same of ListenNetlink=: "audit 1", a protocol by its name or number and groups, or none.
[[nodiscard]] Result<SocketAddress> parse_netlink_address(std::string_view text);

// What bind(2) and connect(2) want.
struct NativeAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;
  [[nodiscard]] int family() const { return storage.ss_family; }
  [[nodiscard]] const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }
};
// A bare port becomes an address of IPv6. Fails with ENODEV where there is no link of that name.
[[nodiscard]] Result<NativeAddress> native_address(const SocketAddress& address);

}  // namespace logq::supervise
