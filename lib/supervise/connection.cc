#include "supervise/connection.h"

#include <arpa/inet.h>
#include <linux/vm_sockets.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include <net/if.h>

#include "base/try.h"
#include "supervise/socket_address.h"

namespace logq::supervise {
namespace {

using Family = SocketAddress::Family;

// What is no fault of ours: the next one may be better.
bool is_of_peer(int error) {
  constexpr std::array kOfPeer{EAGAIN,       EINTR,     ECONNABORTED, ECONNRESET,
                               ENETDOWN,     ENETRESET, ENETUNREACH,  EHOSTDOWN,
                               EHOSTUNREACH, ENONET,    EPROTO,       ENOPROTOOPT,
                               EOPNOTSUPP,   EPIPE,     ENOTCONN,     ETIMEDOUT};
  return std::ranges::find(kOfPeer, error) != kOfPeer.end();
}

Error accept_error(int error) {
  return is_of_peer(error) ? Error::make(Errc::kBusy, "there is no connection")
                           : Error::system(error, "accept");
}

// Of IPv4 also where it comes to a socket of IPv6.
SocketAddress inet6_address(const sockaddr_in6& native) {
  SocketAddress address;
  address.port = ntohs(native.sin6_port);
  if (IN6_IS_ADDR_V4MAPPED(&native.sin6_addr)) {
    address.family = Family::kInet4;
    ::memcpy(address.ip.data(), native.sin6_addr.s6_addr + 12, 4);
    return address;
  }
  address.family = Family::kInet6;
  ::memcpy(address.ip.data(), native.sin6_addr.s6_addr, address.ip.size());
  std::array<char, IF_NAMESIZE> link{};
  if (native.sin6_scope_id != 0 && ::if_indextoname(native.sin6_scope_id, link.data()) != nullptr)
    address.zone = link.data();
  return address;
}

SocketAddress address_from(const sockaddr_storage& storage) {
  SocketAddress address;
  if (storage.ss_family == AF_INET6) {
    sockaddr_in6 native{};
    ::memcpy(&native, &storage, sizeof native);
    return inet6_address(native);
  }
  if (storage.ss_family == AF_INET) {
    sockaddr_in native{};
    ::memcpy(&native, &storage, sizeof native);
    address.family = Family::kInet4;
    address.port = ntohs(native.sin_port);
    ::memcpy(address.ip.data(), &native.sin_addr, 4);
  } else if (storage.ss_family == AF_VSOCK) {
    sockaddr_vm native{};
    ::memcpy(&native, &storage, sizeof native);
    address.family = Family::kVsock;
    address.context = native.svm_cid;
    address.port = native.svm_port;
  }
  return address;
}

std::string ip_of(const SocketAddress& address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = address.family == Family::kInet4 ? AF_INET : AF_INET6;
  const char* const shown = ::inet_ntop(family, address.ip.data(), text.data(), text.size());
  return shown == nullptr ? "" : shown;
}

// "127.0.0.1:80", "::1:80", of a virtual machine "2:80".
std::string end_name(const SocketAddress& address) {
  const std::string port = ":" + std::to_string(address.port);
  return (address.family == Family::kVsock ? std::to_string(address.context) : ip_of(address)) +
         port;
}

std::string source_of(const SocketAddress& address) {
  if (address.family == Family::kVsock) return "vsock:" + std::to_string(address.context);
  return ip_of(address) + (address.zone.empty() ? "" : "%" + address.zone);
}

void name_unix_peer(Connection& connection) {
  ucred peer{};
  socklen_t size = sizeof peer;
  const int fd = connection.fd.get();
  const bool is_known =
      ::getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0 && peer.pid > 0;
  const std::string pid = std::to_string(peer.pid);
  const std::string uid = std::to_string(peer.uid);
  connection.name = is_known ? pid + "-" + uid : "unknown";
  if (is_known) connection.peer = "PID " + pid + "/UID " + uid;
}

Result<void> name_peer(const SocketAddress& peer, Connection& connection) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  // sockaddr is what the interface wants, whatever is in it.
  if (::getsockname(connection.fd.get(), reinterpret_cast<sockaddr*>(&storage), &size) != 0)
    return fail(accept_error(errno));
  connection.name = end_name(address_from(storage)) + "-" + end_name(peer);
  connection.peer = peer.text();
  connection.source = source_of(peer);
  connection.variables = {"REMOTE_ADDR=" + connection.source,
                          "REMOTE_PORT=" + std::to_string(peer.port)};
  return {};
}

}  // namespace

Result<Connection> accept_connection(int listener) {
  sockaddr_storage storage{};
  socklen_t size = sizeof storage;
  Connection connection;
  connection.fd = base::UniqueFd(
      ::accept4(listener, reinterpret_cast<sockaddr*>(&storage), &size, SOCK_CLOEXEC));
  if (!connection.fd.is_open()) return fail(accept_error(errno));
  if (storage.ss_family == AF_UNIX) {
    name_unix_peer(connection);
  } else {
    LOGQ_TRY(name_peer(address_from(storage), connection));
  }
  return connection;
}

std::string instance_name(const std::string& template_name,
                          unsigned number,
                          const Connection& connection) {
  std::string name = template_name;
  return name.insert(name.find("@.") + 1, std::to_string(number) + "-" + connection.name);
}

}  // namespace logq::supervise
