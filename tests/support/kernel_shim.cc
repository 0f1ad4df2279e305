// Preloaded into stock journald: makes netlink messages of a test look like the kernel's own, whose
// sender has no number. Only the kernel can send as itself.
#include <dlfcn.h>
#include <linux/netlink.h>
#include <sys/socket.h>

#include <cstring>

namespace {

using Receive = ssize_t (*)(int, msghdr*, int);

void claim_no_process(cmsghdr* header) {
  if (header->cmsg_level != SOL_SOCKET || header->cmsg_type != SCM_CREDENTIALS) return;
  ucred sender{};
  std::memcpy(&sender, CMSG_DATA(header), sizeof(sender));
  sender.pid = 0;
  std::memcpy(CMSG_DATA(header), &sender, sizeof(sender));
}

}  // namespace

extern "C" __attribute__((visibility("default"))) ssize_t recvmsg(int fd,
                                                                  msghdr* message,
                                                                  int flags) {
  static const auto real = reinterpret_cast<Receive>(::dlsym(RTLD_NEXT, "recvmsg"));
  const ssize_t size = real(fd, message, flags);
  if (size < 0 || message->msg_name == nullptr || message->msg_namelen < sizeof(sockaddr_nl)) {
    return size;
  }
  auto* sender = static_cast<sockaddr_nl*>(message->msg_name);
  if (sender->nl_family != AF_NETLINK) return size;
  sender->nl_pid = 0;
  for (cmsghdr* header = CMSG_FIRSTHDR(message); header != nullptr;
       header = CMSG_NXTHDR(message, header))
    claim_no_process(header);
  return size;
}
