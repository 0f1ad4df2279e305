#include "collect/storage.h"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <set>
#include <utility>

#include "base/clock.h"
#include "base/ids.h"
#include "base/io.h"
#include "base/sigbus_guard.h"
#include "base/try.h"
#include "collect/emergency_room.h"
#include "collect/flush.h"
#include "collect/flushed_directory.h"
#include "collect/limits.h"
#include "collect/storage_failure.h"
#include "journal/directory.h"
#include "journal/file_header.h"
#include "journal/no_room.h"

namespace logq::collect {
namespace {

std::string parent_of(const std::string& path) {
  return std::filesystem::path(path).parent_path().string();
}

bool has_journal_files(const std::string& directory) {
  const auto files = journal::journal_files(directory);
  return files.has_value() && !files->empty();
}

// Not the fault of one entry, which is counted with the drops.
bool is_trouble(const Error& error) {
  return error.code != Errc::kInvalidArgument && error.code != Errc::kTooLarge;
}

// The time of the newest entry in a directory, as the headers of its files tell; 0 without any.
std::uint64_t newest_realtime(const std::string& directory) {
  std::uint64_t newest = 0;
  for (const std::string& path :
       journal::journal_files(directory).value_or(std::vector<std::string>())) {
    const auto header = journal::read_file_header(path);
    if (header.has_value()) newest = std::max<std::uint64_t>(newest, header->tail_entry_realtime);
  }
  return newest;
}

}  // namespace

Storage::Storage(const CollectorOptions& options, Diagnose diagnose)
    : options_(options),
      diagnose_(std::move(diagnose)),
      space_(diagnose_),
      append_trouble_({"cannot store entries", "storing entries again", "entries dropped"},
                      diagnose_),
      sync_trouble_({"cannot sync", "syncing again", "failures"}, diagnose_) {}

Storage::~Storage() = default;

Result<void> Storage::diagnosed(Result<void> result) {
  if (!result.has_value()) diagnose_(directory_ + ": " + result.error().message());
  return result;
}

std::shared_ptr<SplitStore> Storage::store() const {
  const std::lock_guard lock(store_mutex_);
  return store_;
}

bool Storage::has_flushed_flag() const {
  return base::exists(options_.runtime_dir + "/flushed");
}

bool Storage::wants_persistent() const {
  if (options_.storage == StorageMode::kPersistent) return true;
  return options_.storage == StorageMode::kAuto && base::exists(parent_of(options_.storage_dir));
}

Result<Storage::Opened> Storage::open_directory(Place place,
                                                const journal::SequencePosition& sequence) {
  const bool is_volatile = place == Place::kVolatile;
  const std::string& directory = is_volatile ? options_.volatile_dir : options_.storage_dir;
  WorkingDirectory hold = LOGQ_TRY(WorkingDirectory::hold(directory, kStorageLock));
  journal::StoreOptions options;
  options.directory = directory;
  options.lock_directory = false;  // it is ours by `hold`, which no stranger can contest
  options.max_file_usec = options_.max_file_usec;
  options.writer.max_size_bytes =
      limits_of(directory, is_volatile ? options_.runtime_space : options_.system_space)
          .max_file_bytes;
  options.writer.compress = options_.compress;
  options.writer.compress_threshold_bytes = options_.compress_threshold_bytes;
  options.writer.machine_id = base::machine_id();
  options.writer.sequence = sequence;
  const bool apart =
      !is_volatile && options_.split_mode.value_or(SplitMode::kNone) != SplitMode::kNone;
  std::shared_ptr<SplitStore> store = LOGQ_TRY(SplitStore::open(
      options, apart ? SplitStore::Users::kApart : SplitStore::Users::kTogether, diagnose_));
  if (const journal::OpenReport& report = store->open_report(); report.recovered) {
    diagnose_(directory + ": the last run did not stop cleanly, " +
              std::to_string(report.recovered_entries) + " entries recovered");
  }
  for (const journal::FileTrouble& trouble : store->open_report().troubles)
    diagnose_(trouble.path + ": left as it is until the next start: " + trouble.error.message());
  return Opened{std::move(hold), std::move(store), newest_realtime(directory)};
}

void Storage::use(Place place, const std::string& directory, Opened opened) {
  place_ = place;
  directory_ = directory;
  hold_ = std::move(opened.hold);
  archived_seen_ = 0;
  written_before_bytes_ = written_bytes();
  space_.keep(space_task(opened.newest_realtime_usec));
  space_.request();
  opened.store->select(owner_);
  made_room_at_usec_ = 0;
  seen_seqnum_ = opened.store->next_seqnum();
  const std::lock_guard lock(store_mutex_);
  store_ = std::move(opened.store);
}

SpaceTask Storage::space_task(std::uint64_t newest_realtime_usec) const {
  return {directory_, space_settings(), options_.max_retention_usec, newest_realtime_usec,
          place_ == Place::kVolatile && refuge_.is_on()};
}

const journal::StorageSettings& Storage::space_settings() const {
  return place_ == Place::kVolatile ? options_.runtime_space : options_.system_space;
}

std::uint64_t Storage::written_bytes() const {
  return written_before_bytes_ + (store_ == nullptr ? 0 : store_->written_bytes());
}

void Storage::reconfigure() {
  if (store_ == nullptr) return;
  if (options_.storage == StorageMode::kVolatile && refuge_.is_on()) give_up_return();
  space_.change_limits(space_task(newest_realtime(directory_)));
  store_->set_file_options({limits_of(directory_, space_settings()).max_file_bytes,
                            options_.max_file_usec, options_.compress,
                            options_.compress_threshold_bytes});
}

Result<void> Storage::use_volatile() {
  auto opened = open_directory(Place::kVolatile);
  if (!opened.has_value()) {
    diagnose_(options_.volatile_dir + ": " + opened.error().message());
    return fail(opened.error());
  }
  use(Place::kVolatile, options_.volatile_dir, std::move(*opened));
  return {};
}

Result<void> Storage::open() {
  remove_flushed(options_.volatile_dir, diagnose_);
  if (options_.storage == StorageMode::kNone) return {};
  const bool persistent = wants_persistent() && (options_.persistent_at_once || has_flushed_flag());
  // Entries that an earlier run has left go first, and where they are is where it stood.
  flush_due_ = persistent && has_journal_files(options_.volatile_dir);
  if (!persistent || flush_due_) return use_volatile();

  auto opened = open_directory(Place::kPersistent);
  if (!opened.has_value() && journal::is_no_room(opened.error())) {
    std::ignore = make_emergency_room(options_.storage_dir, options_.system_space,
                                      opened.error().sys_errno == EDQUOT);
    opened = open_directory(Place::kPersistent);
  }
  if (opened.has_value()) {
    use(Place::kPersistent, options_.storage_dir, std::move(*opened));
    return {};
  }
  if (!is_storage_failure(opened.error())) {
    diagnose_(options_.storage_dir + ": " + opened.error().message());
    return fail(opened.error());
  }
  LOGQ_TRY(use_volatile());
  begin_refuge("cannot store entries", opened.error());
  return {};
}

std::uint64_t Storage::tail_seqnum_at_open() const {
  return store_ == nullptr ? 0 : store_->open_report().tail_seqnum;
}

std::uint64_t Storage::next_seqnum() const {
  return store_ == nullptr ? 0 : store_->next_seqnum();
}

void Storage::select(std::optional<uid_t> owner) {
  owner_ = owner;
  if (store_ != nullptr) store_->select(owner);
}

template <typename Append>
auto Storage::append_with_room(std::uint64_t monotonic_usec, Append append) -> decltype(append()) {
  look_for_removal(monotonic_usec);
  auto stored = append();
  if (!stored.has_value() && make_room(stored.error(), monotonic_usec)) stored = append();
  if (!stored.has_value() && take_refuge(stored.error(), monotonic_usec)) stored = append();
  if (stored.has_value()) {
    if (std::exchange(append_fails_, false)) append_trouble_.succeeded(directory_);
  } else if (is_trouble(stored.error())) {
    append_trouble_.failed(directory_, stored.error(), monotonic_usec);
    append_fails_ = true;
  }
  return stored;
}

Result<std::uint64_t> Storage::append(const journal::EntryTime& time,
                                      std::span<const std::string_view> payloads) {
  if (store_ == nullptr) return std::uint64_t{0};
  return append_with_room(time.monotonic_usec, [&] { return store_->append(time, payloads); });
}

Result<std::size_t> Storage::append_batch(std::span<const journal::NewEntry> entries) {
  if (store_ == nullptr || entries.empty()) return entries.size();
  return append_with_room(entries.front().time.monotonic_usec,
                          [&] { return store_->append_batch(entries); });
}

Result<std::optional<Storage::FlushReport>> Storage::flush(
    const std::function<void()>& keep_alive) {
  flush_due_ = false;
  if (place_ != Place::kVolatile || !wants_persistent()) return std::nullopt;
  const auto moved = move_to_persistent(keep_alive);
  if (moved.has_value()) return *moved;
  if (!refuge_.is_on() && is_storage_failure(moved.error())) {
    begin_refuge("cannot flush to it", moved.error());
  } else {
    diagnose_(options_.storage_dir + ": cannot flush to it: " + moved.error().message());
  }
  return fail(moved.error());
}

Result<Storage::FlushReport> Storage::move_to_persistent(const std::function<void()>& keep_alive) {
  const std::uint64_t began = base::Clock::system().now().monotonic_usec;
  // A directory that was emptied meanwhile gets the numbers that come next.
  const bool is_empty = !has_journal_files(options_.storage_dir);
  auto target =
      LOGQ_TRY(open_directory(Place::kPersistent, is_empty ? left_at_ : decltype(left_at_){}));
  std::set<std::string> damaged;
  const FlushCallbacks callbacks{
      keep_alive, diagnose_, [&](const std::string& path) { damaged.insert(path); },
      [&] {
        const auto made = make_emergency_room(options_.storage_dir, options_.system_space, false);
        return made.has_value() && made->deleted_files > 0;
      }};
  const auto copied =
      copy_entries(options_.volatile_dir, target.store->system(), options_.storage_dir, callbacks);
  target.store->resume();
  const auto done =
      copied.map([](std::uint64_t) {}).and_then([&] { return target.store->sync(); }).and_then([&] {
        return abandon_volatile(damaged);
      });
  if (!done.has_value()) {
    std::ignore = target.store->close();
    return fail(done.error());
  }
  const FlushReport report{*copied, base::Clock::system().now().monotonic_usec - began};
  use(Place::kPersistent, options_.storage_dir, std::move(target));
  if (refuge_.is_on()) end_refuge(report);
  remove_flushed(options_.volatile_dir, diagnose_);
  return report;
}

// The commit of a flush: from here on the volatile entries are no longer there.
Result<void> Storage::abandon_volatile(const std::set<std::string>& damaged) {
  remove_flushed(options_.volatile_dir, diagnose_);
  for (const std::string& path : damaged) {
    // The file that is being written to is whole, whatever a reader thought of its last entries.
    if (path != store_->active_path()) keep_damaged(path, diagnose_);
  }
  LOGQ_TRY(rename_flushed(options_.volatile_dir));
  // Its file is deleted in a moment, so how it is closed does not matter.
  std::ignore = store_->close();
  return {};
}

Result<bool> Storage::relinquish() {
  if (place_ != Place::kPersistent) {
    // From a refuge nobody is to go back by himself: persistent storage is about to go away.
    if (refuge_.is_on()) give_up_return();
    return false;
  }
  auto opened = open_directory(Place::kVolatile);
  if (!opened.has_value()) {
    diagnose_(options_.volatile_dir + ": " + opened.error().message());
    return fail(opened.error());
  }
  // A sync on its thread may still be at it, and then finds it closed.
  std::ignore = diagnosed(store_->close());
  use(Place::kVolatile, options_.volatile_dir, std::move(*opened));
  wait_for_flush();
  return true;
}

// A later start, too.
void Storage::wait_for_flush() {
  const std::string flag = options_.runtime_dir + "/flushed";
  if (::unlink(flag.c_str()) < 0 && errno != ENOENT) {
    diagnose_(flag + ": " + Error::system(errno, "unlink").message());
  }
}

void Storage::wake_followers() {
  if (store_ != nullptr) store_->wake_followers();
}

Result<void> Storage::sync() {
  const std::shared_ptr<SplitStore> current = store();
  if (current == nullptr) return {};
  const auto synced = current->sync();
  const std::string directory = parent_of(current->active_path());  // directory_ is not ours here
  if (synced.has_value()) {
    sync_trouble_.succeeded(directory);
  } else {
    sync_trouble_.failed(directory, synced.error(), base::Clock::system().now().monotonic_usec);
  }
  return synced;
}

Result<void> Storage::rotate() {
  if (store_ == nullptr) return {};
  // Whoever asked for it may look at the archive next.
  return diagnosed(store_->rotate());
}

Result<void> Storage::close() {
  const auto closed = store_ == nullptr ? Result<void>{} : diagnosed(store_->close());
  append_trouble_.finish(directory_);
  // To close is to sync.
  if (closed.has_value()) sync_trouble_.succeeded(directory_);
  sync_trouble_.finish(directory_);
  return closed;
}

// The store has set such a file aside by itself; that it had to is for the operator to know.
void Storage::look_for_lost_pages() {
  const int missing = base::missing_pages();
  if (missing == missing_pages_seen_) return;
  if (missing_pages_seen_ == 0) {
    const std::string path = base::file_of_missing_page();
    diagnose_((path.empty() ? directory_ : path) +
              ": the file shrank or cannot be read: what was stored there is lost");
  }
  missing_pages_seen_ = missing;
}

void Storage::tend(std::uint64_t now_usec) {
  if (store_ == nullptr) return;
  look_for_lost_pages();
  // Only archived files have given back what they have too much.
  const bool rotated = store_->archived() != archived_seen_;
  if (!rotated && now_usec < tended_at_usec_ + kSpaceIntervalUsec) return;
  archived_seen_ = store_->archived();
  tended_at_usec_ = now_usec;
  space_.request();
}

}  // namespace logq::collect
