// Where the values of an entry are, or that they are new: the part of appending that stores
// nothing. What does not depend on another thing's memory is done for all payloads before the next
// step, so that the processor fetches many lines at a time.
#include <algorithm>
#include <cstring>
#include <tuple>

#include "base/load_bytes.h"
#include "base/prefetch.h"
#include "base/try.h"
#include "journal/entry_limits.h"
#include "journal/file_writer_impl.h"
#include "journal/payload_digest.h"

namespace logq::journal {
namespace {

// Up to this number of new values comparing all with all is quicker than sorting them.
constexpr std::size_t kFewMisses = 24;

}  // namespace

Result<void> FileWriter::Impl::check_payload(std::string_view payload, std::size_t name_bytes) {
  if (payload.size() > kMaxPayloadBytes) {
    return fail(Error::make(Errc::kTooLarge, "field is too large"));
  }
  if (name_bytes == 0 || name_bytes == std::string_view::npos) {
    return fail(Error::make(Errc::kInvalidArgument, "field without a name"));
  }
  return {};
}

void FileWriter::Impl::digest(Payloads payloads, std::vector<Item>& items) const {
  items.resize(payloads.size());
  const std::uint64_t seed = base::load64(header().file_id);
  Item* item = items.data();
  for (const std::string_view payload : payloads) {
    item->payload = payload;
    item->digest = RecentValues::digest_of(payload_digest(payload, seed));
    item->is_hashed = false;
    recent_.prefetch(item->digest);
    ++item;
  }
}

// The same of an entry of a batch, whose payloads all stay in place: those at the end that are in
// the same memory as those of the entry before are copies of these. So is nearly all that the
// collector adds. Their number.
std::size_t FileWriter::Impl::digest_after(std::span<const Item> before,
                                           Payloads payloads,
                                           std::vector<Item>& items) const {
  const std::size_t most = std::min(before.size(), payloads.size());
  std::size_t repeats = 0;
  while (repeats < most) {
    const std::string_view payload = payloads[payloads.size() - repeats - 1];
    const std::string_view same = before[before.size() - repeats - 1].payload;
    if (payload.data() != same.data() || payload.size() != same.size()) break;
    ++repeats;
  }
  digest(payloads.first(payloads.size() - repeats), items);
  items.insert(items.end(), before.end() - static_cast<std::ptrdiff_t>(repeats), before.end());
  return repeats;
}

// The same where some are prepared, and with foresee(), for a single entry.
void FileWriter::Impl::digest_prepared(Payloads payloads) {
  const Header& file = header();
  FileKey key;
  std::memcpy(key.file_id.bytes.data(), file.file_id, sizeof file.file_id);
  key.keyed = (file.incompatible_flags & kIncompatibleKeyedHash) != 0;
  prepared_->note_taker(key);
  const bool is_for_this = prepared_->key() == key;
  const std::uint64_t seed = base::load64(file.file_id);
  items_.assign(payloads.size(), {});
  for (std::size_t i = 0; i < payloads.size(); ++i) {
    Item& item = items_[i];
    item.payload = payloads[i];
    const PreparedValues::Value* const value = prepared_->find(item.payload);
    if (value == nullptr) {
      item.digest = RecentValues::digest_of(payload_digest(item.payload, seed));
      foresee({&item, 1});
      continue;
    }
    const std::uint64_t own = is_for_this ? value->own_hash : values_.hash()(item.payload);
    item.hash = {own, key.keyed ? value->jenkins_hash : own};
    item.is_hashed = true;
    values_.prefetch(own);
  }
}

// Of an entry before it is its turn: the values it may have come into the cache, and a payload
// without any gets its hash.
void FileWriter::Impl::foresee(std::span<Item> items) {
  for (Item& item : items) {
    item.value = recent_.find(item.digest);
    if (item.value != nullptr) {
      prefetch(*item.value);
    } else {
      hash(item);
    }
  }
}

void FileWriter::Impl::hash(Item& item) const {
  const std::uint64_t own = values_.hash()(item.payload);
  item.hash = {own, values_.hash().xor_part(item.payload, own)};
  item.is_hashed = true;
  values_.prefetch(own);
}

// A payload that is the same as a recent value was checked when that was new.
Result<void> FileWriter::Impl::look_up() {
  const std::span<Item> items(items_);
  std::size_t doubted = items.size();
  if (recent_.puts() != foreseen_puts_) {
    for (Item& item : items)
      item.value = recent_.find(item.digest);
  } else if (repeats_ <= found_at_end_) {
    doubted -= repeats_;
  }
  misses_.clear();
  xor_hash_ = 0;
  bytes_needed_ = 0;
  found_at_end_ = items.size();
  for (std::size_t i = 0; i < items.size(); ++i) {
    const KnownValue* const recent = items[i].value;
    if (i < doubted && (recent == nullptr || !is_value(*recent, items[i].payload))) {
      LOGQ_TRY(add_miss(i));
      found_at_end_ = items.size() - i - 1;
      continue;
    }
    xor_hash_ ^= recent->xor_part;
    bytes_needed_ += growth_bytes(*recent);
  }
  for (Miss& miss : misses_)
    LOGQ_TRY(look_up_in_file(miss));
  find_repeated_misses();
  return {};
}

// The numbers and the payload of the DATA object, and the slot that the entry will get.
void FileWriter::Impl::prefetch(const KnownValue& value) const {
  base::prefetch_for_write(&heap_.at<DataObject>(value.data_offset)->n_entries);
  base::prefetch(heap_.bytes(value.data_offset) + heap_.layout().payload_offset +
                 value.plain_bytes - 1);
  base::prefetch_for_write(heap_.bytes(value.tail.array_offset) +
                           entry_array_bytes(heap_, value.tail.used));
}

bool FileWriter::Impl::is_value(const KnownValue& value, std::string_view payload) {
  if (value.plain_bytes == 0) return values_.equals(value.data_offset, payload);
  const char* stored = heap_.bytes(value.data_offset) + heap_.layout().payload_offset;
  return value.plain_bytes == payload.size() && equal_bytes(stored, payload.data(), payload.size());
}

Result<void> FileWriter::Impl::add_miss(std::size_t item) {
  Item& missed = items_[item];
  const std::size_t name_bytes = missed.payload.find('=');
  LOGQ_TRY(check_payload(missed.payload, name_bytes));
  if (!missed.is_hashed) hash(missed);
  Miss& miss = misses_.emplace_back();
  miss.item = item;
  miss.fresh = {missed.payload, name_bytes, missed.hash.own, 0};
  miss.value.digest = missed.digest;
  miss.value.xor_part = missed.hash.xor_part;
  xor_hash_ ^= missed.hash.xor_part;
  return {};
}

Result<void> FileWriter::Impl::look_up_in_file(Miss& miss) {
  items_[miss.item].value = &miss.value;
  const std::uint64_t data = LOGQ_TRY(values_.find(miss.fresh.payload, miss.fresh.hash));
  if (data == 0) {
    LOGQ_TRY(values_.prepare(miss.fresh));
    bytes_needed_ += values_.bytes_needed(miss.fresh);
    return {};
  }
  miss.value.data_offset = static_cast<std::uint32_t>(data);
  miss.value.tail = LOGQ_TRY(load_tail(data));
  bytes_needed_ += growth_bytes(miss.value);
  return {};
}

bool FileWriter::Impl::may_repeat_misses() const {
  if (misses_.size() > kFewMisses) return true;
  bool equal = false;
  for (std::size_t i = 1; i < misses_.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j)
      equal |= misses_[i].fresh.hash == misses_[j].fresh.hash;
  }
  return equal;
}

