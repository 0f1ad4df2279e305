#include "logq/reading_progress.h"

#include <algorithm>

namespace logq::cli {

ReadingProgress::ReadingProgress(const Options& options,
                                 const journal::Journal& journal,
                                 ProgressLine& line)
    : line_(line),
      reverse_(options.display.reverse) {
  const journal::TimeSpan times = journal.known_times();
  first_usec_ = std::max(times.first_usec, options.range.since_usec.value_or(0));
  last_usec_ = std::min(times.last_usec, options.range.until_usec.value_or(times.last_usec));
}

void ReadingProgress::show(std::uint64_t realtime_usec) {
  if (last_usec_ <= first_usec_) return;
  const std::uint64_t time = std::clamp(realtime_usec, first_usec_, last_usec_);
  const std::uint64_t passed = reverse_ ? last_usec_ - time : time - first_usec_;
  line_.update(static_cast<double>(passed) / static_cast<double>(last_usec_ - first_usec_));
}

}  // namespace logq::cli
