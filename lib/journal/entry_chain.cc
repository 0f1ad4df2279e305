#include "journal/entry_chain.h"

#include <algorithm>

namespace logq::journal {
namespace {

constexpr std::uint64_t kSlotsMin = 4;

// How many more entries the chain gets before the file is full, if it goes on as until now, and an
// eighth more. At least a part of its length, so that a value which becomes frequent late does not
// get a long chain of short arrays; at most what the room is enough for.
std::uint64_t expected_growth(const ObjectHeap& heap, std::uint64_t length) {
  const std::uint64_t left = heap.remaining();
  const Header& header = heap.header();
  const std::uint64_t objects =
      heap.tail() - header.data_hash_table_offset - header.data_hash_table_size;
  const std::uint64_t used = std::max<std::uint64_t>(objects, 1);
  const std::uint64_t at_this_rate = length * (left + left / 8) / used + 1;
  const std::uint64_t useful = left / sizeof(EntryObject) + 1;
  return std::min(std::max(at_this_rate, length / 32), useful);
}

// The next array is about twice as long as all before it, while the file is far from its end. The
// last one is as long as it has to be: a slot without an entry is waste.
std::uint64_t next_capacity(const ObjectHeap& heap, const ChainTail& tail, std::uint64_t length) {
  const std::uint64_t wanted =
      length > tail.capacity ? (length + 1) * 2 : std::uint64_t{tail.capacity} * 2;
  return std::max(kSlotsMin, std::min(wanted, expected_growth(heap, length)));
}

}  // namespace

std::uint64_t chain_slots(const ObjectHeap& heap, const EntryArrayObject& array) {
  return (array.object.size - sizeof(EntryArrayObject)) / heap.layout().slot_bytes;
}

std::uint64_t load_slot(const ObjectHeap& heap, std::uint64_t array, std::uint64_t index) {
  const std::uint64_t slot = array + entry_array_bytes(heap, index);
  if (heap.layout().compact) return *heap.at<Le32>(slot);
  return *heap.at<Le64>(slot);
}

Result<ChainTail> load_chain_tail(const ObjectHeap& heap, std::uint64_t array, std::uint64_t used) {
  const auto* object = heap.checked<EntryArrayObject>(array, ObjectType::kEntryArray);
  if (object == nullptr)
    return fail(Error::corrupt(array, "no entry array where the tail should be"));
  const std::uint64_t capacity = chain_slots(heap, *object);
  if (used == 0 || used > capacity || capacity > UINT32_MAX) {
    return fail(Error::corrupt(array, "entry array holds more than it can"));
  }
  return ChainTail{static_cast<std::uint32_t>(array), static_cast<std::uint32_t>(capacity),
                   static_cast<std::uint32_t>(used)};
}

// Arrays grow with the chain, so the walk is short.
Result<ChainTail> find_chain_tail(const ObjectHeap& heap,
                                  std::uint64_t first,
                                  std::uint64_t length) {
  std::uint64_t array = first;
  std::uint64_t left = length;
  for (;;) {
    const auto* object = heap.checked<EntryArrayObject>(array, ObjectType::kEntryArray);
    if (object == nullptr) return fail(Error::corrupt(array, "entry array chain is broken"));
    const std::uint64_t slots = chain_slots(heap, *object);
    if (left <= slots) return load_chain_tail(heap, array, left);
    left -= slots;
    const std::uint64_t next = object->next_entry_array_offset;
    if (next <= array) return fail(Error::corrupt(array, "entry array chain runs backwards"));
    array = next;
  }
}

std::uint64_t next_array_bytes(const ObjectHeap& heap,
                               const ChainTail& tail,
                               std::uint64_t length) {
  return align8(entry_array_bytes(heap, next_capacity(heap, tail, length)));
}

void begin_array(
    ObjectHeap& heap, ChainTail& tail, std::uint64_t length, Le64& first, std::uint64_t entry) {
  // Fresh bytes of the file are zero, so all other slots are empty.
  const std::uint64_t capacity = next_capacity(heap, tail, length);
  const std::uint64_t array = heap.begin(entry_array_bytes(heap, capacity));
  store_slot(heap, array, 0, entry);
  heap.finish(array, ObjectType::kEntryArray);
  Le64& link = tail.array_offset == 0
                   ? first
                   : heap.at<EntryArrayObject>(tail.array_offset)->next_entry_array_offset;
  store_release(link, array);
  tail = {static_cast<std::uint32_t>(array), static_cast<std::uint32_t>(capacity), 1};
}

}  // namespace logq::journal
