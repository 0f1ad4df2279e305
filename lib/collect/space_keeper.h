// SpaceKeeper: keeps a directory of journal files within its limits, on a thread of its own, since
// deleting large files takes long.
//
// One vacuum at a time; requests that arrive meanwhile share the next one. While no thread can be
// had (a limit on them), request() does the work itself. Thread-safe.
#pragma once

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

#include "collect/age_guard.h"
#include "journal/storage_limits.h"
#include "logq/result.h"

namespace logq::collect {

struct SpaceTask {
  std::string directory;  // empty: nothing to keep
  journal::StorageSettings settings;
  std::uint64_t max_retention_usec = 0;    // 0: no limit
  std::uint64_t newest_realtime_usec = 0;  // of the entries that were there; 0 where there is none
  bool is_unsaved = false;  // entries are to go elsewhere, and what is deleted here is lost
};

// What was found at the last look; all in bytes.
struct SpaceReport {
  std::string directory;
  journal::StorageLimits limits;
  std::uint64_t files = 0;  // a number, in contrast to all else
  std::uint64_t used_bytes = 0;
  std::uint64_t user_files = 0;  // of these files, those of users (SplitMode=)
  std::uint64_t user_bytes = 0;
  std::uint64_t filesystem_free_bytes = 0;
  std::uint64_t limit_bytes = 0;  // what may be used as things stand
  [[nodiscard]] std::uint64_t available_bytes() const {
    return limit_bytes > used_bytes ? limit_bytes - used_bytes : 0;
  }
};

// The limits that hold for a directory on its file system.
[[nodiscard]] journal::StorageLimits limits_of(const std::string& directory,
                                               const journal::StorageSettings& settings);

class SpaceKeeper {
 public:
  // Lines for the operator; called on either thread.
  using Diagnose = std::function<void(const std::string& line)>;

  explicit SpaceKeeper(Diagnose diagnose);
  SpaceKeeper(const SpaceKeeper&) = delete;
  SpaceKeeper& operator=(const SpaceKeeper&) = delete;
  // Waits for a vacuum under way.
  ~SpaceKeeper();

  // Looks after another directory from now on, and measures it at once. What its files take up now
  // is theirs, up to the maximum, also when others fill the file system (journald's rule).
  void keep(const SpaceTask& task);
  // The same directory with other limits; measured and vacuumed soon.
  void change_limits(const SpaceTask& task);
  // Measures and vacuums soon, on the thread. Not from within `diagnose`.
  void request();
  // Measures and vacuums now, on the caller's: when there is no room for the next entry.
  void vacuum_now();

  // How many entries were deleted since the last call before they got where they belong.
  std::uint64_t take_unsaved_deleted() {
    return unsaved_deleted_.exchange(0, std::memory_order_relaxed);
  }

  [[nodiscard]] SpaceReport report() const;
  // What of it matters for every entry.
  [[nodiscard]] std::uint64_t available_bytes() const {
    return available_bytes_.load(std::memory_order_relaxed);
  }

 private:
  void run();
  void vacuum(const SpaceTask& task);
  [[nodiscard]] std::uint64_t max_age_usec(const SpaceTask& task, const base::TimePair& now);
  void publish(SpaceReport report);

  Diagnose diagnose_;
  std::mutex vacuum_mutex_;   // held by who vacuums
  mutable std::mutex mutex_;  // of everything below
  std::condition_variable changed_;
  SpaceTask task_;
  AgeGuard age_guard_;
  SpaceReport report_;
  std::uint64_t used_at_first_bytes_ = 0;
  std::atomic<std::uint64_t> available_bytes_{0};  // of report_
  std::atomic<std::uint64_t> unsaved_deleted_{0};
  bool requested_ = false;
  bool stopping_ = false;
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace logq::collect
