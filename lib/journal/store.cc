#include "journal/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>
#include <tuple>
#include <utility>
#include <vector>

#include "base/ids.h"
#include "base/io.h"
#include "base/try.h"
#include "journal/archive_name.h"
#include "journal/file_header.h"
#include "journal/file_names.h"
#include "journal/salvage.h"
#include "journal/store_sequence.h"

namespace logq::journal {
namespace {

constexpr const char* kBase = "system";

// Files that could not be archived and are tried again by every sync. Each holds a mapping.
constexpr std::size_t kMaxRetiring = 8;

// Two writers would destroy the file, so the directory is locked while a store lives.
Result<base::UniqueFd> take_directory(const std::string& directory, bool lock) {
  auto fd = LOGQ_TRY(base::open_file(directory, O_RDONLY | O_DIRECTORY));
  if (!lock) return fd;
  // A file system without locks (some network ones) must do without.
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) < 0 && errno == EWOULDBLOCK) {
    return fail(Error::make(Errc::kBusy, "another collector stores in this directory"));
  }
  return fd;
}

}  // namespace

class Store::Impl {
 public:
  explicit Impl(const StoreOptions& options)
      : options_(options),
        active_path_(options.directory + "/" + kBase + ".journal") {}

  Result<void> open();
  Result<std::uint64_t> append(const EntryTime& time, std::span<const std::string_view> payloads);
  Result<void> sync();
  Result<void> rotate();
  Result<void> close();
  void wake_followers() {
    if (writer_) writer_->wake_followers();
  }

  [[nodiscard]] const OpenReport& report() const { return report_; }
  [[nodiscard]] const std::string& active_path() const { return active_path_; }
  [[nodiscard]] std::uint64_t next_seqnum() const { return position_.tail_seqnum + 1; }
  [[nodiscard]] SequencePosition sequence() const { return position_; }
  [[nodiscard]] std::uint64_t rotations() const { return rotations_; }

 private:
  Result<void> continue_or_begin();
  Result<void> recover();
  Result<void> retire_foreign();
  Result<void> begin_file();
  Result<void> archive_active();
  [[nodiscard]] bool is_too_old(const EntryTime& time) const;
  void use(std::shared_ptr<FileWriter> writer);
  void retire(const std::shared_ptr<FileWriter>& writer);
  void forget(const std::shared_ptr<FileWriter>& writer);
  void continue_after(const SequencePosition& position);

  StoreOptions options_;
  std::string active_path_;
  base::UniqueFd directory_lock_;
  OpenReport report_;
  SequencePosition position_;  // after the last entry that was appended
  std::uint64_t rotations_ = 0;
  std::mutex writer_mutex_;  // held to replace what follows, and by sync() to take references
  std::shared_ptr<FileWriter> writer_;  // none after a rotation that failed half-way
  // Being archived, or could not be: a sync is not complete without them.
  std::vector<std::shared_ptr<FileWriter>> retiring_;
  bool has_given_up_ = false;  // on one of them, which no sync has told yet
};

Result<void> Store::Impl::open() {
  directory_lock_ = LOGQ_TRY(take_directory(options_.directory, options_.lock_directory));
  remove_leftovers(active_path_);
  position_ = find_sequence(options_.directory, kBase);
  LOGQ_TRY(continue_or_begin());
  return {};
}

Result<void> Store::Impl::continue_or_begin() {
  auto reopened = FileWriter::reopen(active_path_, options_.writer);
  if (reopened) {
    use(std::move(*reopened));
    const SequencePosition archived = position_;
    position_ = writer_->sequence();
    report_.tail_seqnum = position_.tail_seqnum;
    // An archive that is ahead of it means that the active file is a stray copy: begin a new one.
    if (archived.seqnum_id != position_.seqnum_id ||
        archived.tail_seqnum <= position_.tail_seqnum) {
      return {};
    }
    position_ = archived;
    report_.tail_seqnum = position_.tail_seqnum;
    LOGQ_TRY(archive_active());
    return begin_file();
  }
  const Error& error = reopened.error();
  if (error.code == Errc::kBusy || error.code == Errc::kCorrupt) {
    LOGQ_TRY(recover());
    return begin_file();
  }
  if (error.code == Errc::kUnsupported) {
    LOGQ_TRY(retire_foreign());
  } else if (error.sys_errno != ENOENT) {
    return fail(error);
  }
  report_.tail_seqnum = position_.tail_seqnum;
  return begin_file();
}

