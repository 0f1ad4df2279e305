#include "collect/fd_store.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cerrno>
#include <cstddef>
#include <cstring>

#include "collect/limits.h"

namespace logq::collect {
namespace {

base::UniqueFd connect_to(std::string_view address_text) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const bool is_address = address_text.starts_with('/') || address_text.starts_with('@');
  if (!is_address || address_text.size() >= sizeof(address.sun_path)) return {};
  std::memcpy(address.sun_path, address_text.data(), address_text.size());
  std::size_t size = offsetof(sockaddr_un, sun_path) + address_text.size() + 1;
  if (address_text[0] == '@') {
    address.sun_path[0] = '\0';
    --size;  // no NUL behind an abstract name
  }
  base::UniqueFd fd(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!fd.is_open()) return {};
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  if (::connect(fd.get(), generic, static_cast<socklen_t>(size)) < 0) return {};
  return fd;
}

}  // namespace

FdStore::FdStore(std::string_view notify_socket)
    : socket_(notify_socket.empty() ? base::UniqueFd() : connect_to(notify_socket)) {}

FdStore::~FdStore() {
  sd_event_source_disable_unref(writable_);
}

void FdStore::start(sd_event* event) {
  if (!is_available()) return;
  if (sd_event_add_io(event, &writable_, socket_.get(), EPOLLOUT, &on_writable, this) < 0) return;
  sd_event_source_set_enabled(writable_, SD_EVENT_OFF);
  send_waiting();
}

int FdStore::on_writable(sd_event_source* /*source*/,
                         int /*fd*/,
                         std::uint32_t /*events*/,
                         void* self) {
  static_cast<FdStore*>(self)->send_waiting();
  return 0;
}

FdStore::Sent FdStore::send(const std::string& text, int fd) {
  iovec data{const_cast<char*>(text.data()), text.size()};
  alignas(cmsghdr) unsigned char control[CMSG_SPACE(sizeof(int))] = {};
  msghdr message{};
  message.msg_iov = &data;
  message.msg_iovlen = 1;
  if (fd >= 0) {
    message.msg_control = control;
    message.msg_controllen = sizeof(control);
    cmsghdr* header = CMSG_FIRSTHDR(&message);
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(int));
    std::memcpy(CMSG_DATA(header), &fd, sizeof(fd));
  }
  if (::sendmsg(socket_.get(), &message, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0) return Sent::kDone;
  // Too many descriptors on their way is a matter of time, too.
  const bool is_full =
      errno == EAGAIN || errno == EINTR || errno == ENOBUFS || errno == ETOOMANYREFS;
  return is_full ? Sent::kLater : Sent::kNever;
}

// False when it has to wait.
bool FdStore::send_store(const std::string& name, int fd) {
  const Sent sent = send("FDSTORE=1\nFDPOLL=0\nFDNAME=" + name, fd);
  if (sent == Sent::kDone) stored_.insert(name);
  return sent != Sent::kLater;
}

bool FdStore::send_remove(const std::string& name) {
  return send("FDSTOREREMOVE=1\nFDNAME=" + name, -1) != Sent::kLater;
}

void FdStore::store(int fd, const std::string& name) {
  if (!is_available()) return;
  if (to_store_.empty() && send_store(name, fd)) return;
  to_store_.emplace(name, fd);
  watch_for_room();
}

void FdStore::remove(const std::string& name) {
  if (!is_available() || to_store_.erase(name) > 0 || stored_.erase(name) == 0) return;
  if (to_remove_.empty() && send_remove(name)) return;
  // One that is forgotten comes back at the next start, and is closed then.
  if (to_remove_.size() < kStreamsKeptMax) to_remove_.insert(name);
  watch_for_room();
}

void FdStore::send_waiting() {
  while (!to_remove_.empty() && send_remove(*to_remove_.begin()))
    to_remove_.erase(to_remove_.begin());
  while (!to_store_.empty() && send_store(to_store_.begin()->first, to_store_.begin()->second))
    to_store_.erase(to_store_.begin());
  watch_for_room();
}

void FdStore::watch_for_room() {
  if (writable_ == nullptr) return;
  const bool waits = !to_remove_.empty() || !to_store_.empty();
  sd_event_source_set_enabled(writable_, waits ? SD_EVENT_ON : SD_EVENT_OFF);
}

}  // namespace logq::collect
