// Clients that do all they can to have logqd for themselves: others are still served, nothing of
// theirs is lost, and memory stays within its bound.
#include <sys/socket.h>

#include <algorithm>
#include <atomic>
#include <functional>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

constexpr int kEntries = 200;
constexpr std::size_t kAnonymousKibMax = 16 * 1024;

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kMemoryIsOurs = false;  // a sanitizer has its own there
#else
constexpr bool kMemoryIsOurs = true;
#endif

class HostileClients : public ::testing::Test {
 protected:
  // What a well-behaved client sends while two threads repeat `attack` is all stored.
  void expect_others_served(const std::function<void()>& attack) {
    std::atomic<bool> over = false;
    std::vector<std::thread> attackers;
    for (int i = 0; i < 2; ++i) {
      attackers.emplace_back([&] {
        while (!over)
          attack();
      });
    }
    NativeSender sender(logqd_.native_socket());
    for (int i = 0; i < kEntries; ++i)
      sender.send({{"MESSAGE", "well-behaved " + std::to_string(i)}, {"GOOD", "1"}});
    logqd_.sync();
    const std::size_t kib = anonymous_kib(logqd_.pid());
    over = true;
    for (std::thread& attacker : attackers)
      attacker.join();
    EXPECT_TRUE(!kMemoryIsOurs || kib <= kAnonymousKibMax) << kib;
    const std::string stored = logqd_.read("journalctl", {"-q", "-o", "cat", "GOOD=1"}).out;
    EXPECT_EQ(std::count(stored.begin(), stored.end(), '\n'), kEntries);
  }

  PrivateLogqd logqd_;
};

TEST_F(HostileClients, ThatConnectWithoutEndLeaveOthersTheirTurns) {
  expect_others_served([&] {
    const base::UniqueFd stream = connect_unix(logqd_.stdout_socket(), SOCK_STREAM);
    const std::string_view bytes = "x\n\n6\n0\n0\n0\n0\nline\nrest";
    std::ignore = ::send(stream.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL);
  });
}

TEST_F(HostileClients, ThatCallWithoutEndLeaveOthersTheirTurns) {
  std::string calls;
  for (int i = 0; i < 100; ++i)
    calls += std::string("{\"method\":\"io.logq.Collector.Status\"}") + '\0';
  expect_others_served([&] {
    const base::UniqueFd control =
        connect_unix(logqd_.runtime_dir() + "/io.systemd.journal", SOCK_STREAM);
    std::ignore = ::send(control.get(), calls.data(), calls.size(), MSG_NOSIGNAL);
  });
}

TEST_F(HostileClients, ThatSendNoiseLeaveOthersTheirTurns) {
  const std::string noise(60'000, '\xff');
  expect_others_served([&] {
    const base::UniqueFd socket = connect_unix(logqd_.native_socket(), SOCK_DGRAM);
    std::ignore = ::send(socket.get(), noise.data(), noise.size(), MSG_NOSIGNAL);
  });
}

}  // namespace
}  // namespace logq::test
