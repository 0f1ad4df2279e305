#include "collect/syslog_forward.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <utility>

namespace logq::collect {
namespace {

void append_timestamp(std::uint64_t realtime_usec, std::string& out) {
  const auto seconds = static_cast<std::time_t>(realtime_usec / 1'000'000);
  std::tm broken_down{};
  std::array<char, 32> text{};
  if (::localtime_r(&seconds, &broken_down) == nullptr) return;
  const std::size_t size = std::strftime(text.data(), text.size(), "%b %e %T ", &broken_down);
  out.append(text.data(), size);
}

// One sendmsg(2) to `path`, in the name of `sender`; 0 or the error number.
int send_as(int socket, const std::string& path, std::string_view bytes, const ucred* sender) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof(address.sun_path)) return ENAMETOOLONG;
  std::memcpy(address.sun_path, path.data(), path.size());
  iovec data{const_cast<char*>(bytes.data()), bytes.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(ucred))> control{};
  msghdr message{};
  message.msg_name = &address;
  message.msg_namelen = sizeof(address);
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (sender != nullptr) {
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    *header = {CMSG_LEN(sizeof(ucred)), SOL_SOCKET, SCM_CREDENTIALS};
    std::memcpy(CMSG_DATA(header), sender, sizeof(ucred));
  }
  while (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) < 0) {
    if (errno != EINTR) return errno;
  }
  return 0;
}

}  // namespace

SyslogForward::SyslogForward(Options options)
    : options_(std::move(options)),
      socket_(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}

void SyslogForward::send(std::string_view datagram, const std::optional<Credentials>& sender) {
  int error = 0;
  if (sender.has_value()) {
    ucred credentials{sender->pid, sender->uid, sender->gid};
    error = send_as(socket_.get(), options_.socket_path, datagram, &credentials);
    // The sender is gone, or we may not speak in its name: then in its user's, from our process.
    credentials.pid = ::getpid();
    if (error == ESRCH || error == EPERM) {
      error = send_as(socket_.get(), options_.socket_path, datagram, &credentials);
    }
  }
  if (!sender.has_value() || error == EPERM) {
    error = send_as(socket_.get(), options_.socket_path, datagram, nullptr);
  }
  // Where nobody listens nobody misses anything.
  if (error != 0 && error != ENOENT && error != ECONNREFUSED) missed_.add();
}

void SyslogForward::forward_raw(int level,
                                std::string_view datagram,
                                const std::optional<Credentials>& sender) {
  if (level > options_.level_max) return;
  send(datagram, sender);
}

void SyslogForward::forward(const ForwardedMessage& message) {
  if (message.level() > options_.level_max) return;
  composed_.assign("<").append(std::to_string(user_priority(message.priority))).append(">");
  append_timestamp(message.realtime_usec, composed_);
  append_tagged(message, composed_);
  send(composed_, message.sender);
}

}  // namespace logq::collect
