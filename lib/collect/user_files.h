// UserFiles: the journal files of users that are open, each a store of its own.
//
// A file is opened when it is needed and the one that was not needed for longest is closed when too
// many are open. Both wait for the disk. Another thread does the closing; opening is done at once,
// but only so often in a while, so that nobody with many user ids can hold up the log. Whoever is
// refused has the system's file. Not thread-safe, except sync().
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>

#include "collect/trouble_report.h"
#include "journal/store.h"
#include "journal/worker_thread.h"
#include "logq/result.h"

namespace logq::collect {

class UserFiles {
 public:
  struct File {
    std::unique_ptr<journal::Store> store;
    std::atomic<bool> is_dirty = false;  // to be set when it was written to
  };
  using Open = std::function<Result<std::unique_ptr<journal::Store>>(uid_t uid)>;
  // Lines for the operator.
  using Diagnose = std::function<void(const std::string& line)>;

  // `directory` is where the files are.
  UserFiles(std::string directory, Open open, const Diagnose& diagnose);

  // Users who have files already. More users than kUserFilesMax get none.
  void add_known(uid_t uid) { known_.insert(uid); }
  [[nodiscard]] const std::set<uid_t>& known() const { return known_; }

  // The user's file; none: it is not to be had now. `now_usec` is a monotonic time. What it gave
  // for other users before may be closed.
  std::shared_ptr<File> get(uid_t uid, std::uint64_t now_usec);
  [[nodiscard]] bool is_open(uid_t uid) const { return open_.contains(uid); }
  // Until the user's file, which is not open, is closed.
  void wait_until_closed(uid_t uid);
  void for_each(const std::function<void(journal::Store& store)>& visit) const;

  // Of all that are or were open.
  [[nodiscard]] std::uint64_t archived() const;
  [[nodiscard]] std::uint64_t written_bytes() const;

  // Makes what is stored durable, in files that are being closed, too.
  Result<void> sync();
  Result<void> close();

 private:
  struct Slot {
    std::shared_ptr<File> file;
    std::uint64_t needed_at = 0;  // by needs_
  };
  [[nodiscard]] bool may_open(uid_t uid, std::uint64_t now_usec);
  bool take_opening(std::uint64_t now_usec);
  bool is_resting(uid_t uid, std::uint64_t now_usec);
  void close_least_recent();
  void finish(const std::shared_ptr<File>& file);
  Result<void> take_close_failure();

  std::string directory_;
  Open open_file_;
  Diagnose diagnose_;
  TroubleReport trouble_;
  std::set<uid_t> known_;
  std::map<uid_t, std::uint64_t> resting_;  // not to be opened before this time
  std::map<uid_t, std::weak_ptr<File>> closing_;
  std::uint64_t needs_ = 0;
  std::uint64_t openings_left_;
  std::uint64_t openings_since_usec_ = 0;
  std::uint64_t closed_archived_ = 0;  // by those that are closed by now
  std::uint64_t closed_bytes_ = 0;

  mutable std::mutex mutex_;  // held to change the following, and by sync() to look at it
  std::map<uid_t, Slot> open_;
  Result<void> close_failure_;    // that nobody was told yet
  journal::WorkerThread closer_;  // last: its destructor does what is left
};

}  // namespace logq::collect
