#include "collect/control_message.h"

#include <sys/time.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace logq::collect {
namespace {

// From the kernel's headers; the C library does not name them.
constexpr int kScmSecurity = 3;
constexpr int kScmPidfd = 4;
constexpr int kPassRights = 83;

template <typename T>
std::optional<T> payload_of(const unsigned char* data, std::size_t size) {
  T value{};
  if (size < sizeof(T)) return std::nullopt;
  std::memcpy(&value, data, sizeof(T));
  return value;
}

// Whoever passes the last reference to a TCP socket would have close(2) wait for as long as he said
// (SO_LINGER). Nothing happens to what is no socket.
void close_without_waiting(int fd) {
  const linger off{};
  std::ignore = ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &off, sizeof(off));
}

void take_descriptors(const unsigned char* data,
                      std::size_t size,
                      Descriptors policy,
                      ControlData& control) {
  for (std::size_t at = 0; at + sizeof(int) <= size; at += sizeof(int)) {
    int fd = -1;
    std::memcpy(&fd, data + at, sizeof(int));
    ++control.descriptors_sent;
    if (policy == Descriptors::kForget || fd < 0) continue;
    close_without_waiting(fd);
    control.descriptors.emplace_back(fd);
  }
}

// In the place of a descriptor there may be an error number: of a process that has been waited for
// (ESRCH, EINVAL, before Linux 6.15), or one that says nothing about it (EMFILE).
void take_process(const unsigned char* data,
                  std::size_t size,
                  Descriptors policy,
                  ControlData& control) {
  const auto fd = payload_of<int>(data, size);
  if (!fd.has_value() || policy == Descriptors::kForget) return;
  if (*fd >= 0) control.process = PassedProcess(base::UniqueFd(*fd));
  if (*fd == -ESRCH || *fd == -EINVAL) control.process = PassedProcess::ended();
}

void take_message(const cmsghdr& header,
                  const unsigned char* data,
                  std::size_t size,
                  Descriptors policy,
                  ControlData& control) {
  switch (header.cmsg_type) {
    case SCM_CREDENTIALS:
      if (auto found = payload_of<ucred>(data, size)) {
        control.credentials = Credentials{found->pid, found->uid, found->gid};
      }
      break;
    case SCM_TIMESTAMP:
      if (auto found = payload_of<timeval>(data, size)) {
        control.realtime_usec = static_cast<std::uint64_t>(found->tv_sec) * 1'000'000 +
                                static_cast<std::uint64_t>(found->tv_usec);
      }
      break;
    case kScmSecurity: {
      const auto* text = reinterpret_cast<const char*>(data);
      control.label.assign(text, ::strnlen(text, size));
      break;
    }
    case SCM_RIGHTS:
      take_descriptors(data, size, policy, control);
      break;
    case kScmPidfd:
      take_process(data, size, policy, control);
      break;
    default:
      break;
  }
}

}  // namespace

ControlData parse_control(const msghdr& message, std::size_t capacity, Descriptors descriptors) {
  ControlData control;
  const auto* bytes = static_cast<const unsigned char*>(message.msg_control);
  const std::size_t end = std::min<std::size_t>(message.msg_controllen, capacity);
  std::size_t at = 0;
  while (end - at >= sizeof(cmsghdr)) {
    cmsghdr header{};
    std::memcpy(&header, bytes + at, sizeof(header));
    if (header.cmsg_len < CMSG_LEN(0) || header.cmsg_len > end - at) break;
    if (header.cmsg_level == SOL_SOCKET) {
      take_message(header, bytes + at + CMSG_LEN(0), header.cmsg_len - CMSG_LEN(0), descriptors,
                   control);
    }
    at = std::min(end, at + CMSG_ALIGN(header.cmsg_len));
  }
  return control;
}

Credentials peer_of(int socket) {
  ucred found{};
  socklen_t size = sizeof(found);
  if (::getsockopt(socket, SOL_SOCKET, SO_PEERCRED, &found, &size) < 0) {
    return {0, static_cast<uid_t>(-1), static_cast<gid_t>(-1)};
  }
  return {found.pid, found.uid, found.gid};
}

void enable_control(int socket) {
  const int on = 1;
  for (const int option : {SO_PASSCRED, SO_TIMESTAMP, SO_PASSSEC}) {
    // A kernel without a security module refuses SO_PASSSEC; the rest cannot fail on our sockets.
    std::ignore = ::setsockopt(socket, SOL_SOCKET, option, &on, sizeof(on));
  }
}

void refuse_descriptors(int socket) {
  const int off = 0;
  std::ignore = ::setsockopt(socket, SOL_SOCKET, kPassRights, &off, sizeof(off));
}

}  // namespace logq::collect