// Takes over a position unless it is behind what is already known of that sequence.
void Store::Impl::continue_after(const SequencePosition& position) {
  if (position.seqnum_id.is_null()) return;
  const bool same = position.seqnum_id == position_.seqnum_id;
  const std::uint64_t known = same ? position_.tail_seqnum : 0;
  position_ = {position.seqnum_id, std::max(known, position.tail_seqnum)};
}

Result<void> Store::Impl::recover() {
  const SalvageReport salvaged = LOGQ_TRY(salvage(active_path_, options_.writer));
  report_.recovered = true;
  report_.recovered_path = salvaged.path;
  report_.recovered_entries = salvaged.entries;
  continue_after(salvaged.sequence);
  report_.tail_seqnum = position_.tail_seqnum;

  // A process that was killed leaves all it wrote to the kernel. A machine that went down does not,
  // and neither does damage: then nobody knows which numbers were given out.
  const bool same_boot = salvaged.entries == 0 || salvaged.tail_boot_id == base::boot_id();
  const bool all_known = !salvaged.sequence.seqnum_id.is_null() && salvaged.complete && same_boot;
  if (!all_known) {
    const std::uint64_t claimed = salvaged.complete ? 0 : salvaged.claimed_tail_seqnum;
    // A claim from a damaged header may be any number; believe it only while it is near.
    if (claimed > position_.tail_seqnum && claimed - position_.tail_seqnum < kSequenceGap) {
      position_.tail_seqnum = claimed;
    }
    position_.tail_seqnum += kSequenceGap;
  }
  return {};
}

// A journal file of another writer under our name (journald's, or one of ours whose archiving was
// interrupted before the rename) is not touched inside: it gets its archive name.
Result<void> Store::Impl::retire_foreign() {
  const auto header = read_file_header(active_path_);
  if (!header || header->state == FileState::kOnline || header->n_entries == 0) {
    if (header) {
      SequencePosition position{{}, header->tail_entry_seqnum};
      std::memcpy(position.seqnum_id.bytes.data(), header->seqnum_id, sizeof header->seqnum_id);
      continue_after(position);
    }
    report_.recovered = !header || header->state == FileState::kOnline;
    report_.recovered_path = LOGQ_TRY(set_aside(active_path_));
    return {};
  }
  ArchiveName name{kBase, {}, header->head_entry_seqnum, header->head_entry_realtime};
  std::memcpy(name.seqnum_id.bytes.data(), header->seqnum_id, sizeof header->seqnum_id);
  continue_after({name.seqnum_id, header->tail_entry_seqnum});
  const std::string target = options_.directory + "/" + name.to_string();
  const auto renamed = rename_without_replacing(active_path_, target);
  if (renamed) return base::sync_parent_directory(target);
  if (renamed.error().sys_errno != EEXIST) return renamed;
  return set_aside(active_path_).map([](const std::string&) {});
}

void Store::Impl::use(std::shared_ptr<FileWriter> writer) {
  const std::lock_guard lock(writer_mutex_);
  writer_ = std::move(writer);
}

void Store::Impl::retire(const std::shared_ptr<FileWriter>& writer) {
  const std::lock_guard lock(writer_mutex_);
  if (retiring_.size() == kMaxRetiring) {
    retiring_.erase(retiring_.begin());
    has_given_up_ = true;
  }
  retiring_.push_back(writer);
  writer_ = nullptr;
}

void Store::Impl::forget(const std::shared_ptr<FileWriter>& writer) {
  const std::lock_guard lock(writer_mutex_);
  std::erase(retiring_, writer);
}