// A payload that is new and given twice is stored once.
void FileWriter::Impl::find_repeated_misses() {
  if (!may_repeat_misses()) return;
  misses_by_hash_.clear();
  for (Miss& miss : misses_) {
    if (miss.is_new()) misses_by_hash_.push_back(&miss);
  }
  std::sort(misses_by_hash_.begin(), misses_by_hash_.end(), [](const Miss* a, const Miss* b) {
    return std::tie(a->fresh.hash, a->item) < std::tie(b->fresh.hash, b->item);
  });
  for (std::size_t i = 1; i < misses_by_hash_.size(); ++i) {
    Miss& miss = *misses_by_hash_[i];
    for (std::size_t j = i; j > 0 && misses_by_hash_[j - 1]->fresh.hash == miss.fresh.hash; --j) {
      const Miss* const before = misses_by_hash_[j - 1];
      if (before->same == nullptr && before->fresh.payload == miss.fresh.payload)
        miss.same = before;
    }
  }
}

Result<ChainTail> FileWriter::Impl::load_tail(std::uint64_t data_offset) const {
  const auto* object = heap_.at<DataObject>(data_offset);
  const std::uint64_t n_entries = object->n_entries;
  if (n_entries > header().n_entries) {
    return fail(Error::corrupt(data_offset, "value in more entries than there are"));
  }
  if (n_entries <= 1) return ChainTail{};
  if (heap_.layout().compact) {
    const auto* tail = heap_.at<CompactDataObject>(data_offset);
    return load_chain_tail(heap_, tail->tail_entry_array_offset, tail->tail_entry_array_n_entries);
  }
  return find_chain_tail(heap_, object->entry_array_offset, n_entries - 1);
}

std::uint64_t FileWriter::Impl::array_growth_bytes(const KnownValue& value) const {
  const std::uint64_t n_entries = heap_.at<DataObject>(value.data_offset)->n_entries;
  return n_entries == 0 ? 0 : chain_growth_bytes(heap_, value.tail, n_entries - 1);
}

// What was found in the file a second time will be wanted again.
void FileWriter::Impl::keep_values() {
  for (Miss& miss : misses_) {
    if (miss.value.tail.capacity == 0 || items_[miss.item].value == nullptr) continue;
    // One that has no digest is too large to be compared for nothing.
    if (miss.value.digest == 0) continue;
    const ObjectHeader& object = heap_.at<DataObject>(miss.value.data_offset)->object;
    if ((object.flags & kObjectCompressedAny) == 0) {
      miss.value.plain_bytes = static_cast<std::uint32_t>(miss.fresh.payload.size());
    }
    recent_.put(miss.value);
  }
}

}  // namespace logq::journal
