// What systemd-notify sends, as our decoder understands it.
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"
#include "wire/notify_message.h"

namespace logq::wire {
namespace {

struct Datagram {
  std::string text;
  std::size_t descriptors = 0;
};

// Waits for one; its descriptors are closed, which is the answer to a barrier.
Datagram receive(int fd) {
  std::array<char, kNotifyMessageMax + 1> buffer{};
  alignas(cmsghdr) std::array<char, 1024> control{};
  iovec part{buffer.data(), buffer.size()};
  msghdr header{};
  header.msg_iov = &part;
  header.msg_iovlen = 1;
  header.msg_control = control.data();
  header.msg_controllen = control.size();
  const ssize_t size = ::recvmsg(fd, &header, MSG_CMSG_CLOEXEC);
  Datagram datagram{std::string(buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size))};
  for (cmsghdr* part_of = CMSG_FIRSTHDR(&header); part_of != nullptr;
       part_of = CMSG_NXTHDR(&header, part_of)) {
    if (part_of->cmsg_type != SCM_RIGHTS) continue;
    std::vector<int> fds((part_of->cmsg_len - CMSG_LEN(0)) / sizeof(int));
    std::memcpy(fds.data(), CMSG_DATA(part_of), fds.size() * sizeof(int));
    for (const int received : fds)
      ::close(received);
    datagram.descriptors += fds.size();
  }
  return datagram;
}

TEST(SystemdNotify, SendsWhatWeUnderstandAndThenABarrier) {
  if (::access("/usr/bin/systemd-notify", X_OK) != 0) GTEST_SKIP() << "no systemd-notify here";
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/notify";
  const base::UniqueFd socket = logq::test::bind_unix(path, SOCK_DGRAM);
  const timeval patience{logq::test::kHangs.count(), 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));

  logq::test::ChildProcess peer({.argv = {"systemd-notify", "--ready", "--status=on port 80",
                                          "--pid=4711", "WATCHDOG_USEC=5000000", "FDNAME=x"},
                                 .environment = {{"NOTIFY_SOCKET", path}},
                                 .input = {}});
  const Datagram first = receive(socket.get());
  const Datagram second = receive(socket.get());

  const auto message = parse_notify_message(first.text, first.descriptors);
  ASSERT_TRUE(message);
  EXPECT_EQ(message->state, NotifyMessage::State::kReady);
  EXPECT_EQ(message->status, "on port 80");
  EXPECT_EQ(message->main_pid, 4711);
  EXPECT_EQ(message->watchdog_usec, 5'000'000U);
  EXPECT_EQ(message->descriptor_name(0), "x");
  EXPECT_TRUE(message->complaints.empty());
  const auto barrier = parse_notify_message(second.text, second.descriptors);
  ASSERT_TRUE(barrier);
  EXPECT_TRUE(barrier->is_barrier);
  EXPECT_EQ(peer.wait().status, 0);
}

}  // namespace
}  // namespace logq::wire
