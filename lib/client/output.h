// Output: where the thread of an asynchronous logger puts entries. For that thread alone, but for
// describe_failure() and may_block(). Its members may throw std::bad_alloc: an entry that add() was
// given is not counted then.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "logq/transport.h"

namespace logq::client {

class Output {
 public:
  Output() = default;
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;
  virtual ~Output() = default;

  [[nodiscard]] virtual bool has_room() const = 0;
  // Takes an entry that was logged at `realtime_usec`; its views are not needed afterwards. What
  // becomes of it is counted sooner or later. REQUIRES: has_room().
  virtual void add(Entry entry, std::uint64_t realtime_usec) = 0;
  // Whether add() may wait for a receiver.
  [[nodiscard]] virtual bool may_block() const = 0;
  // Takes an entry of the logger's own, which is not counted. False where it cannot.
  virtual bool add_report(const Entry& entry, std::uint64_t realtime_usec) = 0;
  // Gets on with what it has taken. True when something was done.
  virtual bool advance(std::uint64_t now_usec) = 0;
  // Whether the receiver has taken all that was handed over.
  [[nodiscard]] virtual bool is_received() const = 0;
  // Whether somebody is there to take entries.
  [[nodiscard]] virtual bool has_receiver() const = 0;
  // Counts what it still has as dropped: there is no more time.
  virtual void give_up() = 0;
  // In the child of a fork: closes what is the parent's and does nothing else, since the parent's
  // thread may have been at work on any of this.
  virtual void abandon() = 0;
  // One line about the last failure. Any thread.
  [[nodiscard]] virtual std::string describe_failure() const = 0;
};

}  // namespace logq::client
