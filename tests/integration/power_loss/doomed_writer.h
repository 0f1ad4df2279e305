// DoomedWriter: a process that appends to a journal::Store as fast as it may, made durable by
// another thread as logqd does it, until it is killed.
//
// A third thread has the kernel write pages back at random, as it may at any time: after a power
// loss any page that was not synced is then old or new.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <string>
#include <vector>

#include "base/mapped_region.h"

namespace logq::test {

struct DoomedWriterOptions {
  std::string directory;
  std::uint64_t max_size_bytes = 0;  // of a file
  unsigned sync_interval_ms = 1000;
  std::uint64_t entries_per_second = 100'000;
  std::uint64_t seed = 0;
};

// What the n-th entry of a store says. SIDE and RARE are to be looked up by the index.
std::vector<std::string> doomed_entry(std::uint64_t n);

class DoomedWriter {
 public:
  explicit DoomedWriter(const DoomedWriterOptions& options);
  DoomedWriter(const DoomedWriter&) = delete;
  DoomedWriter& operator=(const DoomedWriter&) = delete;
  ~DoomedWriter();  // kills it

  // Sequence numbers: of the last entry that was appended, and of the last one that was appended
  // before a sync began that has been completed.
  [[nodiscard]] std::uint64_t appended() const { return progress_->appended; }
  [[nodiscard]] std::uint64_t synced() const { return progress_->synced; }
  [[nodiscard]] std::uint64_t rotations() const { return progress_->rotations; }
  // Between the last two syncs.
  [[nodiscard]] std::uint64_t entries_per_second() const { return progress_->entries_per_second; }
  // Whether an append or a sync has failed.
  [[nodiscard]] bool has_failed() const { return progress_->failed; }

  void kill();

  // In memory shared with the process.
  struct Progress {
    std::atomic<std::uint64_t> appended;
    std::atomic<std::uint64_t> synced;
    std::atomic<std::uint64_t> rotations;
    std::atomic<std::uint64_t> entries_per_second;
    std::atomic<bool> failed;
  };

 private:
  base::MappedRegion memory_;
  Progress* progress_;
  pid_t pid_ = -1;
};

}  // namespace logq::test
