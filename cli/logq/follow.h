// Waiting for new entries.
#pragma once

#include <cstdint>

#include "journal/journal.h"
#include "logq/result.h"

namespace logq::cli {

// Makes SIGINT and SIGTERM a request to end after the entry that is being printed; one that comes a
// second later or more ends the process at once, should its output be stuck. One at a time.
class Waiter {
 public:
  // Starts to watch the journal: nothing that comes from now on is overlooked.
  static Result<Waiter> create(journal::Journal& journal);

  enum class Woken : std::uint8_t { kChanged, kSignal, kOutputClosed };
  // Until the files of the journal change, a signal comes, or standard output is closed.
  Result<Woken> wait();

  // Whether a signal asks for the end; to be looked at between entries. Being asked is no failure.
  [[nodiscard]] static bool end_requested();

 private:
  explicit Waiter(int watch_fd) : watch_fd_(watch_fd) {}

  int watch_fd_;
};

}  // namespace logq::cli
