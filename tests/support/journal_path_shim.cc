// Preloaded into a client of libsystemd, whose journal socket has one path for all: sends what goes
// there to the collector that LOGQ_SOCKET names. A test must never reach the host's journal.
#include <dlfcn.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <cstdlib>
#include <cstring>

namespace {

using Send = ssize_t (*)(int, const msghdr*, int);

bool is_host_journal(const msghdr& message) {
  if (message.msg_name == nullptr || message.msg_namelen < sizeof(sa_family_t)) return false;
  const auto* address = static_cast<const sockaddr_un*>(message.msg_name);
  return address->sun_family == AF_UNIX &&
         std::strncmp(address->sun_path, "/run/systemd/journal/", 21) == 0;
}

}  // namespace

extern "C" __attribute__((visibility("default"))) ssize_t sendmsg(int fd,
                                                                  const msghdr* message,
                                                                  int flags) {
  static const auto real = reinterpret_cast<Send>(::dlsym(RTLD_NEXT, "sendmsg"));
  if (!is_host_journal(*message)) return real(fd, message, flags);
  const char* const path = std::getenv("LOGQ_SOCKET");
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (path != nullptr) std::strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
  msghdr elsewhere = *message;
  elsewhere.msg_name = &address;
  elsewhere.msg_namelen = sizeof(address);
  return real(fd, &elsewhere, flags);
}
