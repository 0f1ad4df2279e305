#include "journal/continuation.h"

#include <cstring>
#include <string_view>

#include "base/try.h"
#include "journal/file_hash.h"

namespace logq::journal {
namespace {

bool is_table(const ObjectHeap& heap, std::uint64_t buckets, std::uint64_t bytes, ObjectType type) {
  const auto* table = heap.checked<ObjectHeader>(buckets - sizeof(ObjectHeader), type);
  return table != nullptr && table->size == sizeof(ObjectHeader) + bytes;
}

Result<void> check_tables(const ObjectHeap& heap) {
  const Header& file = heap.header();
  if (!is_table(heap, file.data_hash_table_offset, file.data_hash_table_size,
                ObjectType::kDataHashTable) ||
      !is_table(heap, file.field_hash_table_offset, file.field_hash_table_size,
                ObjectType::kFieldHashTable)) {
    return fail(Error::corrupt(file.data_hash_table_offset, "no hash table where one should be"));
  }
  return {};
}

// Arrays all but the last one of which are full must add up to the number of entries.
Result<ChainTail> check_chain(const ObjectHeap& heap) {
  const Header& file = heap.header();
  const ChainTail tail = LOGQ_TRY(
      load_chain_tail(heap, file.tail_entry_array_offset, file.tail_entry_array_n_entries));
  std::uint64_t entries = tail.used;
  std::uint64_t array = file.entry_array_offset;
  while (array != tail.array_offset) {
    const auto* object = heap.checked<EntryArrayObject>(array, ObjectType::kEntryArray);
    if (object == nullptr) return fail(Error::corrupt(array, "entry array chain is broken"));
    entries += chain_slots(heap, *object);
    const std::uint64_t next = object->next_entry_array_offset;
    if (next <= array) return fail(Error::corrupt(array, "entry array chain runs backwards"));
    array = next;
  }
  if (entries != file.n_entries || heap.at<EntryArrayObject>(array)->next_entry_array_offset != 0 ||
      (tail.used < tail.capacity && load_slot(heap, array, tail.used) != 0)) {
    return fail(Error::corrupt(array, "entry arrays do not fit the number of entries"));
  }
  return tail;
}

// The values of an entry were hashed as the header's flags and id say; otherwise none would be
// found again.
bool fits_file_hash(const ObjectHeap& heap, std::uint64_t entry) {
  const std::uint64_t item =
      heap.layout().compact ? std::uint64_t{*heap.at<Le32>(entry + sizeof(EntryObject))}
                            : heap.at<EntryItem>(entry + sizeof(EntryObject))->object_offset.load();
  const auto* data = heap.checked<DataObject>(item, ObjectType::kData);
  const std::uint64_t head = heap.layout().payload_offset;
  if (data == nullptr || data->object.size <= head) return false;
  if (data->object.flags != 0) return true;  // not worth unpacking
  const std::string_view payload(heap.bytes(item) + head, data->object.size - head);
  return FileHash(heap.header())(payload) == data->hash;
}

Result<void> check_ends(const ObjectHeap& heap, const ChainTail& tail) {
  const Header& file = heap.header();
  const std::uint64_t first = load_slot(heap, file.entry_array_offset, 0);
  const std::uint64_t last = load_slot(heap, tail.array_offset, tail.used - 1);
  const auto* head = heap.checked<EntryObject>(first, ObjectType::kEntry);
  const auto* end = heap.checked<EntryObject>(last, ObjectType::kEntry);
  if (head == nullptr || head->seqnum != file.head_entry_seqnum ||
      head->realtime != file.head_entry_realtime) {
    return fail(Error::corrupt(first, "the first entry is not the header's"));
  }
  if (end == nullptr || last != file.tail_entry_offset || end->seqnum != file.tail_entry_seqnum ||
      end->realtime != file.tail_entry_realtime || end->monotonic != file.tail_entry_monotonic ||
      std::memcmp(end->boot_id, file.tail_entry_boot_id, sizeof end->boot_id) != 0 ||
      end->object.size < sizeof(EntryObject) + heap.layout().item_bytes ||
      !fits_file_hash(heap, last)) {
    return fail(Error::corrupt(last, "the last entry is not the header's"));
  }
  return {};
}

}  // namespace

Result<ChainTail> check_continuation(const ObjectHeap& heap) {
  const Header& file = heap.header();
  LOGQ_TRY(check_tables(heap));
  if (file.tail_entry_seqnum >= kSeqnumLimit) {
    return fail(Error::corrupt(offsetof(Header, tail_entry_seqnum), "implausible entry number"));
  }
  if (file.n_entries == 0) {
    if (file.entry_array_offset == 0 && file.tail_entry_offset == 0) return ChainTail{};
    return fail(Error::corrupt(offsetof(Header, n_entries), "header denies its entries"));
  }
  const ChainTail tail = LOGQ_TRY(check_chain(heap));
  LOGQ_TRY(check_ends(heap, tail));
  return tail;
}

}  // namespace logq::journal
