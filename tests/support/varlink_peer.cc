#include "support/varlink_peer.h"

#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>

#include <array>
#include <limits>
#include <stdexcept>

#include "support/child_process.h"

namespace logq::test {

VarlinkPeer::VarlinkPeer(const std::string& socket_path)
    : fd_(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  socket_path.copy(address.sun_path, sizeof address.sun_path - 1);
  timeval limit{};
  limit.tv_sec = kHangs.count();
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  ::setsockopt(fd_.get(), SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit);
  const auto* const generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd_.get(), generic, sizeof address) < 0) {
    throw std::runtime_error("cannot connect to " + socket_path);
  }
}

bool VarlinkPeer::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t count = ::send(fd_.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

void VarlinkPeer::end_input() const {
  ::shutdown(fd_.get(), SHUT_WR);
}

std::vector<std::string> VarlinkPeer::read(std::size_t count) {
  std::vector<std::string> messages;
  std::array<char, 4096> chunk{};
  while (messages.size() < count) {
    if (const std::size_t end = pending_.find('\0'); end != std::string::npos) {
      messages.push_back(pending_.substr(0, end));
      pending_.erase(0, end + 1);
      continue;
    }
    const ssize_t got = ::recv(fd_.get(), chunk.data(), chunk.size(), 0);
    if (got <= 0) break;
    pending_.append(chunk.data(), static_cast<std::size_t>(got));
  }
  return messages;
}

std::string VarlinkPeer::read_one() {
  const std::vector<std::string> messages = read(1);
  return messages.empty() ? "" : messages.front();
}

std::vector<std::string> VarlinkPeer::read_to_end() {
  return read(std::numeric_limits<std::size_t>::max());
}

std::string VarlinkPeer::ask(std::string_view bytes) {
  send(bytes);
  return read_one();
}

std::string varlink_call(std::string_view method, std::string_view parameters) {
  std::string call =
      "{\"method\":\"" + std::string(method) + "\",\"parameters\":" + std::string(parameters) + "}";
  call.push_back('\0');
  return call;
}

}  // namespace logq::test
