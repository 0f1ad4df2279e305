#include "journal/file_writer.h"

#include "base/try.h"
#include "journal/file_writer_impl.h"

namespace logq::journal {

FileWriter::FileWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FileWriter::~FileWriter() = default;

Result<std::unique_ptr<FileWriter>> FileWriter::create(const std::string& path,
                                                       const WriterOptions& options) {
  auto impl = LOGQ_TRY(Impl::create(path, options));
  return std::unique_ptr<FileWriter>(new FileWriter(std::move(impl)));
}

Result<std::unique_ptr<FileWriter>> FileWriter::prepare(const std::string& hidden_path,
                                                        const WriterOptions& options) {
  auto impl = LOGQ_TRY(Impl::prepare(hidden_path, options));
  return std::unique_ptr<FileWriter>(new FileWriter(std::move(impl)));
}

Result<void> FileWriter::finish_interrupted_archive(const std::string& path,
                                                    const WriterOptions& options) {
  return LOGQ_TRY(Impl::reopen_retired(path, options))->finish_archive();
}

Result<std::unique_ptr<FileWriter>> FileWriter::reopen(const std::string& path,
                                                       const WriterOptions& options) {
  auto impl = LOGQ_TRY(Impl::reopen(path, options));
  return std::unique_ptr<FileWriter>(new FileWriter(std::move(impl)));
}

Result<std::uint64_t> FileWriter::append(const EntryTime& time,
                                         std::span<const std::string_view> payloads) {
  const std::uint64_t seqnum = impl_->header().tail_entry_seqnum + 1;
  LOGQ_TRY(impl_->append(time, seqnum, payloads));
  return seqnum;
}

Result<std::size_t> FileWriter::append_batch(std::span<const NewEntry> entries) {
  return impl_->append_batch(entries);
}

Result<void> FileWriter::append_with_seqnum(const EntryTime& time,
                                            std::uint64_t seqnum,
                                            std::span<const std::string_view> payloads,
                                            std::optional<std::uint64_t> xor_hash) {
  return impl_->append(time, seqnum, payloads, xor_hash);
}

Result<void> FileWriter::append_prepared(const EntryTime& time,
                                         std::uint64_t seqnum,
                                         std::span<const std::string_view> payloads,
                                         const PreparedValues& prepared) {
  return impl_->append_prepared(time, seqnum, payloads, prepared);
}

// Each append has published its entry already: on the one header line that it holds anyway this is
// a handful of plain stores, and a kill between two calls then finds the counters right.
void FileWriter::publish() {}

void FileWriter::wake_followers() {
  impl_->wake_followers();
}
Result<void> FileWriter::sync() {
  return impl_->sync();
}
Result<void> FileWriter::close() {
  return impl_->close();
}
Result<std::string> FileWriter::archive() {
  return impl_->archive();
}
Result<std::string> FileWriter::retire() {
  return impl_->retire();
}
Result<void> FileWriter::finish_archive() {
  return impl_->finish_archive();
}
Result<void> FileWriter::take_name(const std::string& path, std::uint64_t tail_seqnum) {
  return impl_->take_name(path, tail_seqnum);
}
void FileWriter::use_helper(WorkerThread& helper) {
  impl_->use_helper(helper);
}
const ExtentCounts& FileWriter::extent_counts() const {
  return impl_->extent_counts();
}
FileWriter::Statistics FileWriter::statistics() const {
  return impl_->statistics();
}
const std::string& FileWriter::path() const {
  return impl_->path();
}
SequencePosition FileWriter::sequence() const {
  return {impl_->seqnum_id(), impl_->header().tail_entry_seqnum};
}
std::uint64_t FileWriter::n_entries() const {
  return impl_->header().n_entries;
}
std::uint64_t FileWriter::head_realtime_usec() const {
  return impl_->header().head_entry_realtime;
}
std::uint64_t FileWriter::tail_realtime_usec() const {
  return impl_->header().tail_entry_realtime;
}
std::uint64_t FileWriter::size_bytes() const {
  return impl_->size_bytes();
}

}  // namespace logq::journal
