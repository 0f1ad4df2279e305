// SocketAddress: where a stream socket connects to, as systemd's settings write it.
#pragma once

#include <sys/socket.h>

#include <optional>
#include <string_view>

namespace logq::collect {

struct SocketAddress {
  sockaddr_storage storage{};
  socklen_t size = 0;

  [[nodiscard]] const sockaddr* get() const;
};

// "/a/path", "@abstract", "192.0.2.1:19532", "[2001:db8::1]:19532", "vsock:2:19532". No names are
// looked up. Nothing for anything else.
[[nodiscard]] std::optional<SocketAddress> parse_socket_address(std::string_view text);

}  // namespace logq::collect
