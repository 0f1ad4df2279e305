// ResendingClient: a client of the batch socket that sends again what was not acknowledged, however
// often the collector is killed. Its entries are "kill NAME.BATCH.NUMBER". Runs on a thread of its
// own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/batch_client.h"
#include "support/child_process.h"

namespace logq::test {

// Sends numbered batches until it is over, and then until all are acknowledged.
class ResendingClient {
 public:
  static constexpr int kEntriesPerBatch = 20;

  // `pause` comes before each batch.
  ResendingClient(std::string path, int name, std::chrono::microseconds pause)
      : path_(std::move(path)),
        name_(name),
        pause_(pause) {}

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
        std::this_thread::sleep_for(pause_);
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

  static constexpr std::size_t kWindow = 16;

  std::string path_;
  int name_;
  std::chrono::microseconds pause_;
  Id128 id_ = Id128::random();
  std::deque<std::uint64_t> unacknowledged_;
  std::uint64_t last_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t resent_ = 0;
};

}  // namespace logq::test
