// How an entry gets into a journal file: its values are looked up (file_writer_lookup.cc), room is
// made, and only then anything is stored.
#include <algorithm>
#include <cstring>
#include <utility>

#include "base/try.h"
#include "journal/entry_limits.h"
#include "journal/file_writer_impl.h"
#include "journal/live_field.h"

namespace logq::journal {
namespace {

// Beyond this number of items the buffers are given back after an entry.
constexpr std::size_t kKeepItems = 4096;

// Readers would take it for damage.
Result<void> check_size(std::span<const std::string_view> payloads) {
  std::uint64_t bytes = 0;
  for (const std::string_view payload : payloads)
    bytes += payload.size();
  if (payloads.size() <= kMaxItems && bytes <= kMaxEntryBytes) [[likely]]
    return {};
  return fail(Error::make(Errc::kTooLarge, "entry is larger than readers take"));
}

}  // namespace

Result<void> FileWriter::Impl::append(const EntryTime& time,
                                      std::uint64_t seqnum,
                                      Payloads payloads,
                                      std::optional<std::uint64_t> xor_hash) {
  digest(payloads, items_);
  repeats_ = 0;
  foresee(items_);
  foreseen_puts_ = recent_.puts();
  const auto appended = append_foreseen(time, seqnum, payloads, xor_hash);
  give_back_large_buffers();
  // Whatever came of it: zeros may have been read, and what was stored may be nowhere.
  LOGQ_TRY(check_whole());
  return appended;
}

Result<void> FileWriter::Impl::append_prepared(const EntryTime& time,
                                               std::uint64_t seqnum,
                                               Payloads payloads,
                                               const PreparedValues& prepared) {
  prepared_ = &prepared;
  values_.use(&prepared);
  digest_prepared(payloads);
  repeats_ = 0;
  foreseen_puts_ = recent_.puts();
  const auto appended = append_foreseen(time, seqnum, payloads, std::nullopt);
  values_.use(nullptr);
  prepared_ = nullptr;
  give_back_large_buffers();
  LOGQ_TRY(check_whole());
  return appended;
}

Result<void> FileWriter::Impl::check_whole() const {
  if (heap_.arena().is_whole()) [[likely]]
    return {};
  return fail(Error::corrupt(0, "pages of the journal file are lost"));
}

Result<std::size_t> FileWriter::Impl::append_batch(std::span<const NewEntry> entries) {
  const auto payloads_of = [entries](std::size_t index) {
    return index < entries.size() ? entries[index].payloads : Payloads{};
  };
  digest(payloads_of(0), next_items_);
  next_repeats_ = 0;
  foresee(next_items_);
  std::uint64_t puts = recent_.puts();
  later_repeats_ = digest_after(next_items_, payloads_of(1), later_items_);
  for (std::size_t i = 0; i < entries.size(); ++i) {
    std::swap(items_, next_items_);
    std::swap(next_items_, later_items_);
    repeats_ = std::exchange(next_repeats_, later_repeats_);
    foreseen_puts_ = std::exchange(puts, recent_.puts());
    // What was foreseen of the entry before holds, if nothing was put since.
    const std::size_t foreseen = puts == foreseen_puts_ ? next_repeats_ : 0;
    foresee(std::span(next_items_).first(next_items_.size() - foreseen));
    later_repeats_ = digest_after(next_items_, payloads_of(i + 2), later_items_);
    const std::uint64_t seqnum = header().tail_entry_seqnum + 1;
    auto appended = append_foreseen(entries[i].time, seqnum, entries[i].payloads, std::nullopt);
    if (!heap_.arena().is_whole()) [[unlikely]]
      appended = check_whole();
    if (appended) continue;
    if (i == 0) return fail(appended.error());
    return i;
  }
  give_back_large_buffers();
  return entries.size();
}

Result<void> FileWriter::Impl::append_foreseen(const EntryTime& time,
                                               std::uint64_t seqnum,
                                               Payloads payloads,
                                               std::optional<std::uint64_t> xor_hash) {
  LOGQ_TRY(check(time, seqnum, payloads));
  LOGQ_TRY(look_up());
  if (prepared_ != nullptr) [[unlikely]]
    bytes_needed_ -= bytes_saved();
  if (xor_hash) xor_hash_ = *xor_hash;
  LOGQ_TRY(reserve());
  // From here on nothing can fail.
  const std::uint64_t since = heap_.tail();
  store_values();
  sort_items(since);
  const std::uint64_t entry = write_entry(time, seqnum);
  link_new_values(entry, since);
  heap_.publish();
  publish_entry(entry, time, seqnum);
  link_known_values(entry, since);
  heap_.publish();
  keep_values();
  return {};
}

// What a huge entry has blown up.
void FileWriter::Impl::give_back_large_buffers() {
  const std::size_t most =
      std::max({items_.capacity(), next_items_.capacity(), later_items_.capacity()});
  if (most <= kKeepItems) return;
  items_ = {};
  next_items_ = {};
  later_items_ = {};
  misses_ = {};
  misses_by_hash_ = {};
  offsets_ = {};
}

Result<void> FileWriter::Impl::check(const EntryTime& time,
                                     std::uint64_t seqnum,
                                     Payloads payloads) const {
  if (closed_) return fail(Error::make(Errc::kClosed, "journal file is closed"));
  if (payloads.empty()) return fail(Error::make(Errc::kInvalidArgument, "entry without fields"));
  if (time.realtime_usec == 0 || time.realtime_usec >= kTimestampLimit ||
      time.monotonic_usec >= kTimestampLimit || time.boot_id.is_null()) {
    return fail(Error::make(Errc::kInvalidArgument, "implausible entry time"));
  }
  LOGQ_TRY(check_size(payloads));
  if (seqnum == 0) return fail(Error::make(Errc::kInvalidArgument, "sequence number 0"));
  const auto in_order = check_order(time, seqnum);
  if (in_order) return {};
  // Nobody should rotate for an entry that no file takes.
  for (const std::string_view payload : payloads)
    LOGQ_TRY(check_payload(payload, payload.find('=')));
  return in_order;
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

// Makes room for the worst case, so that a full file or disk is noticed before anything is written.
Result<void> FileWriter::Impl::reserve() {
  const std::uint64_t entry_bytes =
      align8(sizeof(EntryObject) + items_.size() * heap_.layout().item_bytes);
  // A value that occurs twice among the payloads of an entry is counted twice, and linked once.
  const auto reserved = heap_.reserve(bytes_needed_ + entry_bytes +
                                      chain_growth_bytes(heap_, global_, header().n_entries));
  if (reserved || reserved.error().code != Errc::kFull) return reserved;
  // Would a new file do? A caller that rotates for an entry that fits nowhere rotates for nothing.
  if (entry_bytes + bytes_in_new_file() > heap_.arena().max_size() - first_tail_) {
    return fail(Error::make(Errc::kTooLarge, "entry is larger than a journal file"));
  }
  return reserved;
}

// Of the entry's values and the global array.
std::uint64_t FileWriter::Impl::bytes_in_new_file() const {
  std::uint64_t bytes = entry_array_bytes(heap_, 4);
  for (const Item& item : items_)
    bytes += values_.bytes_needed({item.payload, item.payload.find('='), 0, 0});
  return prepared_ == nullptr ? bytes : bytes - bytes_saved();
}

// By the new values that are compressed already, of what their payloads would take.
std::uint64_t FileWriter::Impl::bytes_saved() const {
  std::uint64_t bytes = 0;
  for (const Miss& miss : misses_) {
    if (!miss.is_new()) continue;
    const std::string_view compressed = values_.compressed(miss.fresh.payload);
    if (!compressed.empty()) bytes += (miss.fresh.payload.size() - compressed.size()) & ~7U;
  }
  return bytes;
}

void FileWriter::Impl::store_values() {
  for (Miss& miss : misses_) {
    if (!miss.is_new()) continue;
    const std::uint64_t data =
        miss.same != nullptr ? miss.same->value.data_offset : values_.store(miss.fresh);
    miss.value.data_offset = static_cast<std::uint32_t>(data);
  }
}

// Values that are new lie behind all others, in the order in which they were stored.
void FileWriter::Impl::sort_items(std::uint64_t since) {
  offsets_.resize(items_.size());
  std::uint32_t* end = offsets_.data();
  for (const Item& item : items_) {
    *end = item.value->data_offset;
    if (*end < since) ++end;
  }
  const auto known = static_cast<std::size_t>(end - offsets_.data());
  end = offsets_.data() + order_.sort_distinct(std::span(offsets_).first(known));
  std::uint32_t* const first_new = end;
  for (const Miss& miss : misses_) {
    if (miss.value.data_offset >= since) *end++ = miss.value.data_offset;
  }
  end = first_new + order_.sort_distinct({first_new, end});
  offsets_.resize(static_cast<std::size_t>(end - offsets_.data()));
  if (offsets_.size() != items_.size()) drop_repeated_items();
}

// Of items with the same value all but one lose it.
void FileWriter::Impl::drop_repeated_items() {
  std::vector<Item*> sorted;
  for (Item& item : items_)
    sorted.push_back(&item);
  const auto offset = [](const Item* item) { return item->value->data_offset; };
  std::sort(sorted.begin(), sorted.end(),
            [&](const Item* a, const Item* b) { return offset(a) < offset(b); });
  for (std::size_t i = 0; i + 1 < sorted.size(); ++i) {
    if (offset(sorted[i]) == offset(sorted[i + 1])) sorted[i]->value = nullptr;
  }
}

std::uint64_t FileWriter::Impl::write_entry(const EntryTime& time, std::uint64_t seqnum) {
  const std::uint64_t offset =
      heap_.begin(sizeof(EntryObject) + offsets_.size() * heap_.layout().item_bytes);
  auto* entry = heap_.at<EntryObject>(offset);
  entry->seqnum = seqnum;
  entry->realtime = time.realtime_usec;
  entry->monotonic = time.monotonic_usec;
  std::memcpy(entry->boot_id, time.boot_id.bytes.data(), sizeof entry->boot_id);
  entry->xor_hash = xor_hash_;
  write_items(offset + sizeof(EntryObject));
  heap_.finish(offset, ObjectType::kEntry);
  return offset;
}

void FileWriter::Impl::write_items(std::uint64_t offset) const {
  if (heap_.layout().compact) {
    auto* item = heap_.at<Le32>(offset);
    for (const std::uint32_t data : offsets_)
      *item++ = data;
    return;
  }
  auto* item = heap_.at<EntryItem>(offset);
  for (const std::uint32_t data : offsets_)
    *item++ = {std::uint64_t{data}, heap_.at<DataObject>(data)->hash};
}

// docs/file-durability.md, "Write order": numbers first, then the slot, then the count that makes
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

void FileWriter::Impl::link_new_values(std::uint64_t entry, std::uint64_t since) {
  for (const Miss& miss : misses_) {
    if (miss.value.data_offset < since || miss.same != nullptr) continue;
    values_.link(miss.fresh, miss.value.data_offset, entry);
  }
}

void FileWriter::Impl::link_known_values(std::uint64_t entry, std::uint64_t since) {
  for (const Item& item : std::span(items_)) {
    if (item.value != nullptr && item.value->data_offset < since) link_value(*item.value, entry);
  }
}

void FileWriter::Impl::link_value(KnownValue& value, std::uint64_t entry) {
  auto* object = heap_.at<DataObject>(value.data_offset);
  const std::uint64_t n_entries = object->n_entries;
  if (n_entries == 0) {
    store_release(object->entry_offset, entry);
  } else {
    append_to_chain(heap_, value.tail, n_entries - 1, object->entry_array_offset, entry);
    if (heap_.layout().compact) {
      auto* tail = heap_.at<CompactDataObject>(value.data_offset);
      store_tail(tail->tail_entry_array_offset, value.tail.array_offset, value.tail.used);
    }
  }
  store_release(object->n_entries, n_entries + 1);
}

}  // namespace logq::journal
