// ReadingProgress: how far a query has come in the journal, by the times of what it looks at.
#pragma once

#include <cstdint>

#include "journal/journal.h"
#include "logq/options/options.h"
#include "logq/progress_line.h"

namespace logq::cli {

// Not thread-safe.
class ReadingProgress {
 public:
  // Between the first and the last entry of the journal, as far as -S and -U do not say otherwise.
  ReadingProgress(const Options& options, const journal::Journal& journal, ProgressLine& line);

  // To be told of each entry that is looked at.
  void at(std::uint64_t realtime_usec) {
    if (++n_entries_ % kEntriesBetweenLooks == 0) show(realtime_usec);
  }
  // Of something else that took long.
  void show(std::uint64_t realtime_usec);

 private:
  static constexpr std::uint64_t kEntriesBetweenLooks = 16'384;

  ProgressLine& line_;
  bool reverse_;
  std::uint64_t first_usec_ = 0;
  std::uint64_t last_usec_ = 0;
  std::uint64_t n_entries_ = 0;
};

}  // namespace logq::cli
