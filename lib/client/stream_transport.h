// StreamTransport: entries as lines on a descriptor: a pipe, a terminal, a file, a journal stream.
//
// Lines of one entry are never mixed with another's of this transport. Thread-safe.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <chrono>
#include <string_view>

#include "base/unique_fd.h"
#include "client/civil_clock.h"
#include "client/encode_buffer.h"
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

  void encode(const Entry& entry, EncodeMemory& memory);
  SendResult write_entry(std::string_view bytes);
  bool take_turn(Deadline deadline);
  void give_turn();
  int write_in_turn(Deadline deadline, std::string_view bytes);
  int write_before(Deadline deadline, std::string_view& bytes);
  [[nodiscard]] int wait_writable(Deadline deadline) const;

  const base::UniqueFd fd_;
  const LineFormat format_;
  const bool has_colours_;
  const std::chrono::milliseconds max_block_;
  LocalOffset local_offset_;
  // The process of the thread whose turn it is to write; 0 when it is nobody's. A turn of another
  // process is left over from before a fork and does not count: a mutex would stay locked.
  std::atomic<pid_t> holder_{0};
  std::atomic<int> waiting_{0};  // threads that give_turn() must wake, or more
  bool torn_ = false;  // the last entry was cut off: begin a new line. Guarded by the turn.
};

}  // namespace logq::client
