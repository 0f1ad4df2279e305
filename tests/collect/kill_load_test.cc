// kill -9 of logqd at random moments under 50,000 entries per second from everybody who can send
// any: single datagrams, bursts, syslog, a stream, and a client of the batch socket. Everything
// that was sent with success is stored exactly once, but for what sat unread in a socket that
// nobody keeps. --long makes it 100 kills.
#include <signal.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "collect/managed_logqd.h"
#include "collect/paced_client.h"
#include "collect/resending_client.h"
#include "support/child_process.h"
#include "support/long_tests.h"
#include "support/private_logqd.h"

namespace logq::test {
namespace {

using Kind = PacedClient::Kind;

// Every kill leaves an archive; none of them is to be deleted for room.
constexpr const char* kSettings =
    "RateLimitBurst=0\nSystemMaxFiles=1000\nSystemMaxUse=16G\nSystemKeepFree=1M\n";

// How often each message is stored.
std::map<std::string, int> messages_of(const std::string& storage_dir) {
  const auto read = run_command(
      {{"journalctl", "-q", "-D", storage_dir, "-o", "cat"}, {}, {}, std::chrono::minutes{10}});
  std::map<std::string, int> times;
  std::istringstream lines(read.out);
  for (std::string line; std::getline(lines, line);)
    ++times[line];
  return times;
}

class KillLoad : public ::testing::Test {
 protected:
  // Kills by `kill_and_start` at random moments while everybody sends.
  void run_load(const std::string& runtime_dir, const std::function<void()>& kill_and_start) {
    clients_.emplace_back(Kind::kNative, runtime_dir + "/socket", 20'000);
    clients_.emplace_back(Kind::kNativeBurst, runtime_dir + "/socket", 20'000);
    clients_.emplace_back(Kind::kSyslog, runtime_dir + "/dev-log", 6'000);
    clients_.emplace_back(Kind::kStream, runtime_dir + "/stdout", 6'000);
    ResendingClient batches(runtime_dir + "/logq", 0, std::chrono::microseconds(2'000));
    std::atomic<bool> over = false;
    std::vector<std::thread> threads;
    for (PacedClient& client : clients_)
      threads.emplace_back([&] { client.run(over); });
    threads.emplace_back([&] { batches.run(over); });
    const auto begin = std::chrono::steady_clock::now();
    std::mt19937 random(std::random_device{}());
    for (int i = 0; i < rounds(4, 100); ++i) {
      std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 300));
      kill_and_start();
    }
    const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begin;
    over = true;
    for (std::thread& thread : threads)
      thread.join();
    batches_ = batches.batches();
    resent_ = batches.resent();
    record(elapsed.count());
  }

  void expect_everything_once(const std::string& storage_dir) const {
    std::map<std::string, int> stored = messages_of(storage_dir);
    for (const PacedClient& client : clients_) {
      EXPECT_GT(client.sent(), 0U);
      for (std::size_t at = 0; at < client.taken().size(); ++at)
        expect_connection(client, at, stored);
    }
    for (std::uint64_t batch = 1; batch <= batches_; ++batch) {
      for (int i = 0; i < ResendingClient::kEntriesPerBatch; ++i) {
        const std::string text = "kill 0." + std::to_string(batch) + "." + std::to_string(i);
        ASSERT_EQ(stored[text], 1) << text;
      }
    }
    for (const auto& [text, times] : stored) {
      const bool is_ours = text.starts_with("k");
      ASSERT_TRUE(!is_ours || times <= 1) << text;
    }
    // By logq: millions of entries take the other one many minutes.
    const auto verified = run_command(
        {{built_program("logq"), "--verify", "-D", storage_dir}, {}, {}, std::chrono::minutes{10}});
    EXPECT_EQ(verified.status, 0) << verified.err;
  }

  std::deque<PacedClient> clients_;

 private:
  static void expect_connection(const PacedClient& client,
                                std::size_t connection,
                                std::map<std::string, int>& stored) {
    const std::size_t taken = client.taken()[connection];
    for (std::size_t number = 0; number < taken; ++number) {
      const std::string text = client.text(connection, number);
      ASSERT_EQ(stored[text], 1) << text << " of " << taken;
    }
    // Of a stream a line may have been read but for its end.
    const std::size_t next = taken + (client.name() == 's' ? 1 : 0);
    ASSERT_EQ(stored.count(client.text(connection, next)), 0U) << "it was given up";
  }

  void record(double seconds) const {
    std::size_t sent = batches_ * ResendingClient::kEntriesPerBatch;
    std::size_t given_up = 0;
    for (const PacedClient& client : clients_) {
      sent += client.sent();
      given_up += client.given_up();
    }
    RecordProperty("sent", std::to_string(sent));
    RecordProperty("unread", std::to_string(given_up));
    RecordProperty("resent_batches", std::to_string(resent_));
    RecordProperty("per_second",
                   std::to_string(static_cast<std::uint64_t>(static_cast<double>(sent) / seconds)));
  }

  std::uint64_t batches_ = 0;
  std::uint64_t resent_ = 0;
};

TEST_F(KillLoad, LosesNothingWhereAManagerKeepsTheSockets) {
  ManagedLogqd logqd;
  logqd.configure(kSettings);
  logqd.end(SIGTERM);
  logqd.start();
  bool stream_is_kept = false;
  run_load(logqd.runtime_dir(), [&] {
    if (!stream_is_kept) stream_is_kept = wait_until([&] { return logqd.keeper().stored() > 0; });
    logqd.end(SIGKILL);
    logqd.start();
  });
  logqd.sync();
  logqd.end(SIGTERM);

  for (const PacedClient& client : clients_)
    EXPECT_EQ(client.taken().size(), 1U) << "a connection was lost";
  expect_everything_once(logqd.storage_dir());
}

// Stopped first, so that what is unread can be counted.
TEST_F(KillLoad, LosesOnlyWhatSatUnreadInSocketsThatNobodyKeeps) {
  const TempDir directory;
  write_text_file(directory.path() + "/conf", "[Journal]\n" + std::string(kSettings));
  PrivateLogqd logqd({"--config=" + directory.path() + "/conf"});
  run_load(logqd.runtime_dir(), [&] {
    for (PacedClient& client : clients_)
      client.pause();
    logqd.signal(SIGSTOP);
    const std::string stat = "/proc/" + std::to_string(logqd.pid()) + "/stat";
    EXPECT_TRUE(wait_until([&] { return read_text_file(stat).find(") T ") != std::string::npos; }));
    for (PacedClient& client : clients_)
      client.give_up_unread();
    logqd.kill();
    logqd.start();
    for (PacedClient& client : clients_)
      client.go_on();
  });
  logqd.sync();
  ASSERT_EQ(logqd.stop().status, 0);

  expect_everything_once(logqd.storage_dir());
}

}  // namespace
}  // namespace logq::test
