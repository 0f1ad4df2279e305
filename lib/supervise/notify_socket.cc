#include "supervise/notify_socket.h"

#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <cstddef>

namespace logq::supervise {
namespace {

constexpr int kReceiveBufferBytes = 8 << 20;   // as systemd's
constexpr std::size_t kMostDescriptors = 253;  // of one datagram, SCM_MAX_FD

struct Ancillary {
  std::optional<ucred> sender;
  std::vector<base::UniqueFd> descriptors;
};

Ancillary take_ancillary(msghdr& header) {
  Ancillary taken;
  for (cmsghdr* part = CMSG_FIRSTHDR(&header); part != nullptr; part = CMSG_NXTHDR(&header, part)) {
    if (part->cmsg_level != SOL_SOCKET) continue;
    if (part->cmsg_type == SCM_CREDENTIALS) {
      ucred sender{};
      ::memcpy(&sender, CMSG_DATA(part), sizeof sender);
      taken.sender = sender;
    } else if (part->cmsg_type == SCM_RIGHTS) {
      const std::size_t count = (part->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      for (std::size_t i = 0; i < count; ++i) {
        int fd = -1;
        ::memcpy(&fd, CMSG_DATA(part) + i * sizeof fd, sizeof fd);
        taken.descriptors.emplace_back(fd);
      }
    }
  }
  return taken;
}

}  // namespace

Result<NotifySocket> NotifySocket::open(const std::string& path) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path.size() >= sizeof address.sun_path)
    return fail(Error::system(ENAMETOOLONG, "notify socket"));
  path.copy(address.sun_path, path.size());
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return fail(Error::system(errno, "socket"));
  ::unlink(path.c_str());
  if (::bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0)
    return fail(Error::system(errno, "notify socket"));
  // The service may run as anybody; who may be believed is decided by the sender's pid.
  ::chmod(path.c_str(), 0777);
  constexpr int kOn = 1;
  ::setsockopt(fd.get(), SOL_SOCKET, SO_PASSCRED, &kOn, sizeof kOn);
  if (::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUFFORCE, &kReceiveBufferBytes,
                   sizeof kReceiveBufferBytes) != 0) {
    ::setsockopt(fd.get(), SOL_SOCKET, SO_RCVBUF, &kReceiveBufferBytes, sizeof kReceiveBufferBytes);
  }
  NotifySocket opened(std::move(fd), path);
  opened.buffer_.resize(wire::kNotifyMessageMax + 1);
  return opened;
}

NotifySocket::~NotifySocket() {
  if (fd_.is_open()) ::unlink(path_.c_str());
}

std::optional<NotifySocket::Received> NotifySocket::receive() {
  alignas(cmsghdr)
      std::array<char, CMSG_SPACE(sizeof(ucred)) + CMSG_SPACE(kMostDescriptors * sizeof(int))>
          control{};
  iovec part{buffer_.data(), buffer_.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  ssize_t size = 0;
  do {
    size = ::recvmsg(fd_.get(), &header, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  } while (size < 0 && errno == EINTR);
  if (size < 0) return std::nullopt;
  Ancillary ancillary = take_ancillary(header);
  Received received;
  received.descriptors = std::move(ancillary.descriptors);
  if (!ancillary.sender || ancillary.sender->pid <= 0) {
    received.complaint = "it says not whose it is";
    return received;
  }
  received.pid = ancillary.sender->pid;
  received.uid = ancillary.sender->uid;
  auto message = wire::parse_notify_message({buffer_.data(), static_cast<std::size_t>(size)},
                                            received.descriptors.size());
  if (message) {
    received.message = *std::move(message);
  } else {
    received.complaint = message.error().message();
  }
  return received;
}

}  // namespace logq::supervise
