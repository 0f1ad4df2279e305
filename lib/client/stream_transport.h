// StreamTransport: entries as lines on a descriptor: a pipe, a terminal, a file, a journal stream.
//
// Lines of one entry are never mixed with another's of this transport. Thread-safe.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <string_view>

#include "base/unique_fd.h"
#include "logq/transport.h"

namespace logq::client {

class StreamTransport final : public Transport {
 public:
  explicit StreamTransport(const StreamOptions& options);

  SendResult send(const Entry& entry) noexcept override;
  // What write(2) took has left the process: there is nothing to wait for.
  FlushResult flush(std::chrono::milliseconds timeout) noexcept override;
  [[nodiscard]] std::string describe_failure() const override;

 private:
  using Deadline = std::chrono::steady_clock::time_point;

  SendResult write_entry(std::string_view bytes);
  bool take_turn(Deadline deadline);
  void give_turn();
  int write_in_turn(Deadline deadline, std::string_view bytes);
  int write_before(Deadline deadline, std::string_view& bytes);
  [[nodiscard]] int wait_writable(Deadline deadline) const;

  const base::UniqueFd fd_;
  const LineFormat format_;
  const std::chrono::milliseconds max_block_;
  // Whoever is writing holds the turn, not the mutex, which nobody keeps for long.
  std::mutex mutex_;
  std::condition_variable turn_is_free_;
  bool turn_taken_ = false;  // guarded by mutex_
  bool torn_ = false;        // the last entry was cut off: begin a new line. Guarded by the turn.
};

}  // namespace logq::client
