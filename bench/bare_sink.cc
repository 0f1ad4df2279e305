// bare_sink: receives and drops, the floor of what any collector must pay.
//
//   bare_sink native SOCKET COUNT   recvmmsg until COUNT datagrams have come
//   bare_sink stream SOCKET         one connection, read until its end (cat > /dev/null)
//   bare_sink batch SOCKET          one connection of the batch protocol, whose batches are
//                                   acknowledged and dropped, several by one acknowledgement
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

#include "wire/batch_protocol.h"

namespace {

constexpr std::size_t kSlots = 64;
constexpr std::size_t kSlotBytes = 64 << 10;
constexpr std::size_t kBatchSlots = 8;
constexpr std::size_t kBatchSlotBytes = 256 << 10;
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

// What a call of recvmmsg brings, overwritten by the next one.
class Messages {
 public:
  Messages(std::size_t slots, std::size_t slot_bytes)
      : slot_bytes_(slot_bytes),
        bytes_(slots * slot_bytes),
        controls_(slots),
        parts_(slots),
        headers_(slots) {}
  // Waits for one. Their number.
  std::size_t receive(int fd) {
    for (std::size_t i = 0; i < headers_.size(); ++i) {
      parts_[i] = {bytes_.data() + i * slot_bytes_, slot_bytes_};
      headers_[i] = {};
      headers_[i].msg_hdr.msg_iov = &parts_[i];
      headers_[i].msg_hdr.msg_iovlen = 1;
      headers_[i].msg_hdr.msg_control = controls_[i].data();
      headers_[i].msg_hdr.msg_controllen = kControlBytes;
    }
    const auto slots = static_cast<unsigned>(headers_.size());
    const int n = ::recvmmsg(fd, headers_.data(), slots, MSG_WAITFORONE, nullptr);
    if (n < 0) give_up("recvmmsg");
    return static_cast<std::size_t>(n);
  }
  [[nodiscard]] std::string_view at(std::size_t slot) const {
    return {bytes_.data() + slot * slot_bytes_, headers_[slot].msg_len};
  }

 private:
  std::size_t slot_bytes_;
  std::vector<char> bytes_;
  std::vector<std::array<char, kControlBytes>> controls_;
  std::vector<iovec> parts_;
  std::vector<mmsghdr> headers_;
};

void drop_datagrams(int fd, unsigned long long count) {
  Messages messages(kSlots, kSlotBytes);
  for (unsigned long long received = 0; received < count;)
    received += messages.receive(fd);
}

int accept_one(int listener) {
  if (::listen(listener, 4) < 0) give_up("listen");
  std::puts("ready");
  std::fflush(stdout);
  const int fd = ::accept(listener, nullptr, nullptr);
  if (fd < 0) give_up("accept");
  return fd;
}

void send_reply(int fd, const std::string& reply) {
  if (::send(fd, reply.data(), reply.size(), MSG_NOSIGNAL) < 0) give_up("send");
}

void drop_batches(int listener) {
  const int fd = accept_one(listener);
  send_reply(fd, logq::wire::encode_batch_reply(
                     logq::wire::BatchHello{std::uint32_t{kBatchSlotBytes}, 512, 64}));
  Messages messages(kBatchSlots, kBatchSlotBytes);
  while (true) {
    const std::size_t received = messages.receive(fd);
    std::uint64_t number = 0;
    for (std::size_t i = 0; i < received; ++i) {
      if (messages.at(i).empty()) return;  // the client has been told of all it sent
      number = logq::wire::peek_batch_number(messages.at(i));
    }
    send_reply(fd, logq::wire::encode_batch_reply(logq::wire::BatchAck{number, 0, 0, 0, 0}));
  }
}

void drop_stream(int listener) {
  const int fd = accept_one(listener);
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
  } else if (kind == "batch" && argc == 3) {
    drop_batches(bind_to(argv[2], SOCK_SEQPACKET));
  } else {
    std::fputs("usage: bare_sink native SOCKET COUNT | bare_sink stream|batch SOCKET\n", stderr);
    return 2;
  }
  return 0;
}
