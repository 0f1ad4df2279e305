#include "collect/socket_address.h"

#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <sys/un.h>

#include <charconv>
#include <cstddef>
#include <cstring>
#include <string>

namespace logq::collect {
namespace {

template <typename Number>
std::optional<Number> parse_number(std::string_view text) {
  Number number = 0;
  const char* last = text.data() + text.size();
  const auto [end, error] = std::from_chars(text.data(), last, number);
  if (error != std::errc{} || end != last || text.empty()) return std::nullopt;
  return number;
}

template <typename Address>
SocketAddress from(const Address& address, std::size_t size = sizeof(Address)) {
  SocketAddress result;
  std::memcpy(&result.storage, &address, size);
  result.size = static_cast<socklen_t>(size);
  return result;
}

std::optional<SocketAddress> parse_unix(std::string_view text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (text.size() < 2 || text.size() >= sizeof(address.sun_path)) return std::nullopt;
  text.copy(address.sun_path, text.size());
  const std::size_t begin = offsetof(sockaddr_un, sun_path);
  if (text[0] != '@') return from(address);
  address.sun_path[0] = '\0';  // an abstract name ends where the address does
  return from(address, begin + text.size());
}

std::optional<SocketAddress> parse_vsock(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto machine = parse_number<unsigned>(text.substr(0, colon));
  const auto port = parse_number<unsigned>(text.substr(colon + 1));
  if (!machine.has_value() || !port.has_value()) return std::nullopt;
  sockaddr_vm address{};
  address.svm_family = AF_VSOCK;
  address.svm_cid = *machine;
  address.svm_port = *port;
  return from(address);
}

std::optional<SocketAddress> parse_inet(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto port = parse_number<std::uint16_t>(text.substr(colon + 1));
  if (!port.has_value() || *port == 0) return std::nullopt;
  std::string host(text.substr(0, colon));
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    sockaddr_in6 address{};
    address.sin6_family = AF_INET6;
    address.sin6_port = htons(*port);
    host = host.substr(1, host.size() - 2);
    if (::inet_pton(AF_INET6, host.c_str(), &address.sin6_addr) != 1) return std::nullopt;
    return from(address);
  }
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(*port);
  if (::inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) return std::nullopt;
  return from(address);
}

}  // namespace

const sockaddr* SocketAddress::get() const {
  const void* generic = &storage;
  return static_cast<const sockaddr*>(generic);
}

std::optional<SocketAddress> parse_socket_address(std::string_view text) {
  constexpr std::string_view kVsock = "vsock:";
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (text.starts_with('/') || text.starts_with('@')) return parse_unix(text);
  if (text.starts_with(kVsock)) return parse_vsock(text.substr(kVsock.size()));
  return parse_inet(text);
}

}  // namespace logq::collect
