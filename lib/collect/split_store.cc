#include "collect/split_store.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <string_view>
#include <utility>

#include "base/try.h"
#include "collect/limits.h"
#include "journal/directory.h"
#include "journal/file_header.h"
#include "journal/own_profile.h"

namespace logq::collect {
namespace {

constexpr std::string_view kUserPrefix = "user-";

// The user in the name of a journal file, active or archived.
std::optional<uid_t> user_of(std::string_view path) {
  std::string_view name = path.substr(path.rfind('/') + 1);
  if (!name.starts_with(kUserPrefix)) return std::nullopt;
  name.remove_prefix(kUserPrefix.size());
  uid_t uid = 0;
  const auto [end, error] = std::from_chars(name.data(), name.data() + name.size(), uid);
  const auto digits = static_cast<std::size_t>(end - name.data());
  if (error != std::errc{} || digits == name.size()) return std::nullopt;
  const bool ends = name[digits] == '@' || name.substr(digits) == ".journal";
  return ends ? std::optional(uid) : std::nullopt;
}

Id128 seqnum_id_of(const journal::Header& header) {
  Id128 id;
  std::memcpy(id.bytes.data(), header.seqnum_id, sizeof header.seqnum_id);
  return id;
}

}  // namespace

SplitStore::SplitStore(const journal::StoreOptions& options, Users users, Diagnose diagnose)
    : options_(options),
      users_(users),
      diagnose_(std::move(diagnose)) {}

Result<std::unique_ptr<SplitStore>> SplitStore::open(const journal::StoreOptions& options,
                                                     Users users,
                                                     Diagnose diagnose) {
  std::unique_ptr<SplitStore> split(new SplitStore(options, users, std::move(diagnose)));
  LOGQ_TRY(split->settle());
  return split;
}

Result<void> SplitStore::settle() {
  system_ = LOGQ_TRY(journal::Store::open(options_));
  current_ = system_;
  report_ = system_->open_report();
  for (const std::string& path : LOGQ_TRY(journal::journal_files(options_.directory)))
    settle_file(path);
  tail_seqnum_ = std::max(system_->next_seqnum() - 1, report_.tail_seqnum);
  system_->continue_after(tail_seqnum_);
  return {};
}

// Of a file that was closed the header tells the last number; one that was not is salvaged.
void SplitStore::settle_file(const std::string& path) {
  const auto uid = user_of(path);
  if (!uid.has_value()) return;
  known_.insert(*uid);
  const auto header = journal::read_file_header(path);
  if (!header.has_value()) return;
  if (header->state == journal::FileState::kOnline && journal::is_own_profile(*header)) {
    return settle_user(*uid);
  }
  if (seqnum_id_of(*header) != system_->sequence().seqnum_id) return;
  report_.tail_seqnum = std::max<std::uint64_t>(report_.tail_seqnum, header->tail_entry_seqnum);
}

void SplitStore::settle_user(uid_t uid) {
  journal::StoreOptions options = options_of(uid);
  options.writer.sequence = {};  // it is to tell its own
  auto opened = journal::Store::open(options);
  if (!opened.has_value()) {
    report_.troubles.push_back(
        {options.directory + "/" + options.base + ".journal", opened.error()});
    left_alone_.insert(uid);
    return;
  }
  take_over((*opened)->open_report());
  if ((*opened)->sequence().seqnum_id == system_->sequence().seqnum_id) {
    report_.tail_seqnum = std::max(report_.tail_seqnum, (*opened)->open_report().tail_seqnum);
  }
  std::ignore = (*opened)->close();
}

void SplitStore::take_over(const journal::OpenReport& report) {
  report_.recovered |= report.recovered;
  report_.recovered_entries += report.recovered_entries;
  report_.troubles.insert(report_.troubles.end(), report.troubles.begin(), report.troubles.end());
}

void SplitStore::resume() {
  tail_seqnum_ = std::max(tail_seqnum_, system_->next_seqnum() - 1);
}

journal::StoreOptions SplitStore::options_of(uid_t uid) const {
  journal::StoreOptions options = options_;
  options.base = std::string(kUserPrefix) + std::to_string(uid);
  options.lock_directory = false;  // the system's store has it
  options.writer.sequence = {system_->sequence().seqnum_id, tail_seqnum_};
  options.writer.reader = uid;
  return options;
}

void SplitStore::select(std::optional<uid_t> owner) {
  if (owner == selected_) return;
  selected_ = owner;
  const bool has_own = owner.has_value() && users_ == Users::kApart;
  current_ = has_own ? store_of(*owner) : nullptr;
  if (current_ == nullptr) current_ = system_;
}

// None where the system's has to serve.
std::shared_ptr<journal::Store> SplitStore::store_of(uid_t uid) {
  if (const auto found = open_.find(uid); found != open_.end()) {
    found->second.selected_at = ++selections_;
    return found->second.store;
  }
  if (left_alone_.contains(uid)) return nullptr;
  if (known_.size() >= kUserFilesMax && !known_.contains(uid)) return nullptr;
  auto opened = open_user(uid);
  if (opened.has_value()) return std::move(*opened);
  diagnose_(options_.directory + "/" + options_of(uid).base + ".journal: " +
            opened.error().message() + "; the entries of this user go to system.journal");
  left_alone_.insert(uid);
  return nullptr;
}

Result<std::shared_ptr<journal::Store>> SplitStore::open_user(uid_t uid) {
  if (open_.size() >= kUserFilesOpenMax) close_least_recent();
  std::shared_ptr<journal::Store> store = LOGQ_TRY(journal::Store::open(options_of(uid)));
  known_.insert(uid);
  const std::lock_guard lock(mutex_);
  open_[uid] = {store, ++selections_};
  return store;
}

void SplitStore::close_least_recent() {
  const auto age = [this](const auto& user) {
    return user.second.store == current_ ? UINT64_MAX : user.second.selected_at;
  };
  close_user(std::ranges::min_element(open_, {}, age)->first);
}

void SplitStore::close_user(uid_t uid) {
  const std::shared_ptr<journal::Store> store = open_.at(uid).store;
  if (const auto closed = store->close(); !closed.has_value()) {
    diagnose_(store->active_path() + ": " + closed.error().message());
  }
  closed_archived_ += store->archived();
  closed_bytes_ += store->written_bytes();
  std::erase(touched_, store);
  const std::lock_guard lock(mutex_);
  open_.erase(uid);
}

// What a user's file does not take the system's may.
template <typename Append>
auto SplitStore::append_numbered(const Append& append)
    -> decltype(append(std::declval<journal::Store&>())) {
  std::shared_ptr<journal::Store> store = current_;
  store->continue_after(tail_seqnum_);
  auto appended = append(*store);
  if (!appended.has_value() && store != system_) {
    store = system_;
    store->continue_after(tail_seqnum_);
    appended = append(*store);
  }
  if (!appended.has_value()) return appended;
  tail_seqnum_ = store->next_seqnum() - 1;
  if (touched_.empty() || touched_.back() != store) touched_.push_back(store);
  return appended;
}

Result<std::uint64_t> SplitStore::append(const journal::EntryTime& time,
                                         std::span<const std::string_view> payloads) {
  return append_numbered([&](journal::Store& store) { return store.append(time, payloads); });
}

Result<std::size_t> SplitStore::append_batch(std::span<const journal::NewEntry> entries) {
  return append_numbered([&](journal::Store& store) { return store.append_batch(entries); });
}

std::vector<std::shared_ptr<journal::Store>> SplitStore::stores() const {
  std::vector<std::shared_ptr<journal::Store>> all{system_};
  const std::lock_guard lock(mutex_);
  for (const auto& [uid, user] : open_)
    all.push_back(user.store);
  return all;
}

std::uint64_t SplitStore::archived() const {
  std::uint64_t archived = closed_archived_ + system_->archived();
  for (const auto& [uid, user] : open_)
    archived += user.store->archived();
  return archived;
}

std::uint64_t SplitStore::written_bytes() const {
  std::uint64_t bytes = closed_bytes_ + system_->written_bytes();
  for (const auto& [uid, user] : open_)
    bytes += user.store->written_bytes();
  return bytes;
}

void SplitStore::set_file_options(const journal::Store::FileOptions& options) {
  options_.max_file_usec = options.max_file_usec;
  options_.writer.max_size_bytes = options.max_size_bytes;
  options_.writer.compress = options.compress;
  options_.writer.compress_threshold_bytes = options.compress_threshold_bytes;
  for (const auto& store : stores())
    store->set_file_options(options);
}

void SplitStore::wake_followers() {
  for (const auto& store : touched_)
    store->wake_followers();
  touched_.clear();
}

Result<void> SplitStore::sync() {
  Result<void> synced;
  for (const auto& store : stores()) {
    const auto one = store->sync();
    if (synced.has_value()) synced = one;
  }
  return synced;
}

Result<void> SplitStore::rotate() {
  auto rotated = system_->rotate().and_then([this] { return system_->wait_for_archives(); });
  const std::set<uid_t> users = known_;
  for (const uid_t uid : users) {
    const auto store = store_of(uid);
    if (store == nullptr) continue;
    const auto one = store->rotate().and_then([&] { return store->wait_for_archives(); });
    if (rotated.has_value()) rotated = one;
  }
  return rotated;
}

Result<void> SplitStore::close() {
  auto closed = system_->close();
  for (const auto& [uid, user] : open_) {
    const auto one = user.store->close();
    if (closed.has_value()) closed = one;
  }
  return closed;
}

}  // namespace logq::collect
