// load_sender: sends entries to a collector as fast as it takes them, or at a given rate.
//
//   load_sender native SOCKET COUNT BATCH [PER_SECOND [DETAIL]]
//       datagrams of BATCH entries, each by a system call of its own, as libsystemd sends them
//   load_sender bursts SOCKET COUNT BATCH [PER_SECOND [DETAIL]]
//       the same, 16 to a system call
//   load_sender batch SOCKET COUNT BATCH [PER_SECOND [DETAIL]]
//       batches of BATCH entries to a batch socket, as many under way as it allows, all awaited at
//       the end
//   load_sender stream SOCKET COUNT
//       lines on one stdout stream
//   load_sender clients SOCKET COUNT CLIENTS
//       as native with single entries, from so many processes at once; says "ready" and waits for
//       the end of its input before they begin
//
// PER_SECOND 0 is as fast as possible; DETAIL adds a field of that many bytes to each entry.
// Everything is encoded before the first byte is sent, in chunks, so that the sender is not what is
// measured. Ends when all is sent, not when all is stored; batches are, once acknowledged.
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "load_entry.h"
#include "wire/batch_protocol.h"

namespace logq::bench {
namespace {

constexpr std::uint64_t kChunk = 16;  // datagrams that are encoded at once

[[noreturn]] void give_up(const char* what) {
  std::fprintf(stderr, "load_sender: %s: %s\n", what, std::strerror(errno));
  std::exit(1);
}

int connect_to(const char* path, int type) {
  const int fd = ::socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
  const int buffer_bytes = 8 << 20;
  ::setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &buffer_bytes, sizeof(buffer_bytes));
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) < 0) {
    give_up(path);
  }
  return fd;
}

// Sleeps until `number` entries are due; nothing without a rate.
class Pace {
 public:
  explicit Pace(std::uint64_t per_second) : per_second_(per_second) {
    ::clock_gettime(CLOCK_MONOTONIC, &start_);
  }
  void wait_for(std::uint64_t number) const {
    if (per_second_ == 0) return;
    timespec due = start_;
    const std::uint64_t nsec = number * 1'000'000'000 / per_second_;
    due.tv_sec += static_cast<time_t>(nsec / 1'000'000'000);
    due.tv_nsec += static_cast<long>(nsec % 1'000'000'000);
    if (due.tv_nsec >= 1'000'000'000) {
      due.tv_nsec -= 1'000'000'000;
      ++due.tv_sec;
    }
    ::clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &due, nullptr);
  }

 private:
  std::uint64_t per_second_;
  timespec start_{};
};

void send_all(int fd, std::vector<mmsghdr>& messages, std::size_t per_call) {
  std::size_t sent = 0;
  while (sent < messages.size()) {
    const auto count = static_cast<unsigned>(std::min(messages.size() - sent, per_call));
    const int n = ::sendmmsg(fd, messages.data() + sent, count, MSG_NOSIGNAL);
    if (n < 0 && errno != EINTR) give_up("sendmmsg");
    if (n > 0) sent += static_cast<std::size_t>(n);
  }
}

struct Load {
  std::uint64_t count = 0;
  std::uint64_t batch = 1;
  std::uint64_t detail_bytes = 0;
  std::size_t datagrams_per_call = 1;
};

void send_native(int fd, const Load& load, const Pace& pace) {
  std::vector<std::string> texts(kChunk);
  std::vector<iovec> parts(kChunk);
  std::vector<mmsghdr> messages;
  for (std::uint64_t number = 0; number < load.count;) {
    messages.clear();
    for (std::size_t i = 0; i < kChunk && number < load.count; ++i) {
      texts[i].clear();
      for (std::uint64_t k = 0; k < load.batch && number < load.count; ++k) {
        if (k > 0) texts[i] += '\n';
        append_native_entry(number++, load.detail_bytes, texts[i]);
      }
      parts[i] = {texts[i].data(), texts[i].size()};
      mmsghdr message{};
      message.msg_hdr.msg_iov = &parts[i];
      message.msg_hdr.msg_iovlen = 1;
      messages.push_back(message);
    }
    pace.wait_for(number);
    send_all(fd, messages, load.datagrams_per_call);
  }
}

// The client's side of the batch protocol, without what makes it survive anything.
class BatchSender {
 public:
  explicit BatchSender(int fd) : fd_(fd) {
    const auto hello = receive();
    const auto* limits = std::get_if<wire::BatchHello>(&hello);
    if (limits == nullptr) give_up("no hello");
    window_ = limits->window;
  }
  [[nodiscard]] std::string begin(std::uint64_t count) {
    return wire::encode_batch_header({id_, ++encoded_, static_cast<std::uint32_t>(count), {}});
  }
  void send(std::string_view message) {
    while (sent_ - acknowledged_ >= window_)
      await_ack();
    ssize_t n = -1;
    do {
      n = ::send(fd_, message.data(), message.size(), MSG_NOSIGNAL);
    } while (n < 0 && errno == EINTR);
    if (n < 0) give_up("send");
    ++sent_;
  }
  void finish() {
    while (acknowledged_ < sent_)
      await_ack();
  }

