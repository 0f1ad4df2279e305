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

  // Whether a signal asks for the end; to be looked at between entries.
  [[nodiscard]] static bool end_requested();
  // Ends the process by the signal that has asked for it, if one has: a shell that runs logq in a
  // loop, for one, leaves the loop only then. To be called when everything is done.
  static void end_by_signal();

 private:
  explicit Waiter(int watch_fd) : watch_fd_(watch_fd) {}

  int watch_fd_;
};

}  // namespace logq::cli
