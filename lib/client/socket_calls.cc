#include "client/socket_calls.h"

#include <fcntl.h>
#include <linux/sockios.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "base/io.h"
#include "base/undestroyed.h"
#include "base/unique_fd.h"

namespace logq::client {
namespace {

constexpr std::size_t kMessagesAtOnce = 64;
constexpr int kPacketBufferBytes = 1 << 20;
constexpr int kSendBufferBytes = 8 << 20;  // as libsystemd: fewer entries need a memory file

// Whether the socket's directory belongs to us and nobody else may put things there.
bool is_private_directory_of(const std::string& socket_path) {
  const std::string directory = socket_path.substr(0, socket_path.rfind('/'));
  struct stat status {};
  return ::lstat(directory.c_str(), &status) == 0 && S_ISDIR(status.st_mode) &&
         status.st_uid == ::geteuid() && (status.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

// In a program without standard input, output or error the socket would take its number, and what
// is printed there would go to the collector.
int open_above_standard_descriptors(int type) {
  const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  if (fd < 0) return -errno;
  if (fd > STDERR_FILENO) return fd;
  const int above = ::fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
  const int code = above < 0 ? -errno : above;
  ::close(fd);
  return code;
}

// A refusal leaves the system's default, which works with smaller datagrams.
void enlarge_send_buffer(int fd, int bytes) {
  if (::setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof bytes) < 0)
    ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
}

int connect_socket(int fd, const SocketCandidate& candidate) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (candidate.path.size() >= sizeof address.sun_path) return -ENAMETOOLONG;
  if (candidate.must_be_private && !is_private_directory_of(candidate.path)) return -ENOENT;
  std::memcpy(address.sun_path, candidate.path.data(), candidate.path.size());
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  // Not ::connect(): ThreadSanitizer takes that for a data race with another thread's send(), but
  // connecting a datagram socket anew while it is in use is what the kernel allows.
  return ::syscall(SYS_connect, fd, generic, sizeof address) < 0 ? -errno : 0;
}

class SystemSocketCalls final : public SocketCalls {
 public:
  int open_socket(std::chrono::milliseconds send_timeout) override {
    const int fd = open_above_standard_descriptors(SOCK_DGRAM);
    if (fd < 0) return fd;
    enlarge_send_buffer(fd, kSendBufferBytes);
    timeval timeout{};
    timeout.tv_sec = send_timeout.count() / 1000;
    timeout.tv_usec = send_timeout.count() % 1000 * 1000;
    ::setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &timeout, sizeof timeout);
    return fd;
  }

  int connect(int fd, const SocketCandidate& candidate) override {
    return connect_socket(fd, candidate);
  }

  int send_bytes(int fd, std::string_view bytes, int flags) override {
    // Not ::send(): a call that waits would be a point where its thread may be cancelled, and what
    // logs promises not to throw, as that does.
    return ::syscall(SYS_sendto, fd, bytes.data(), bytes.size(), flags, nullptr, 0) < 0 ? -errno
                                                                                        : 0;
  }

  int send_descriptor(int fd, int descriptor, int flags) override {
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int))> control{};
    msghdr message{};
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &descriptor, sizeof descriptor);
    return ::sendmsg(fd, &message, flags) < 0 ? -errno : 0;
  }

  int send_many(int fd, std::span<const std::string_view> messages) override {
    std::array<iovec, kMessagesAtOnce> parts;
    std::array<mmsghdr, kMessagesAtOnce> headers{};
    const std::size_t count = std::min(messages.size(), kMessagesAtOnce);
    for (std::size_t i = 0; i < count; ++i) {
      parts[i] = {const_cast<char*>(messages[i].data()), messages[i].size()};
      headers[i].msg_hdr.msg_iov = &parts[i];
      headers[i].msg_hdr.msg_iovlen = 1;
    }
    const int sent =
        ::sendmmsg(fd, headers.data(), static_cast<unsigned>(count), MSG_DONTWAIT | MSG_NOSIGNAL);
    return sent < 0 ? -errno : sent;
  }

  int open_packets(const SocketCandidate& candidate) override {
    base::UniqueFd fd(open_above_standard_descriptors(SOCK_SEQPACKET | SOCK_NONBLOCK));
    if (!fd.is_open()) return -errno;
    enlarge_send_buffer(fd.get(), kPacketBufferBytes);
    const int connected = connect_socket(fd.get(), candidate);
    return connected < 0 ? connected : fd.release();
  }

  int receive(int fd, std::span<char> message) override {
    const ssize_t size = ::recv(fd, message.data(), message.size(), MSG_DONTWAIT);
    return size < 0 ? -errno : static_cast<int>(size);
  }

  std::uint64_t identity(int fd) override {
    struct stat status {};
    return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode) ? status.st_ino : 0;
  }

  int make_sealed_file(std::string_view bytes) override {
    base::UniqueFd file(::memfd_create("logq-entry", MFD_CLOEXEC | MFD_ALLOW_SEALING));
    if (!file.is_open()) return -errno;
    if (const auto written = base::write_all(file.get(), bytes); !written) {
      return -written.error().sys_errno;
    }
    constexpr int kSeals = F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
    if (::fcntl(file.get(), F_ADD_SEALS, kSeals) < 0) return -errno;
    return file.release();
  }

  int unreceived(int fd) override {
    int bytes = 0;
    return ::ioctl(fd, SIOCOUTQ, &bytes) < 0 ? -errno : bytes;
  }

  std::chrono::steady_clock::time_point now() override { return std::chrono::steady_clock::now(); }
  void close(int fd) override { ::close(fd); }
};

constinit base::Undestroyed<SystemSocketCalls> system_calls;

}  // namespace

SocketCalls& SocketCalls::system() {
  return system_calls.value;
}

}  // namespace logq::client
