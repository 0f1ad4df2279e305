// Archiver: finishes files that the store has rotated away from, on a thread of its own: gives back
// what they have too much, marks them ARCHIVED and makes them durable, in this order.
//
// A file stays with it until that has succeeded, so whoever waits for it knows that nothing is
// pending. Thread-safe.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "journal/file_writer.h"
#include "journal/worker_thread.h"
#include "logq/result.h"

namespace logq::journal {

class Archiver {
 public:
  explicit Archiver(WorkerThread::Work before_each) : worker_(std::move(before_each)) {}

  // Takes a file that was retired. Waits while too many are under way: a disk that cannot keep up
  // slows the log down, it does not fill the memory. Returns whether it waited.
  bool take(std::shared_ptr<FileWriter> file);
  // Until all that were taken before the call are done. Those that failed are tried again; fails
  // with the last error while the entries of one are not durable.
  Result<void> wait();
  [[nodiscard]] std::uint64_t finished() const { return finished_; }

 private:
  void finish(const std::shared_ptr<FileWriter>& file);
  void keep(const std::shared_ptr<FileWriter>& file);

  std::atomic<std::uint64_t> finished_ = 0;  // or given up
  std::mutex retry_mutex_;                   // one retries at a time
  std::mutex failed_mutex_;
  std::vector<std::shared_ptr<FileWriter>> failed_;
  bool has_given_up_ = false;  // on one of them, which nobody was told yet
  WorkerThread worker_;        // last: its destructor does what is left
};

}  // namespace logq::journal
