// SplitStore: the journal of one directory, as one file for the system and one for each user who
// logs (`system.journal`, `user-UID.journal`), each readable by its user too. One sequence of entry
// numbers goes through all of them.
//
// To its owner it is like a journal::Store, but for select(). A user for whom there is no file has
// the system's (user_files.h). Not thread-safe, except sync().
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "collect/user_files.h"
#include "journal/store.h"
#include "logq/result.h"

namespace logq::collect {

class SplitStore {
 public:
  enum class Users : std::uint8_t { kTogether, kApart };
  // Lines for the operator.
  using Diagnose = std::function<void(const std::string& line)>;

  // As journal::Store::open() for the system's file. Users' files that an earlier run has not
  // closed are salvaged, wherever entries go now; trouble with them is among the report's.
  static Result<std::unique_ptr<SplitStore>> open(const journal::StoreOptions& options,
                                                  Users users,
                                                  const Diagnose& diagnose);

  // What became of all files together.
  [[nodiscard]] const journal::OpenReport& open_report() const { return report_; }
  // The system's, for a flush: to be appended to before anything is appended here, and resume() is
  // to be called afterwards.
  [[nodiscard]] journal::Store& system() { return *system_; }
  void resume();

  // Whose file takes the entries that follow; none: the system's.
  void select(std::optional<uid_t> owner);

  // The following are those of journal::Store.
  Result<std::uint64_t> append(const journal::EntryTime& time,
                               std::span<const std::string_view> payloads);
  Result<std::size_t> append_batch(std::span<const journal::NewEntry> entries);
  [[nodiscard]] std::uint64_t next_seqnum() const { return tail_seqnum_ + 1; }
  [[nodiscard]] std::uint64_t archived() const { return system_->archived() + users_.archived(); }
  [[nodiscard]] std::uint64_t written_bytes() const {
    return system_->written_bytes() + users_.written_bytes();
  }
  [[nodiscard]] const std::string& active_path() const { return system_->active_path(); }
  void set_file_options(const journal::Store::FileOptions& options);
  void wake_followers();
  Result<void> sync();
  // The old files are archived when it returns, those of users who are silent too.
  Result<void> rotate();
  Result<void> close();

 private:
  SplitStore(const journal::StoreOptions& options, Users users, const Diagnose& diagnose);
  Result<void> settle();
  [[nodiscard]] journal::StoreOptions options_of(uid_t uid) const;
  [[nodiscard]] UserFiles::File* choose(std::uint64_t now_usec);
  template <typename Append>
  auto append_numbered(std::uint64_t now_usec, const Append& append)
      -> decltype(append(std::declval<journal::Store&>()));
  void touch(journal::Store& store);
  Result<void> archive_silent(uid_t uid);

  journal::StoreOptions options_;
  const bool apart_;
  std::unique_ptr<journal::Store> system_;
  journal::OpenReport report_;
  std::uint64_t tail_seqnum_ = 0;

  UserFiles users_;
  std::optional<uid_t> selected_;
  std::shared_ptr<UserFiles::File> current_;  // the selected user's, once it is known
  bool system_touched_ = false;               // since followers were told
  std::vector<std::shared_ptr<UserFiles::File>> touched_;
};

}  // namespace logq::collect