Result<void> Store::Impl::begin_file() {
  WriterOptions options = options_.writer;
  options.sequence = position_;
  auto created = FileWriter::create(active_path_, options);
  if (!created && created.error().sys_errno == EEXIST) {
    // What a failed archiving has left under this name must not stop the log.
    LOGQ_TRY(set_aside(active_path_));
    created = FileWriter::create(active_path_, options);
  }
  if (!created) return fail(created.error());
  use(std::move(*created));
  position_ = writer_->sequence();
  return {};
}

Result<void> Store::Impl::archive_active() {
  const std::shared_ptr<FileWriter> old = writer_;
  retire(old);
  ++rotations_;
  const auto archived = old->archive();
  if (archived) {
    forget(old);
    return {};
  }
  // It stays readable; only its name says that its end was not clean.
  return set_aside(active_path_).map([](const std::string&) {});
}

bool Store::Impl::is_too_old(const EntryTime& time) const {
  if (options_.max_file_usec == 0 || writer_->n_entries() == 0) return false;
  const std::uint64_t head = writer_->head_realtime_usec();
  return time.realtime_usec > head && time.realtime_usec - head > options_.max_file_usec;
}

Result<std::uint64_t> Store::Impl::append(const EntryTime& time,
                                          std::span<const std::string_view> payloads) {
  if (!directory_lock_.is_open()) return fail(Error::make(Errc::kClosed, "store is closed"));
  if (writer_ && is_too_old(time)) LOGQ_TRY(archive_active());
  if (!writer_) LOGQ_TRY(begin_file());
  auto seqnum = writer_->append(time, payloads);
  if (!seqnum && (seqnum.error().code == Errc::kFull || seqnum.error().code == Errc::kCorrupt)) {
    LOGQ_TRY(archive_active());
    LOGQ_TRY(begin_file());
    seqnum = writer_->append(time, payloads);
  }
  if (!seqnum) return seqnum;
  position_.tail_seqnum = *seqnum;
  writer_->publish();
  return seqnum;
}

// Entries of a file that is being archived are as durable afterwards as those of the active one.
Result<void> Store::Impl::sync() {
  std::vector<std::shared_ptr<FileWriter>> files;
  Result<void> result;
  {
    const std::lock_guard lock(writer_mutex_);
    files = retiring_;
    if (writer_) files.push_back(writer_);
    if (std::exchange(has_given_up_, false)) {
      result = fail(Error::system(EIO, "a rotated journal file could not be synced"));
    }
  }
  for (const auto& file : files) {
    const auto synced = file->sync();
    if (synced) {
      forget(file);
    } else {
      result = synced;
    }
  }
  return result;
}

Result<void> Store::Impl::rotate() {
  if (!directory_lock_.is_open()) return fail(Error::make(Errc::kClosed, "store is closed"));
  if (writer_ && writer_->n_entries() == 0) return {};
  if (writer_) LOGQ_TRY(archive_active());
  return begin_file();
}

Result<void> Store::Impl::close() {
  const std::shared_ptr<FileWriter> writer = writer_;
  use(nullptr);
  const auto closed = writer ? writer->close() : Result<void>{};
  directory_lock_.reset();
  return closed;
}

Store::Store(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Store::~Store() = default;

Result<std::unique_ptr<Store>> Store::open(const StoreOptions& options) {
  auto impl = std::make_unique<Impl>(options);
  LOGQ_TRY(impl->open());
  return std::unique_ptr<Store>(new Store(std::move(impl)));
}

const OpenReport& Store::open_report() const {
  return impl_->report();
}
Result<std::uint64_t> Store::append(const EntryTime& time,
                                    std::span<const std::string_view> payloads) {
  return impl_->append(time, payloads);
}
std::uint64_t Store::next_seqnum() const {
  return impl_->next_seqnum();
}
SequencePosition Store::sequence() const {
  return impl_->sequence();
}
std::uint64_t Store::rotations() const {
  return impl_->rotations();
}
void Store::wake_followers() {
  impl_->wake_followers();
}
Result<void> Store::sync() {
  return impl_->sync();
}
Result<void> Store::rotate() {
  return impl_->rotate();
}
Result<void> Store::close() {
  return impl_->close();
}
const std::string& Store::active_path() const {
  return impl_->active_path();
}

}  // namespace logq::journal
