#include "journal/store.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <optional>
#include <tuple>
#include <utility>

#include "base/io.h"
#include "base/try.h"
#include "journal/archiver.h"
#include "journal/file_names.h"
#include "journal/follower_waker.h"
#include "journal/next_file.h"
#include "journal/no_room.h"
#include "journal/store_opening.h"

namespace logq::journal {
namespace {

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
        active_path_(options.directory + "/" + options.base + ".journal"),
        preparing_(options.before_helping),
        archiver_(options.before_helping),
        next_(preparing_, next_file_path(active_path_)),
        waker_([this] { wake_now(); }) {}

  Result<void> open();
  Result<std::uint64_t> append(const EntryTime& time, std::span<const std::string_view> payloads);
  Result<std::size_t> append_batch(std::span<const NewEntry> entries);
  Result<void> sync();
  Result<void> rotate();
  Result<void> wait_for_archives() { return archiver_.wait(); }
  Result<void> close();
  void wake_followers() { waker_.note(); }

  [[nodiscard]] const OpenReport& report() const { return report_; }
  [[nodiscard]] const std::string& active_path() const { return active_path_; }
  [[nodiscard]] bool has_active_file() const { return writer_ != nullptr; }
  [[nodiscard]] std::uint64_t next_seqnum() const {
    return std::max(position_.tail_seqnum, others_seqnum_) + 1;
  }
  void continue_after(std::uint64_t seqnum) { others_seqnum_ = seqnum; }
  [[nodiscard]] SequencePosition sequence() const { return position_; }
  [[nodiscard]] std::uint64_t rotations() const { return rotations_; }
  [[nodiscard]] std::uint64_t archived() const { return archiver_.finished(); }
  [[nodiscard]] StoreCounts counts() const;
  [[nodiscard]] std::uint64_t written_bytes() const;
  void set_file_options(const FileOptions& options);

 private:
  Result<void> begin_file();
  Result<std::shared_ptr<FileWriter>> make_file();
  Result<std::unique_ptr<FileWriter>> take_next();
  Result<void> replace_active();
  Result<std::uint64_t> append_numbered(const EntryTime& time,
                                        std::span<const std::string_view> payloads);
  Result<std::uint64_t> append_prepared(const NewEntry& entry);
  template <typename Append>
  auto append_somewhere(const EntryTime& time, const Append& append) -> decltype(append());
  [[nodiscard]] bool is_too_old(const EntryTime& time) const;
  void use(std::shared_ptr<FileWriter> writer);
  void look_ahead();
  void wake_now();
  std::shared_ptr<FileWriter> writer();

  StoreOptions options_;
  std::string active_path_;
  base::UniqueFd directory_lock_;
  OpenReport report_;
  SequencePosition position_;        // after the last entry that was appended
  std::uint64_t others_seqnum_ = 0;  // the last one of other stores
  std::uint64_t rotations_ = 0;
  std::uint64_t written_before_bytes_ = 0;  // into files it has rotated away from
  std::uint64_t used_at_first_bytes_ = 0;   // of the active file, when it was taken
  StoreCounts counts_;                      // without those of the active file
  TableSizes tables_;                       // for the next file

