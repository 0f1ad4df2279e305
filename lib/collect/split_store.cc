#include "collect/split_store.h"

#include <unistd.h>

#include <algorithm>
#include <set>
#include <utility>

#include "base/try.h"
#include "collect/limits.h"
#include "collect/user_file_settling.h"
#include "collect/user_journal_name.h"
#include "journal/store_sequence.h"

namespace logq::collect {
namespace {

std::uint64_t user_file_size(std::uint64_t system_file_size) {
  return std::min(system_file_size,
                  std::max(system_file_size / kUserFileFraction, kUserFileSizeLeast));
}

}  // namespace

SplitStore::SplitStore(const journal::StoreOptions& options, Users users, const Diagnose& diagnose)
    : options_(options),
      apart_(users == Users::kApart),
      users_(
          options.directory,
          [this](uid_t uid) { return journal::Store::open(options_of(uid)); },
          diagnose) {}

Result<std::unique_ptr<SplitStore>> SplitStore::open(const journal::StoreOptions& options,
                                                     Users users,
                                                     const Diagnose& diagnose) {
  std::unique_ptr<SplitStore> split(new SplitStore(options, users, diagnose));
  LOGQ_TRY(split->settle());
  return split;
}

Result<void> SplitStore::settle() {
  system_ = LOGQ_TRY(journal::Store::open(options_));
  report_ = system_->open_report();
  SettledUsers settled = LOGQ_TRY(settle_users(options_.directory, system_->sequence().seqnum_id,
                                               [this](uid_t uid) { return options_of(uid); }));
  for (const uid_t uid : settled.users)
    users_.add_known(uid);
  report_.recovered |= settled.recovered;
  report_.recovered_entries += settled.recovered_entries;
  report_.troubles.insert(report_.troubles.end(), settled.troubles.begin(), settled.troubles.end());
  // Numbers are not lost that another store has given out.
  const journal::SequencePosition& wanted = options_.writer.sequence;
  const bool is_given = wanted.seqnum_id == system_->sequence().seqnum_id;
  const std::uint64_t known =
      std::max(report_.tail_seqnum, is_given ? wanted.tail_seqnum : std::uint64_t{0});
  const bool lost = system_->next_seqnum() - 1 > known || settled.numbers_lost;
  report_.tail_seqnum = std::max(report_.tail_seqnum, settled.tail_seqnum);
  tail_seqnum_ = std::max(system_->next_seqnum() - 1,
                          report_.tail_seqnum + (lost ? journal::kSequenceGap : 0));
  system_->continue_after(tail_seqnum_);  // for who appends to it past us
  return {};
}

void SplitStore::resume() {
  tail_seqnum_ = std::max(tail_seqnum_, system_->next_seqnum() - 1);
}

journal::StoreOptions SplitStore::options_of(uid_t uid) const {
  journal::StoreOptions options = options_;
  options.base = user_journal_base(uid);
  options.lock_directory = false;  // the system's store has it
  options.writer.max_size_bytes = user_file_size(options_.writer.max_size_bytes);
  options.writer.sequence = {system_->sequence().seqnum_id, tail_seqnum_};
  options.writer.reader = uid;
  return options;
}

void SplitStore::select(std::optional<uid_t> owner) {
  if (owner == selected_) return;
  selected_ = owner;
  current_.reset();
}

// None where the system's has to serve, which is asked anew each time.
UserFiles::File* SplitStore::choose(std::uint64_t now_usec) {
  if (!selected_.has_value() || !apart_) return nullptr;
  if (current_ == nullptr) current_ = users_.get(*selected_, now_usec);
  return current_.get();
}

// What a user's file does not take the system's may.
template <typename Append>
auto SplitStore::append_numbered(std::uint64_t now_usec, const Append& append)
    -> decltype(append(std::declval<journal::Store&>())) {
  if (UserFiles::File* const file = choose(now_usec)) {
    file->is_dirty = true;
    file->store->continue_after(tail_seqnum_);
    auto appended = append(*file->store);
    if (appended.has_value()) {
      tail_seqnum_ = file->store->next_seqnum() - 1;
      if (touched_.empty() || touched_.back() != current_) touched_.push_back(current_);
      return appended;
    }
  }
  system_->continue_after(tail_seqnum_);
  auto appended = append(*system_);
  if (!appended.has_value()) return appended;
  tail_seqnum_ = system_->next_seqnum() - 1;
  system_touched_ = true;
  return appended;
}

Result<std::uint64_t> SplitStore::append(const journal::EntryTime& time,
                                         std::span<const std::string_view> payloads) {
  return append_numbered(time.monotonic_usec,
                         [&](journal::Store& store) { return store.append(time, payloads); });
}

Result<std::size_t> SplitStore::append_batch(std::span<const journal::NewEntry> entries) {
  if (entries.empty()) return std::size_t{0};
  return append_numbered(entries.front().time.monotonic_usec,
                         [&](journal::Store& store) { return store.append_batch(entries); });
}

void SplitStore::set_file_options(const journal::Store::FileOptions& options) {
  options_.max_file_usec = options.max_file_usec;
  options_.writer.max_size_bytes = options.max_size_bytes;
  options_.writer.compress = options.compress;
  options_.writer.compress_threshold_bytes = options.compress_threshold_bytes;
  system_->set_file_options(options);
  journal::Store::FileOptions of_users = options;
  of_users.max_size_bytes = user_file_size(options.max_size_bytes);
  users_.for_each([&](journal::Store& store) { store.set_file_options(of_users); });
}

void SplitStore::wake_followers() {
  if (std::exchange(system_touched_, false)) system_->wake_followers();
  for (const auto& file : touched_)
    file->store->wake_followers();
  touched_.clear();
}

Result<void> SplitStore::sync() {
  const auto synced = system_->sync();
  const auto users = users_.sync();
  return synced.has_value() ? users : synced;
}

// All begin before the first is waited for: each has a thread for it.
Result<void> SplitStore::rotate() {
  Result<void> rotated;
  const auto note = [&rotated](const Result<void>& one) {
    if (rotated.has_value()) rotated = one;
  };
  note(system_->rotate());
  users_.for_each([&](journal::Store& store) { note(store.rotate()); });
  for (const uid_t uid : users_.known()) {
    if (!users_.is_open(uid)) note(archive_silent(uid));
  }
  note(system_->wait_for_archives());
  users_.for_each([&](journal::Store& store) { note(store.wait_for_archives()); });
  return rotated;
}

// No new file is made for somebody who is silent. What is in the way of a file is told of when the
// user is not silent.
Result<void> SplitStore::archive_silent(uid_t uid) {
  users_.wait_until_closed(uid);
  const journal::StoreOptions options = options_of(uid);
  const std::string path = options_.directory + "/" + options.base + ".journal";
  if (::access(path.c_str(), F_OK) < 0) return {};
  const auto archived =
      journal::FileWriter::reopen(path, options.writer).and_then([](const auto& file) {
        return file->archive();
      });
  const bool failed = !archived.has_value() && archived.error().code == Errc::kSystem;
  return failed ? Result<void>(fail(archived.error())) : Result<void>{};
}

Result<void> SplitStore::close() {
  const auto closed = system_->close();
  const auto users = users_.close();
  return closed.has_value() ? users : closed;
}

}  // namespace logq::collect
