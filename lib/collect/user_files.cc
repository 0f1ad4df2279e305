#include "collect/user_files.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "collect/limits.h"
#include "collect/user_journal_name.h"

namespace logq::collect {

UserFiles::UserFiles(std::string directory, Open open, const Diagnose& diagnose)
    : directory_(std::move(directory)),
      open_file_(std::move(open)),
      diagnose_(diagnose),
      trouble_({"entries of a user go to system.journal", "users have files of their own again",
                "failures"},
               diagnose),
      openings_left_(kUserFilesOpenedAtOnce) {}

std::shared_ptr<UserFiles::File> UserFiles::get(uid_t uid, std::uint64_t now_usec) {
  if (const auto found = open_.find(uid); found != open_.end()) {
    found->second.needed_at = ++needs_;
    return found->second.file;
  }
  if (!may_open(uid, now_usec)) return nullptr;
  if (open_.size() >= kUserFilesOpenMax) close_least_recent();
  wait_until_closed(uid);
  auto opened = open_file_(uid);
  if (!opened.has_value()) {
    trouble_.failed(directory_ + "/" + user_journal_base(uid) + ".journal", opened.error(),
                    now_usec);
    resting_[uid] = now_usec + kUserFileRestUsec;
    return nullptr;
  }
  if (resting_.empty()) trouble_.succeeded(directory_);
  known_.insert(uid);
  auto file = std::make_shared<File>();
  file->store = std::move(*opened);
  const std::lock_guard lock(mutex_);
  open_[uid] = {file, ++needs_};
  return file;
}

void UserFiles::wait_until_closed(uid_t uid) {
  const auto closing = closing_.find(uid);
  if (closing == closing_.end()) return;
  if (!closing->second.expired()) closer_.wait_for_posted();
  closing_.erase(closing);
}

bool UserFiles::may_open(uid_t uid, std::uint64_t now_usec) {
  if (is_resting(uid, now_usec)) return false;
  if (known_.size() >= kUserFilesMax && !known_.contains(uid)) return false;
  return take_opening(now_usec);
}

// Those who cannot have a file are tried again later; so many of them are a failing disk.
bool UserFiles::is_resting(uid_t uid, std::uint64_t now_usec) {
  if (resting_.empty()) return false;
  const auto found = resting_.find(uid);
  if (found != resting_.end() && now_usec < found->second) return true;
  std::erase_if(resting_, [now_usec](const auto& user) { return now_usec >= user.second; });
  return resting_.size() >= kUserFilesMax;
}

bool UserFiles::take_opening(std::uint64_t now_usec) {
  const std::uint64_t passed = now_usec - std::min(now_usec, openings_since_usec_);
  const std::uint64_t earned = passed / kUserFileOpeningUsec;
  if (earned > 0) {
    openings_left_ = std::min<std::uint64_t>(openings_left_ + earned, kUserFilesOpenedAtOnce);
    openings_since_usec_ = now_usec;
  }
  if (openings_left_ == 0) return false;
  --openings_left_;
  return true;
}

void UserFiles::close_least_recent() {
  const auto oldest =
      std::ranges::min_element(open_, {}, [](const auto& user) { return user.second.needed_at; });
  const std::shared_ptr<File> file = oldest->second.file;
  closed_archived_ += file->store->archived();
  closed_bytes_ += file->store->written_bytes();
  std::erase_if(closing_, [](const auto& user) { return user.second.expired(); });
  closing_[oldest->first] = file;
  // With the closer before it is no longer among the open ones: a sync misses it in neither.
  closer_.post([this, file] { finish(file); });
  const std::lock_guard lock(mutex_);
  open_.erase(oldest);
}

// On the closer's thread.
void UserFiles::finish(const std::shared_ptr<File>& file) {
  file->store->wake_followers();
  const auto closed = file->store->close();
  if (closed.has_value()) return;
  diagnose_(file->store->active_path() + ": " + closed.error().message());
  const std::lock_guard lock(mutex_);
  close_failure_ = closed;
}

void UserFiles::for_each(const std::function<void(journal::Store& store)>& visit) const {
  for (const auto& [uid, slot] : open_)
    visit(*slot.file->store);
}

std::uint64_t UserFiles::archived() const {
  std::uint64_t archived = closed_archived_;
  for_each([&](const journal::Store& store) { archived += store.archived(); });
  return archived;
}

std::uint64_t UserFiles::written_bytes() const {
  std::uint64_t bytes = closed_bytes_;
  for_each([&](const journal::Store& store) { bytes += store.written_bytes(); });
  return bytes;
}

Result<void> UserFiles::take_close_failure() {
  const std::lock_guard lock(mutex_);
  return std::exchange(close_failure_, Result<void>{});
}

Result<void> UserFiles::sync() {
  std::vector<std::shared_ptr<File>> files;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [uid, slot] : open_)
      files.push_back(slot.file);
  }
  Result<void> synced;
  for (const auto& file : files) {
    if (!file->is_dirty.exchange(false)) continue;
    const auto one = file->store->sync();
    if (one.has_value()) continue;
    file->is_dirty = true;
    synced = one;
  }
  closer_.wait_for_posted();
  const auto closed = take_close_failure();
  return synced.has_value() ? closed : synced;
}

Result<void> UserFiles::close() {
  closer_.wait_for_posted();
  Result<void> closed = take_close_failure();
  for_each([&](journal::Store& store) {
    const auto one = store.close();
    if (closed.has_value()) closed = one;
  });
  trouble_.finish(directory_);
  return closed;
}

}  // namespace logq::collect
