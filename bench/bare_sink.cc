// bare_sink: receives and drops, the floor of what any collector must pay.
//
//   bare_sink native SOCKET COUNT   recvmmsg until COUNT datagrams have come
//   bare_sink stream SOCKET         one connection, read until its end (cat > /dev/null)
//
// Prints "ready" once it can be sent to.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace {

constexpr std::size_t kSlots = 64;
constexpr std::size_t kSlotBytes = 64 << 10;
constexpr std::size_t kControlBytes = 256;

[[noreturn]] void give_up(const char* what) {
  std::perror(what);
  std::exit(1);
}

int bind_to(const char* path, int type) {
  const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
  if (::bind(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) give_up(path);
  const int on = 1;  // the credentials and times a collector asks for as well
  ::setsockopt(fd, SOL_SOCKET, SO_PASSCRED, &on, sizeof(on));
  ::setsockopt(fd, SOL_SOCKET, SO_TIMESTAMP, &on, sizeof(on));
  return fd;
}

void drop_datagrams(int fd, unsigned long long count) {
  std::vector<char> bytes(kSlots * kSlotBytes);
  std::vector<std::array<char, kControlBytes>> controls(kSlots);
  std::vector<iovec> parts(kSlots);
  std::vector<mmsghdr> messages(kSlots);
  unsigned long long received = 0;
  while (received < count) {
    for (std::size_t i = 0; i < kSlots; ++i) {
      parts[i] = {bytes.data() + i * kSlotBytes, kSlotBytes};
      messages[i] = {};
      messages[i].msg_hdr.msg_iov = &parts[i];
      messages[i].msg_hdr.msg_iovlen = 1;
      messages[i].msg_hdr.msg_control = controls[i].data();
      messages[i].msg_hdr.msg_controllen = kControlBytes;
    }
    const int n = ::recvmmsg(fd, messages.data(), kSlots, MSG_WAITFORONE, nullptr);
    if (n < 0) give_up("recvmmsg");
    received += static_cast<unsigned long long>(n);
  }
}

void drop_stream(int listener) {
  if (::listen(listener, 4) < 0) give_up("listen");
  std::puts("ready");
  std::fflush(stdout);
  const int fd = ::accept(listener, nullptr, nullptr);
  std::vector<char> bytes(kSlotBytes);
  while (::read(fd, bytes.data(), bytes.size()) > 0) {
  }
}

}  // namespace

int main(int argc, char** argv) {
  const std::string_view kind = argc > 2 ? argv[1] : "";
  if (kind == "native" && argc == 4) {
    const int fd = bind_to(argv[2], SOCK_DGRAM);
    std::puts("ready");
    std::fflush(stdout);
    drop_datagrams(fd, std::strtoull(argv[3], nullptr, 10));
  } else if (kind == "stream" && argc == 3) {
    drop_stream(bind_to(argv[2], SOCK_STREAM));
  } else {
    std::fputs("usage: bare_sink native SOCKET COUNT | bare_sink stream SOCKET\n", stderr);
    return 2;
  }
  return 0;
}
