// SplitStore: the journal of one directory, as one file for the system and one for each user who
// logs (`system.journal`, `user-UID.journal`), each readable by its user too. One sequence of entry
// numbers goes through all of them.
//
// To its owner it is like a journal::Store, but for select(). Files of users are opened when they
// are needed, and the one that was not written to for longest is closed when too many are open. A
// user for whom there is no file, since there are too many or it cannot be made, has the system's.
// Not thread-safe, except sync().
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "journal/store.h"
#include "logq/result.h"

namespace logq::collect {

class SplitStore {
 public:
  enum class Users : std::uint8_t { kTogether, kApart };
  // Lines for the operator.
  using Diagnose = std::function<void(const std::string& line)>;

  // As journal::Store::open() for the system's file. Users' files that an earlier run has not
  // closed are salvaged, wherever entries go now; trouble with them is diagnosed.
  static Result<std::unique_ptr<SplitStore>> open(const journal::StoreOptions& options,
                                                  Users users,
                                                  Diagnose diagnose);

  // What became of all files together.
  [[nodiscard]] const journal::OpenReport& open_report() const { return report_; }
  // The system's, for a flush. Whoever appends there calls resume() afterwards.
  [[nodiscard]] journal::Store& system() { return *system_; }
  void resume();

  // Whose file takes the entries that follow; none: the system's.
  void select(std::optional<uid_t> owner);

  // The following are those of journal::Store.
  Result<std::uint64_t> append(const journal::EntryTime& time,
                               std::span<const std::string_view> payloads);
  Result<std::size_t> append_batch(std::span<const journal::NewEntry> entries);
  [[nodiscard]] std::uint64_t next_seqnum() const { return tail_seqnum_ + 1; }
  [[nodiscard]] std::uint64_t archived() const;
  [[nodiscard]] std::uint64_t written_bytes() const;
  [[nodiscard]] const std::string& active_path() const { return system_->active_path(); }
  void set_file_options(const journal::Store::FileOptions& options);
  void wake_followers();
  Result<void> sync();
  // The old files are archived when it returns, those of users who are silent too.
  Result<void> rotate();
  Result<void> close();

 private:
  SplitStore(const journal::StoreOptions& options, Users users, Diagnose diagnose);
  Result<void> settle();
  void settle_file(const std::string& path);
  void settle_user(uid_t uid);
  void take_over(const journal::OpenReport& report);
  [[nodiscard]] journal::StoreOptions options_of(uid_t uid) const;
  std::shared_ptr<journal::Store> store_of(uid_t uid);
  Result<std::shared_ptr<journal::Store>> open_user(uid_t uid);
  void close_user(uid_t uid);
  void close_least_recent();
  template <typename Append>
  auto append_numbered(const Append& append) -> decltype(append(std::declval<journal::Store&>()));
  [[nodiscard]] std::vector<std::shared_ptr<journal::Store>> stores() const;

  journal::StoreOptions options_;
  Users users_;
  Diagnose diagnose_;
  std::shared_ptr<journal::Store> system_;
  journal::OpenReport report_;
  std::uint64_t tail_seqnum_ = 0;

  std::set<uid_t> known_;       // users who have files here
  std::set<uid_t> left_alone_;  // users whose files cannot be had
  std::optional<uid_t> selected_;
  std::shared_ptr<journal::Store> current_;               // the selected one's
  std::vector<std::shared_ptr<journal::Store>> touched_;  // since followers were told

  struct UserStore {
    std::shared_ptr<journal::Store> store;
    std::uint64_t selected_at = 0;  // by selections_
  };
  std::uint64_t selections_ = 0;
  std::uint64_t closed_archived_ = 0;  // by users' stores that are closed by now
  std::uint64_t closed_bytes_ = 0;
  mutable std::mutex mutex_;  // held to change open_, and by sync() to look at it
  std::map<uid_t, UserStore> open_;
};

}  // namespace logq::collect
