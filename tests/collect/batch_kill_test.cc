// kill -9 of logqd under clients of its batch socket, who send again what was not acknowledged:
// every entry is stored exactly once.
#include <sys/socket.h>

#include <atomic>
#include <chrono>
#include <deque>
#include <map>
#include <optional>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/batch_client.h"
#include "support/child_process.h"
#include "support/long_tests.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

constexpr int kEntriesPerBatch = 20;
constexpr std::size_t kWindow = 16;
// The load: 40,000 entries per second and client at most, so that what is to be read and verified
// at the end stays small.
constexpr std::chrono::microseconds kPause{500};

// Sends numbered batches until it is over, and then until all are acknowledged.
class ResendingClient {
 public:
  ResendingClient(std::string path, int name) : path_(std::move(path)), name_(name) {}

  void run(const std::atomic<bool>& over) {
    while (!over || !unacknowledged_.empty()) {
      try {
        work(BatchClient(path_, id_), over);
      } catch (const std::runtime_error&) {
        sleep_briefly();  // nobody listens
      }
    }
  }
  [[nodiscard]] std::uint64_t batches() const { return last_; }
  [[nodiscard]] std::uint64_t acknowledged() const { return acknowledged_; }
  [[nodiscard]] std::uint64_t resent() const { return resent_; }

 private:
  void work(const BatchClient& client, const std::atomic<bool>& over) {
    if (!client.ask()) return;
    const auto standing = client.await_ack(0);
    if (!standing.has_value()) return;
    took(*standing);
    for (const std::uint64_t number : unacknowledged_) {
      if (!send(client, number)) return;
      ++resent_;
    }
    while (!over || !unacknowledged_.empty()) {
      while (!over && unacknowledged_.size() < kWindow) {
        std::this_thread::sleep_for(kPause);
        unacknowledged_.push_back(++last_);
        if (!send(client, last_)) return;
      }
      const auto ack = client.await_ack(unacknowledged_.front());
      if (!ack.has_value()) return;
      took(*ack);
    }
  }
  [[nodiscard]] bool send(const BatchClient& client, std::uint64_t number) const {
    std::vector<std::string> texts;
    for (int i = 0; i < kEntriesPerBatch; ++i) {
      texts.push_back("kill " + std::to_string(name_) + "." + std::to_string(number) + "." +
                      std::to_string(i));
    }
    return client.send(number, texts);
  }
  void took(const wire::BatchAck& ack) {
    if (ack.number < acknowledged_) throw std::logic_error("an acknowledgement was taken back");
    acknowledged_ = ack.number;
    while (!unacknowledged_.empty() && unacknowledged_.front() <= ack.number)
      unacknowledged_.pop_front();
  }

  std::string path_;
  int name_;
  Id128 id_ = Id128::random();
  std::deque<std::uint64_t> unacknowledged_;
  std::uint64_t last_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t resent_ = 0;
};

TEST(BatchKill, EveryEntryIsStoredOnceAndNothingAcknowledgedIsLost) {
  PrivateLogqd logqd;
  ResendingClient clients[2]{{logqd.runtime_dir() + "/logq", 0},
                             {logqd.runtime_dir() + "/logq", 1}};
  std::atomic<bool> over = false;
  std::vector<std::thread> threads;
  for (ResendingClient& client : clients)
    threads.emplace_back([&] { client.run(over); });
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < rounds(8, 100); ++i) {
    std::this_thread::sleep_for(std::chrono::milliseconds(20 + random() % 100));
    logqd.kill();
    logqd.start();
  }
  over = true;
  for (std::thread& thread : threads)
    thread.join();
  ASSERT_EQ(logqd.stop().status, 0);

  std::map<std::string, int> stored;
  for (const JournalFields& entry :
       parse_export(logqd.read("journalctl", {"-q", "-o", "export", "_TRANSPORT=journal"}).out)) {
    const auto text = entry.find("MESSAGE");
    if (text != entry.end() && text->second.starts_with("kill ")) ++stored[text->second];
  }
  std::size_t sent = 0;
  for (const ResendingClient& client : clients) {
    EXPECT_EQ(client.acknowledged(), client.batches());
    EXPECT_GT(client.batches(), 0U);
    sent += client.batches() * kEntriesPerBatch;
  }
  EXPECT_GT(clients[0].resent() + clients[1].resent(), 0U) << "or it was no test";
  EXPECT_EQ(stored.size(), sent);
  for (const auto& [text, times] : stored)
    ASSERT_EQ(times, 1) << text;
  EXPECT_EQ(logqd.read("journalctl", {"--verify"}).status, 0);
}

}  // namespace
}  // namespace logq::test