 private:
  [[nodiscard]] wire::BatchReply receive() const {
    char bytes[256];
    const ssize_t n = ::recv(fd_, bytes, sizeof(bytes), 0);
    if (n <= 0) give_up("recv");
    const auto reply = wire::decode_batch_reply({bytes, static_cast<std::size_t>(n)});
    if (!reply.has_value()) give_up("not a reply");
    return *reply;
  }
  void await_ack() {
    const auto reply = receive();
    const auto* ack = std::get_if<wire::BatchAck>(&reply);
    if (ack == nullptr) give_up("refused");
    acknowledged_ = ack->number;
  }

  int fd_;
  Id128 id_ = Id128::random();
  std::uint64_t window_ = 0;
  std::uint64_t encoded_ = 0;
  std::uint64_t sent_ = 0;
  std::uint64_t acknowledged_ = 0;
};

void send_batches(int fd, const Load& load, const Pace& pace) {
  BatchSender sender(fd);
  std::vector<std::string> messages(kChunk);
  for (std::uint64_t number = 0; number < load.count;) {
    std::size_t used = 0;
    for (; used < kChunk && number < load.count; ++used) {
      const std::uint64_t entries = std::min(load.batch, load.count - number);
      messages[used] = sender.begin(entries);
      for (std::uint64_t k = 0; k < entries; ++k) {
        if (k > 0) messages[used] += '\n';
        append_native_entry(number++, load.detail_bytes, messages[used]);
      }
    }
    pace.wait_for(number);
    for (std::size_t i = 0; i < used; ++i)
      sender.send(messages[i]);
  }
  sender.finish();
}

void write_all(int fd, std::string_view text) {
  while (!text.empty()) {
    const ssize_t n = ::write(fd, text.data(), text.size());
    if (n < 0 && errno != EINTR) give_up("write");
    if (n > 0) text.remove_prefix(static_cast<std::size_t>(n));
  }
}

void send_stream(int fd, std::uint64_t count) {
  write_all(fd, "orders\n\n30\n1\n0\n0\n0\n");
  std::string text;
  for (std::uint64_t number = 0; number < count; ++number) {
    text += load_message(number) + "\n";
    if (text.size() < (64 << 10) && number + 1 < count) continue;
    write_all(fd, text);
    text.clear();
  }
}

// Each child begins when the write end of `start` is closed.
void send_from_clients(const char* path, std::uint64_t count, std::uint64_t clients) {
  int start[2];
  if (::pipe(start) < 0) give_up("pipe");
  for (std::uint64_t client = 0; client < clients; ++client) {
    const pid_t child = ::fork();
    if (child < 0) give_up("fork");
    if (child > 0) continue;
    ::close(start[1]);
    const int fd = connect_to(path, SOCK_DGRAM);
    char byte = 0;
    std::ignore = ::read(start[0], &byte, 1);
    const std::uint64_t share = count / clients + (client < count % clients ? 1 : 0);
    send_native(fd, {share, 1, 0, 1}, Pace(0));
    ::_exit(0);
  }
  std::puts("ready");
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  ::close(start[1]);
  int status = 0;
  bool failed = false;
  while (::wait(&status) > 0)
    failed = failed || status != 0;
  if (failed) std::exit(1);
}

}  // namespace
}  // namespace logq::bench

int main(int argc, char** argv) {
  using namespace logq::bench;  // NOLINT(google-build-using-namespace): main has no other home
  const auto number = [&](int i) { return i < argc ? std::strtoull(argv[i], nullptr, 10) : 0ULL; };
  const std::string_view kind = argc > 1 ? argv[1] : "";
  if ((kind == "native" || kind == "bursts") && argc >= 5 && number(4) > 0) {
    const Load load{number(3), number(4), number(6), kind == "bursts" ? kChunk : 1};
    send_native(connect_to(argv[2], SOCK_DGRAM), load, Pace(number(5)));
  } else if (kind == "batch" && argc >= 5 && number(4) > 0) {
    send_batches(connect_to(argv[2], SOCK_SEQPACKET), {number(3), number(4), number(6)},
                 Pace(number(5)));
  } else if (kind == "clients" && argc == 5 && number(4) > 0) {
    send_from_clients(argv[2], number(3), number(4));
  } else if (kind == "stream" && argc == 4) {
    send_stream(connect_to(argv[2], SOCK_STREAM), number(3));
  } else {
    std::fputs(
        "usage: load_sender native|bursts|batch SOCKET COUNT BATCH [PER_SECOND [DETAIL]]\n"
        "       load_sender stream SOCKET COUNT\n"
        "       load_sender clients SOCKET COUNT CLIENTS\n",
        stderr);
    return 2;
  }
  return 0;
}
