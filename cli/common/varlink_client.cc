#include "common/varlink_client.h"

#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>

#include "base/clock.h"
#include "base/io.h"
#include "base/try.h"
#include "base/unique_fd.h"
#include "wire/varlink.h"

namespace logq::cli {
namespace {

constexpr std::size_t kLongestReply = std::size_t{64} << 10;

// Also for connect(2), which waits while the queue of the listener is full.
void limit_sending(int fd, std::uint64_t timeout_usec) {
  timeval limit{};
  limit.tv_sec = static_cast<time_t>(timeout_usec / 1'000'000);
  limit.tv_usec = static_cast<suseconds_t>(timeout_usec % 1'000'000);
  ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
}

Result<base::UniqueFd> connect_to(const std::string& path, std::uint64_t timeout_usec) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) {
    return fail(Error::make(Errc::kTooLarge, "socket path is too long"));
  }
  path.copy(address.sun_path, path.size());
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!fd.is_open()) return fail(Error::system(errno, "socket"));
  limit_sending(fd.get(), timeout_usec);
  if (::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
    if (errno == EAGAIN) return fail(Error::make(Errc::kBusy, "no connection in time"));
    return fail(Error::system(errno, "connect"));
  }
  return fd;
}

// True when there is something to read.
Result<bool> wait_readable(int fd, std::uint64_t deadline_usec) {
  for (;;) {
    const std::uint64_t now = base::monotonic_usec();
    if (now >= deadline_usec) return false;
    pollfd wanted{fd, POLLIN, 0};
    const int ready = ::poll(&wanted, 1, static_cast<int>((deadline_usec - now) / 1000 + 1));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return fail(Error::system(errno, "poll"));
  }
}

Result<std::string> read_message(int fd, std::uint64_t deadline_usec) {
  std::string message;
  std::array<char, 4096> chunk{};
  while (message.size() < kLongestReply) {
    if (!LOGQ_TRY(wait_readable(fd, deadline_usec))) {
      return fail(Error::make(Errc::kBusy, "no answer in time"));
    }
    const ssize_t count = ::read(fd, chunk.data(), chunk.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return fail(Error::system(errno, "read"));
    if (count == 0) return fail(Error::make(Errc::kClosed, "the service closed the connection"));
    message.append(chunk.data(), static_cast<std::size_t>(count));
    const std::size_t end = message.find(wire::kVarlinkEnd);
    if (end != std::string::npos) return message.substr(0, end);
  }
  return fail(Error::make(Errc::kTooLarge, "the answer is too long"));
}

}  // namespace

Result<VarlinkAnswer> call_varlink(const std::string& socket_path,
                                   std::string_view method,
                                   std::uint64_t timeout_usec) {
  const std::uint64_t deadline_usec = base::monotonic_usec() + timeout_usec;
  const base::UniqueFd fd = LOGQ_TRY(connect_to(socket_path, timeout_usec));
  const std::string call = wire::encode_varlink_call(method);
  if (::send(fd.get(), call.data(), call.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(call.size())) {
    return fail(Error::system(errno, "send"));
  }
  const std::string message = LOGQ_TRY(read_message(fd.get(), deadline_usec));
  const wire::VarlinkReply reply = LOGQ_TRY(wire::parse_varlink_reply(message));
  return VarlinkAnswer{reply.error,
                       reply.parameters ? std::string(reply.parameters->text()) : "{}"};
}

}  // namespace logq::cli
