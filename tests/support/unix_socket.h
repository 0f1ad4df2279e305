// Unix sockets of a test's own, at paths: those that clients have, and those of who is called. Both
// throw std::runtime_error when the deed cannot be done.
#pragma once

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string>

#include "base/unique_fd.h"

namespace logq::test {

inline sockaddr_un unix_address(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) throw std::runtime_error("path too long: " + path);
  path.copy(address.sun_path, path.size());
  return address;
}

// A connected client. `type` may have SOCK_NONBLOCK in it, here and below.
inline base::UniqueFd connect_unix(const std::string& path, int type) {
  base::UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  const sockaddr_un address = unix_address(path);
  const void* generic = &address;
  if (::connect(fd.get(), static_cast<const sockaddr*>(generic), sizeof(address)) < 0) {
    throw std::runtime_error("connect " + path + ": " + std::strerror(errno));
  }
  return fd;
}

// A socket at `path`, in place of what may be there, that is told who sends (SO_PASSCRED). One of a
// type with connections listens.
inline base::UniqueFd bind_unix(const std::string& path, int type) {
  base::UniqueFd fd(::socket(AF_UNIX, type | SOCK_CLOEXEC, 0));
  const sockaddr_un address = unix_address(path);
  const void* generic = &address;
  const int on = 1;
  const bool listens = (type & ~SOCK_NONBLOCK) != SOCK_DGRAM;
  ::unlink(path.c_str());
  if (::bind(fd.get(), static_cast<const sockaddr*>(generic), sizeof(address)) < 0 ||
      ::setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &on, sizeof(on)) < 0 ||
      (listens && ::listen(fd.get(), SOMAXCONN) < 0)) {
    throw std::runtime_error("bind " + path + ": " + std::strerror(errno));
  }
  return fd;
}

}  // namespace logq::test