  WorkerThread preparing_;   // outlives the files it helps
  std::mutex writer_mutex_;  // held to replace writer_, and by others than the appender to take it
  std::shared_ptr<FileWriter> writer_;  // none after a rotation that failed half-way
  Archiver archiver_;
  NextFile next_;
  FollowerWaker waker_;  // uses the above: ends first
};

Result<void> Store::Impl::open() {
  directory_lock_ = LOGQ_TRY(take_directory(options_.directory, options_.lock_directory));
  StoreOpening opening = LOGQ_TRY(open_store_files(options_, active_path_, options_.base));
  report_ = std::move(opening.report);
  const Id128& wanted = options_.writer.sequence.seqnum_id;
  const bool leaves_sequence = !wanted.is_null() && wanted != opening.position.seqnum_id;
  position_ = leaves_sequence ? options_.writer.sequence : opening.position;
  const SequencePosition position = position_;
  if (opening.active == nullptr) return begin_file();
  use(std::move(opening.active));
  position_ = position;
  return opening.is_stray || leaves_sequence ? replace_active() : Result<void>{};
}

void Store::Impl::use(std::shared_ptr<FileWriter> writer) {
  if (writer) {
    writer->use_helper(preparing_);
    const FileWriter::Statistics now = writer->statistics();
    next_.follow(now.used_bytes, now.max_bytes);
    used_at_first_bytes_ = now.used_bytes;
    position_ = writer->sequence();
  }
  const std::lock_guard lock(writer_mutex_);
  writer_ = std::move(writer);
}

std::shared_ptr<FileWriter> Store::Impl::writer() {
  const std::lock_guard lock(writer_mutex_);
  return writer_;
}

void Store::Impl::wake_now() {
  if (const auto active = writer()) active->wake_followers();
}

// The file that was made ahead, under its name. None when there is none.
Result<std::unique_ptr<FileWriter>> Store::Impl::take_next() {
  auto next = next_.take(position_.seqnum_id);
  if (next == nullptr) return next;
  auto named = next->take_name(active_path_, position_.tail_seqnum);
  if (!named && named.error().sys_errno == EEXIST) {
    // What a failed renaming has left under this name must not stop the log.
    LOGQ_TRY(set_aside(active_path_));
    named = next->take_name(active_path_, position_.tail_seqnum);
  }
  if (named) return next;
  ::unlink(next->path().c_str());
  return fail(named.error());
}

Result<std::shared_ptr<FileWriter>> Store::Impl::make_file() {
  if (auto next = LOGQ_TRY(take_next())) {
    ++counts_.files_prepared;
    return std::shared_ptr<FileWriter>(std::move(next));
  }
  WriterOptions options = options_.writer;
  options.sequence = position_;
  options.tables = tables_;
  auto created = FileWriter::create(active_path_, options);
  if (!created && created.error().sys_errno == EEXIST) {
    LOGQ_TRY(set_aside(active_path_));
    created = FileWriter::create(active_path_, options);
  }
  if (!created) return fail(created.error());
  ++counts_.files_inlined;
  return std::shared_ptr<FileWriter>(std::move(*created));
}

Result<void> Store::Impl::begin_file() {
  use(LOGQ_TRY(make_file()));
  return {};
}

// The new file has its name before the archiver syncs the directory, and the old one is with the
// archiver before it ceases to be the active one: a sync on another thread misses neither.
Result<void> Store::Impl::replace_active() {
  const std::shared_ptr<FileWriter> old = writer_;
  if (old->n_entries() == 0) {
    use(nullptr);
    // One whose header is lost looks empty, too.
    if (!old->archive()) LOGQ_TRY(set_aside(active_path_));
    return begin_file();
  }
  ++rotations_;
  written_before_bytes_ = written_bytes();
  used_at_first_bytes_ = old->statistics().used_bytes;
  tables_ = tables_after(old->statistics());
  counts_.extents.add(old->extent_counts());
  // A file that cannot get its name is in the way of the next, which then sets it aside.
  std::ignore = old->retire();
  auto made = make_file();
  if (archiver_.take(old)) ++counts_.waits_for_archives;
  if (!made && is_no_room(made.error())) {
    // Perhaps there is room once the old one has given back what it has too much.
    std::ignore = archiver_.wait();
    made = make_file();
  }
  if (!made) {
    use(nullptr);
    return fail(made.error());
  }
  use(std::move(*made));
  return {};
}

StoreCounts Store::Impl::counts() const {
  StoreCounts counts = counts_;
  if (writer_) counts.extents.add(writer_->extent_counts());
  return counts;
}

std::uint64_t Store::Impl::written_bytes() const {
  if (!writer_) return written_before_bytes_;
  return written_before_bytes_ + writer_->statistics().used_bytes - used_at_first_bytes_;
}

// A file that was made ahead is of the old kind.
void Store::Impl::set_file_options(const FileOptions& options) {
  options_.max_file_usec = options.max_file_usec;
  options_.writer.max_size_bytes = options.max_size_bytes;
  options_.writer.compress = options.compress;
  options_.writer.compress_threshold_bytes = options.compress_threshold_bytes;
  next_.discard();
}

void Store::Impl::look_ahead() {
  const FileWriter::Statistics now = writer_->statistics();
  if (now.used_bytes < next_.mark()) return;
  WriterOptions options = options_.writer;
  options.sequence = position_;
  next_.look(now, options);
}

bool Store::Impl::is_too_old(const EntryTime& time) const {
  if (options_.max_file_usec == 0 || writer_->n_entries() == 0) return false;
  const std::uint64_t head = writer_->head_realtime_usec();
  return time.realtime_usec > head && time.realtime_usec - head > options_.max_file_usec;
}

// Appends to the active file, or to a new one when it takes no more.
template <typename Append>
auto Store::Impl::append_somewhere(const EntryTime& time, const Append& append)
    -> decltype(append()) {
  if (!directory_lock_.is_open()) return fail(Error::make(Errc::kClosed, "store is closed"));
  if (!writer_) LOGQ_TRY(begin_file());
  if (is_too_old(time)) LOGQ_TRY(replace_active());
  auto appended = append();
  if (appended) return appended;
  const Error& error = appended.error();
  if (error.code == Errc::kFull || error.code == Errc::kCorrupt) {
    LOGQ_TRY(replace_active());
    return append();
  }
  if (is_no_room(error)) {
    // The room of the file that was made ahead is needed now.
    next_.discard();
    return append();
  }
  return appended;
}

// A number that is not the file's next must be given to it.
Result<std::uint64_t> Store::Impl::append_numbered(const EntryTime& time,
                                                   std::span<const std::string_view> payloads) {
  if (others_seqnum_ <= position_.tail_seqnum) return writer_->append(time, payloads);
  const std::uint64_t seqnum = others_seqnum_ + 1;
  return writer_->append_with_seqnum(time, seqnum, payloads).map([seqnum] { return seqnum; });
}

Result<std::uint64_t> Store::Impl::append(const EntryTime& time,
                                          std::span<const std::string_view> payloads) {
  const auto seqnum = append_somewhere(time, [&]() { return append_numbered(time, payloads); });
  if (!seqnum) return seqnum;
  position_.tail_seqnum = *seqnum;
  writer_->publish();
  look_ahead();
  return seqnum;
}

Result<std::uint64_t> Store::Impl::append_prepared(const NewEntry& entry) {
  std::uint64_t seqnum = 0;
  LOGQ_TRY(append_somewhere(entry.time, [&]() {
    seqnum = next_seqnum();
    return writer_->append_prepared(entry.time, seqnum, entry.payloads, *entry.prepared);
  }));
  position_.tail_seqnum = seqnum;
  writer_->publish();
  look_ahead();
  return seqnum;
}

Result<std::size_t> Store::Impl::append_batch(std::span<const NewEntry> entries) {
  if (entries.size() == 1 && entries.front().prepared != nullptr) {
    return append_prepared(entries.front()).map([](std::uint64_t) { return std::size_t{1}; });
  }
  std::size_t done = 0;
  if (!entries.empty() && others_seqnum_ > position_.tail_seqnum) {
    LOGQ_TRY(append(entries.front().time, entries.front().payloads));
    done = 1;
  }
  while (done < entries.size()) {
    const auto rest = entries.subspan(done);
    const auto some =
        append_somewhere(rest.front().time, [&]() { return writer_->append_batch(rest); });
    if (!some && done == 0) return some;
    if (!some) return done;
    done += *some;
    position_.tail_seqnum = writer_->sequence().tail_seqnum;
    writer_->publish();
    look_ahead();
  }
  return done;
}

// Entries of a file that is being archived are as durable afterwards as those of the active one.
Result<void> Store::Impl::sync() {
  const auto active = writer();
  const auto archived = archiver_.wait();
  const auto synced = active ? active->sync() : Result<void>{};
  return archived ? synced : archived;
}

Result<void> Store::Impl::rotate() {
  if (!directory_lock_.is_open()) return fail(Error::make(Errc::kClosed, "store is closed"));
  if (!writer_) return begin_file();
  return writer_->n_entries() == 0 ? Result<void>{} : replace_active();
}

Result<void> Store::Impl::close() {
  const std::shared_ptr<FileWriter> last = writer_;
  written_before_bytes_ = written_bytes();
  use(nullptr);
  next_.discard();
  const auto closed = last ? last->close() : Result<void>{};
  const auto archived = archiver_.wait();
  directory_lock_.reset();
  return closed ? archived : closed;
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
void Store::continue_after(std::uint64_t seqnum) {
  impl_->continue_after(seqnum);
}
SequencePosition Store::sequence() const {
  return impl_->sequence();
}
std::uint64_t Store::rotations() const {
  return impl_->rotations();
}
std::uint64_t Store::archived() const {
  return impl_->archived();
}
StoreCounts Store::counts() const {
  return impl_->counts();
}
std::uint64_t Store::written_bytes() const {
  return impl_->written_bytes();
}
void Store::set_file_options(const FileOptions& options) {
  impl_->set_file_options(options);
}
Result<std::size_t> Store::append_batch(std::span<const NewEntry> entries) {
  return impl_->append_batch(entries);
}
Result<void> Store::wait_for_archives() {
  return impl_->wait_for_archives();
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
bool Store::has_active_file() const {
  return impl_->has_active_file();
}

}  // namespace logq::journal
