#include "supervise/collector_stream.h"

#include <linux/sockios.h>
#include <poll.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>

namespace logq::supervise {
namespace {

using base::UniqueFd;
using client::SocketCandidate;

constexpr int kSendBufferBytes = 8 << 20;  // as libsystemd's clients ask for
constexpr timeval kConnectPatience{.tv_sec = 1, .tv_usec = 0};

std::string beside(const std::string& socket_path) {
  const std::size_t slash = socket_path.rfind('/');
  return slash == std::string::npos ? "stdout" : socket_path.substr(0, slash) + "/stdout";
}

// Under /tmp anybody can make the directory first and read our output.
bool is_private_directory_of(const std::string& socket_path) {
  struct stat status {};
  const std::string directory = socket_path.substr(0, socket_path.rfind('/'));
  return ::lstat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & 022) == 0;
}

void limit_waiting(int fd, const timeval& longest) {
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &longest, sizeof(longest));
}

UniqueFd connect_to(const SocketCandidate& candidate, int& sys_errno) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (candidate.path.size() >= sizeof(address.sun_path)) {
    sys_errno = ENAMETOOLONG;
    return {};
  }
  if (candidate.must_be_private && !is_private_directory_of(candidate.path)) {
    sys_errno = ENOENT;
    return {};
  }
  std::memcpy(address.sun_path, candidate.path.data(), candidate.path.size());
  UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  // One that does not accept any more, and whose queue of connections is full, is as good as
  // absent.
  limit_waiting(fd.get(), kConnectPatience);
  if (!fd.is_open() ||
      ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    sys_errno = errno;
    return {};
  }
  limit_waiting(fd.get(), {});
  ::shutdown(fd.get(), SHUT_RD);
  // A larger buffer only helps; without CAP_NET_ADMIN the kernel caps it at wmem_max.
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUFFORCE, &kSendBufferBytes,
                   sizeof(kSendBufferBytes)) != 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_SNDBUF, &kSendBufferBytes, sizeof(kSendBufferBytes));
  }
  return fd;
}

// A newline from this process completes a partial line of the service; after a complete one it is
// an empty line, which collectors do not store.
bool end_partial_line(int fd, std::chrono::steady_clock::time_point deadline) {
  for (;;) {
    if (::send(fd, "\n", 1, MSG_DONTWAIT | MSG_NOSIGNAL) == 1) return true;
    if (errno == EINTR) continue;
    if (errno != EAGAIN) return false;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return true;  // drain_stream() sees the full queue and reports it
    pollfd writable{.fd = fd, .events = POLLOUT, .revents = 0};
    ::poll(&writable, 1, static_cast<int>(std::min<std::int64_t>(left.count(), 100)));
  }
}

std::vector<SocketCandidate> find_common_stream_sockets() {
  client::SearchEnvironment environment = client::SearchEnvironment::of_process();
  if (const char* path = ::secure_getenv("LOGQ_STDOUT_SOCKET"); path != nullptr && *path != '\0') {
    return {{path, false}};
  }
  if (!environment.logq_socket.empty()) return {{beside(environment.logq_socket), false}};
  std::vector<SocketCandidate> candidates = client::find_sockets("", environment);
  for (SocketCandidate& candidate : candidates)
    candidate.path = beside(candidate.path);
  return candidates;
}

}  // namespace

std::vector<SocketCandidate> find_stream_sockets(const std::string& log_namespace) {
  std::vector<SocketCandidate> candidates = find_common_stream_sockets();
  if (log_namespace.empty()) return candidates;
  for (SocketCandidate& candidate : candidates) {
    const std::size_t slash = candidate.path.rfind('/');
    if (slash != std::string::npos) candidate.path.insert(slash, "." + log_namespace);
  }
  return candidates;
}

StreamConnection connect_stream(const std::vector<SocketCandidate>& candidates) {
  StreamConnection connection;
  for (const SocketCandidate& candidate : candidates) {
    connection.path = candidate.path;
    connection.fd = connect_to(candidate, connection.sys_errno);
    if (connection.fd.is_open()) break;
  }
  return connection;
}

Result<std::string> journal_stream_id(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) return fail(Error::system(errno, "fstat"));
  return std::to_string(status.st_dev) + ":" + std::to_string(status.st_ino);
}

void end_partial_line(int fd) {
  end_partial_line(fd, std::chrono::steady_clock::time_point::min());
}

int unread_by_collector(int fd) {
  int bytes = 0;
  return ::ioctl(fd, SIOCOUTQ, &bytes) == 0 ? bytes : 0;
}

bool collector_has_gone(int fd) {
  pollfd peer{.fd = fd, .events = POLLOUT, .revents = 0};
  return ::poll(&peer, 1, 0) > 0 && (peer.revents & (POLLERR | POLLHUP)) != 0;
}

Drained drain_stream(int fd, std::chrono::steady_clock::time_point deadline) {
  if (!end_partial_line(fd, deadline)) return Drained::kCollectorGone;
  constexpr long kShortestNap = 50'000;
  constexpr long kLongestNap = 5'000'000;
  for (long nap = kShortestNap; unread_by_collector(fd) > 0; nap = std::min(nap * 2, kLongestNap)) {
    if (std::chrono::steady_clock::now() >= deadline) return Drained::kTimedOut;
    const timespec pause{.tv_sec = 0, .tv_nsec = nap};
    ::nanosleep(&pause, nullptr);
  }
  return collector_has_gone(fd) ? Drained::kCollectorGone : Drained::kReceived;
}

}  // namespace logq::supervise
