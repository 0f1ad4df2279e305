#include "journal/file_writer.h"

#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/try.h"
#include "journal/file_writer_impl.h"
#include "journal/live_field.h"

namespace logq::journal {
namespace {

// Beyond this capacity the item buffers are given back after an entry.
constexpr std::size_t kKeepItems = 4096;

}  // namespace

Result<void> FileWriter::Impl::append(const EntryTime& time,
                                      std::uint64_t seqnum,
                                      std::span<const std::string_view> payloads,
                                      std::optional<std::uint64_t> xor_hash) {
  LOGQ_TRY(check(time, seqnum, payloads));
  LOGQ_TRY(check_order(time, seqnum));
  LOGQ_TRY(look_up(payloads));
  if (xor_hash) xor_hash_ = *xor_hash;
  LOGQ_TRY(reserve());
  // From here on nothing but damage found in a reopened file can fail.
  LOGQ_TRY(store_values());
  sort_items();
  const std::uint64_t entry = write_entry(time, seqnum);
  publish_entry(entry, time, seqnum);
  for (const std::uint64_t key : order_)
    link_value(items_[key & UINT32_MAX].value, entry);
  if (items_.capacity() > kKeepItems) items_ = {};
  return {};
}

Result<void> FileWriter::Impl::check(const EntryTime& time,
                                     std::uint64_t seqnum,
                                     std::span<const std::string_view> payloads) const {
  if (closed_) return fail(Error::make(Errc::kClosed, "journal file is closed"));
  if (payloads.empty()) return fail(Error::make(Errc::kInvalidArgument, "entry without fields"));
  if (time.realtime_usec == 0 || time.realtime_usec >= kTimestampLimit ||
      time.monotonic_usec >= kTimestampLimit || time.boot_id.is_null()) {
    return fail(Error::make(Errc::kInvalidArgument, "implausible entry time"));
  }
  if (seqnum == 0) return fail(Error::make(Errc::kInvalidArgument, "sequence number 0"));
  for (const std::string_view payload : payloads) {
    if (payload.size() > kMaxPayloadBytes) {
      return fail(Error::make(Errc::kTooLarge, "field is too large"));
    }
    const auto equals = payload.find('=');
    if (equals == 0 || equals == std::string_view::npos) {
      return fail(Error::make(Errc::kInvalidArgument, "field without a name"));
    }
  }
  return {};
}

// Readers bisect by time, so it must never run backwards within a file.
Result<void> FileWriter::Impl::check_order(const EntryTime& time, std::uint64_t seqnum) const {
  const Header& file = header();
  if (seqnum <= file.tail_entry_seqnum) {
    return fail(Error::make(Errc::kInvalidArgument, "sequence number does not increase"));
  }
  if (file.n_entries == 0) return {};
  if (time.realtime_usec < file.tail_entry_realtime) {
    return fail(Error::make(Errc::kFull, "time stepped back"));
  }
  if (time.boot_id == tail_boot_id_ && time.monotonic_usec < file.tail_entry_monotonic) {
    return fail(Error::make(Errc::kFull, "monotonic time stepped back"));
  }
  return {};
}

Result<void> FileWriter::Impl::look_up(std::span<const std::string_view> payloads) {
  items_.clear();
  xor_hash_ = 0;
  for (const std::string_view payload : payloads) {
    items_.push_back({LOGQ_TRY(look_up_value(payload)), payload});
    xor_hash_ ^= items_.back().value.xor_part;
  }
  return {};
}

// What is known about a payload; data_offset is 0 when it is not yet in the file.
Result<KnownValue> FileWriter::Impl::look_up_value(std::string_view payload) {
  const std::uint64_t hash = values_.hash()(payload);
  const KnownValue* recent = recent_.find(hash);
  if (recent != nullptr && values_.equals(recent->data_offset, payload)) return *recent;
  KnownValue value;
  const std::uint64_t data = LOGQ_TRY(values_.find(payload, hash));
  if (data != 0) value = LOGQ_TRY(load_value(data));
  value.hash = hash;
  value.xor_part = values_.hash().xor_part(payload, hash);
  return value;
}

Result<KnownValue> FileWriter::Impl::load_value(std::uint64_t data_offset) const {
  const auto* object = heap_.at<DataObject>(data_offset);
  const std::uint64_t n_entries = object->n_entries;
  if (n_entries > header().n_entries) {
    return fail(Error::corrupt(data_offset, "value in more entries than there are"));
  }
  KnownValue value;
  value.data_offset = static_cast<std::uint32_t>(data_offset);
  value.n_entries = static_cast<std::uint32_t>(n_entries);
  if (n_entries <= 1) return value;
  if (heap_.layout().compact) {
    const auto* tail = heap_.at<CompactDataObject>(data_offset);
    value.tail = LOGQ_TRY(
        load_chain_tail(heap_, tail->tail_entry_array_offset, tail->tail_entry_array_n_entries));
  } else {
    value.tail = LOGQ_TRY(find_chain_tail(heap_, object->entry_array_offset, n_entries - 1));
  }
  return value;
}

// Makes room for the worst case, so that a full file or disk is noticed before anything is written.
Result<void> FileWriter::Impl::reserve() {
  const std::uint64_t entry_bytes =
      align8(sizeof(EntryObject) + items_.size() * heap_.layout().item_bytes);
  std::uint64_t bytes = entry_bytes + chain_growth_bytes(heap_, global_, header().n_entries);
  for (const Item& item : items_) {
    const KnownValue& value = item.value;
    if (value.data_offset == 0) bytes += values_.bytes_needed(item.payload);
    // A value that occurs twice among the payloads of an entry is still linked once.
    if (value.n_entries > 0) bytes += chain_growth_bytes(heap_, value.tail, value.n_entries - 1);
  }
  const auto reserved = heap_.reserve(bytes);
  if (reserved || reserved.error().code != Errc::kFull) return reserved;

  // Would a new file do? A caller that rotates for an entry that fits nowhere rotates for nothing.
  std::uint64_t anew =
      entry_bytes + sizeof(EntryArrayObject) + std::uint64_t{4} * heap_.layout().slot_bytes;
  for (const Item& item : items_)
    anew += values_.bytes_needed(item.payload);
  if (anew > heap_.arena().max_size() - first_tail_) {
    return fail(Error::make(Errc::kTooLarge, "entry is larger than a journal file"));
  }
  return reserved;
}

Result<void> FileWriter::Impl::store_values() {
  const std::uint64_t since = heap_.tail();
  for (Item& item : items_) {
    if (item.value.data_offset != 0) continue;
    const std::uint64_t data = LOGQ_TRY(values_.add(item.payload, item.value.hash, since));
    item.value.data_offset = static_cast<std::uint32_t>(data);
  }
  return {};
}

void FileWriter::Impl::sort_items() {
  order_.clear();
  for (std::size_t i = 0; i < items_.size(); ++i) {
    order_.push_back((std::uint64_t{items_[i].value.data_offset} << 32) | i);
  }
  std::sort(order_.begin(), order_.end());
  const auto same = [](std::uint64_t a, std::uint64_t b) { return a >> 32 == b >> 32; };
  order_.erase(std::unique(order_.begin(), order_.end(), same), order_.end());
}

std::uint64_t FileWriter::Impl::write_entry(const EntryTime& time, std::uint64_t seqnum) {
  const std::uint64_t offset =
      heap_.begin(sizeof(EntryObject) + order_.size() * heap_.layout().item_bytes);
  auto* entry = heap_.at<EntryObject>(offset);
  entry->seqnum = seqnum;
  entry->realtime = time.realtime_usec;
  entry->monotonic = time.monotonic_usec;
  std::memcpy(entry->boot_id, time.boot_id.bytes.data(), sizeof entry->boot_id);
  entry->xor_hash = xor_hash_;
  write_items(offset + sizeof(EntryObject));
  heap_.commit(offset, ObjectType::kEntry);
  return offset;
}

void FileWriter::Impl::write_items(std::uint64_t offset) const {
  if (heap_.layout().compact) {
    auto* item = heap_.at<Le32>(offset);
    for (const std::uint64_t key : order_)
      *item++ = static_cast<std::uint32_t>(key >> 32);
    return;
  }
  auto* item = heap_.at<EntryItem>(offset);
  for (const std::uint64_t key : order_)
    *item++ = {key >> 32, items_[key & UINT32_MAX].value.hash};
}

// docs/file-format.md, "Write order": numbers first, then the slot, then the count that makes
// readers look at the slot, then what only cut-offs and writers use.
void FileWriter::Impl::publish_entry(std::uint64_t entry,
                                     const EntryTime& time,
                                     std::uint64_t seqnum) {
  Header& file = heap_.header();
  const std::uint64_t n_entries = file.n_entries;
  store_release(file.tail_entry_seqnum, seqnum);
  if (n_entries == 0) store_release(file.head_entry_seqnum, seqnum);
  if (time.boot_id != tail_boot_id_) {
    std::memcpy(file.tail_entry_boot_id, time.boot_id.bytes.data(), sizeof file.tail_entry_boot_id);
    tail_boot_id_ = time.boot_id;
  }
  append_to_chain(heap_, global_, n_entries, file.entry_array_offset, entry);
  store_tail(file.tail_entry_array_offset, global_.array_offset, global_.used);
  if (n_entries == 0) store_release(file.head_entry_realtime, time.realtime_usec);
  store_release(file.n_entries, n_entries + 1);
  store_release(file.tail_entry_realtime, time.realtime_usec);
  store_release(file.tail_entry_monotonic, time.monotonic_usec);
  store_release(file.tail_entry_offset, entry);
}

void FileWriter::Impl::link_value(KnownValue& value, std::uint64_t entry) {
  auto* object = heap_.at<DataObject>(value.data_offset);
  if (value.n_entries == 0) {
    store_release(object->entry_offset, entry);
  } else {
    append_to_chain(heap_, value.tail, value.n_entries - 1, object->entry_array_offset, entry);
    if (heap_.layout().compact) {
      auto* tail = heap_.at<CompactDataObject>(value.data_offset);
      store_tail(tail->tail_entry_array_offset, value.tail.array_offset, value.tail.used);
    }
  }
  ++value.n_entries;
  store_release(object->n_entries, std::uint64_t{value.n_entries});
  if (value.n_entries > 1) recent_.put(value);
}

void FileWriter::Impl::wake_followers() {
  // A failure costs nobody anything but time: followers look again at the next one.
  std::ignore = ::ftruncate(heap_.arena().fd(), static_cast<off_t>(heap_.arena().size()));
}

FileWriter::FileWriter(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
FileWriter::~FileWriter() = default;

Result<std::unique_ptr<FileWriter>> FileWriter::create(const std::string& path,
                                                       const WriterOptions& options) {
  auto impl = LOGQ_TRY(Impl::create(path, options));
  return std::unique_ptr<FileWriter>(new FileWriter(std::move(impl)));
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
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const auto appended = append(entries[i].time, entries[i].payloads);
    if (appended) continue;
    if (i == 0) return fail(appended.error());
    return i;
  }
  return entries.size();
}

Result<void> FileWriter::append_with_seqnum(const EntryTime& time,
                                            std::uint64_t seqnum,
                                            std::span<const std::string_view> payloads,
                                            std::optional<std::uint64_t> xor_hash) {
  return impl_->append(time, seqnum, payloads, xor_hash);
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
