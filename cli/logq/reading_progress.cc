#include "logq/reading_progress.h"

#include <algorithm>
#include <limits>

namespace logq::cli {

ReadingProgress::ReadingProgress(const Options& options,
                                 journal::Journal& journal,
                                 ProgressLine& line)
    : line_(line),
      reverse_(options.display.reverse) {
  std::uint64_t head = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t tail = 0;
  for (const journal::FileReader* file : journal.files()) {
    if (file->info().n_entries == 0) continue;
    head = std::min(head, file->info().head_entry_realtime_usec);
    tail = std::max(tail, file->info().tail_entry_realtime_usec);
  }
  first_usec_ = std::max(head, options.range.since_usec.value_or(0));
  last_usec_ = std::min(tail, options.range.until_usec.value_or(tail));
}

void ReadingProgress::show(std::uint64_t realtime_usec) {
  if (last_usec_ <= first_usec_) return;
  const std::uint64_t time = std::clamp(realtime_usec, first_usec_, last_usec_);
  const std::uint64_t passed = reverse_ ? last_usec_ - time : time - first_usec_;
  line_.update(static_cast<double>(passed) / static_cast<double>(last_usec_ - first_usec_));
}

}  // namespace logq::cli
