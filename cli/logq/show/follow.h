// Waiting for new entries.
#pragma once

#include <cstdint>

#include "journal/journal.h"
#include "logq/result.h"

namespace logq::cli {

// Heeds requests to end (end_request.h). One at a time.
class Waiter {
 public:
  // Starts to watch the journal: nothing that comes from now on is overlooked.
  static Result<Waiter> create(journal::Journal& journal);

  enum class Woken : std::uint8_t { kChanged, kSignal, kOutputClosed };
  // Until the files of the journal change, a signal comes, or standard output is closed.
  Result<Woken> wait();

 private:
  explicit Waiter(int watch_fd) : watch_fd_(watch_fd) {}

  int watch_fd_;
};

}  // namespace logq::cli
