#include "logq/journal_writer.h"

#include <vector>

#include "base/clock.h"
#include "base/ids.h"
#include "base/try.h"
#include "journal/store.h"

namespace logq {
namespace {

journal::EntryTime to_entry_time(const JournalTime& time) {
  return {time.realtime_usec, time.monotonic_usec, time.boot_id};
}

}  // namespace

class JournalWriter::Impl {
 public:
  explicit Impl(std::unique_ptr<journal::Store> opened) : store(std::move(opened)) {}

  std::unique_ptr<journal::Store> store;
  std::uint64_t entries = 0;
  std::vector<journal::NewEntry> batch;
};

JournalTime JournalTime::now() {
  static const Id128 kBoot = base::boot_id();
  const base::TimePair now = base::Clock::system().now();
  return {now.realtime_usec, now.monotonic_usec, kBoot};
}

JournalWriter::JournalWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
JournalWriter::JournalWriter(JournalWriter&&) noexcept = default;
JournalWriter& JournalWriter::operator=(JournalWriter&&) noexcept = default;
JournalWriter::~JournalWriter() = default;

Result<JournalWriter> JournalWriter::open(const std::string& directory,
                                          const JournalWriterOptions& options) {
  journal::StoreOptions store;
  store.directory = directory;
  store.writer.max_size_bytes = options.max_file_bytes;
  store.writer.compress = options.compress;
  store.writer.compress_threshold_bytes = options.compress_threshold_bytes;
  store.writer.mode = static_cast<mode_t>(options.file_mode);
  store.writer.machine_id = base::machine_id();
  return JournalWriter(std::make_unique<Impl>(LOGQ_TRY(journal::Store::open(store))));
}

Result<std::uint64_t> JournalWriter::append(const JournalTime& time,
                                            std::span<const std::string_view> payloads) {
  const auto seqnum = impl_->store->append(to_entry_time(time), payloads);
  if (!seqnum) return seqnum;
  ++impl_->entries;
  impl_->store->wake_followers();
  return seqnum;
}

Result<std::uint64_t> JournalWriter::append(std::span<const std::string_view> payloads) {
  return append(JournalTime::now(), payloads);
}

Result<std::size_t> JournalWriter::append_batch(std::span<const JournalNewEntry> entries) {
  impl_->batch.clear();
  for (const JournalNewEntry& entry : entries)
    impl_->batch.push_back({to_entry_time(entry.time), entry.payloads});
  const auto appended = impl_->store->append_batch(impl_->batch);
  if (!appended || *appended == 0) return appended;
  impl_->entries += *appended;
  impl_->store->wake_followers();
  return appended;
}

Result<void> JournalWriter::sync() {
  return impl_->store->sync();
}

Result<void> JournalWriter::rotate() {
  LOGQ_TRY(impl_->store->rotate());
  return impl_->store->wait_for_archives();
}

Result<void> JournalWriter::close() {
  return impl_->store->close();
}

JournalWriter::Counters JournalWriter::counters() const {
  const journal::Store& store = *impl_->store;
  const journal::SequencePosition position = store.sequence();
  return {impl_->entries, store.rotations(), position.tail_seqnum, position.seqnum_id,
          store.open_report().recovered_entries};
}

const std::string& JournalWriter::active_path() const {
  return impl_->store->active_path();
}

}  // namespace logq
