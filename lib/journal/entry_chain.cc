#include "journal/entry_chain.h"

#include <algorithm>

#include "journal/live_field.h"

namespace logq::journal {
namespace {

constexpr std::uint64_t kSlotsMin = 4;

// The next array is about twice as long as all before it. The room that is left bounds it: every
// further entry needs at least its own object, and a slot without an entry is waste.
std::uint64_t next_capacity(const ObjectHeap& heap, const ChainTail& tail, std::uint64_t length) {
  const std::uint64_t wanted =
      length > tail.capacity ? (length + 1) * 2 : std::uint64_t{tail.capacity} * 2;
  const std::uint64_t useful = heap.remaining() / sizeof(EntryObject) + 1;
  return std::max(kSlotsMin, std::min(wanted, useful));
}

std::uint64_t array_bytes(std::uint64_t slots) {
  return sizeof(EntryArrayObject) + slots * sizeof(Le32);
}

Le32& slot(const ObjectHeap& heap, std::uint64_t array, std::uint64_t index) {
  return *heap.at<Le32>(array + array_bytes(index));
}

}  // namespace

Result<ChainTail> load_chain_tail(const ObjectHeap& heap, std::uint64_t array, std::uint64_t used) {
  const auto* object = heap.checked<EntryArrayObject>(array, ObjectType::kEntryArray);
  if (object == nullptr)
    return fail(Error::corrupt(array, "no entry array where the tail should be"));
  const std::uint64_t capacity = (object->object.size - sizeof(EntryArrayObject)) / sizeof(Le32);
  if (used == 0 || used > capacity || capacity > UINT32_MAX) {
    return fail(Error::corrupt(array, "entry array holds more than it can"));
  }
  return ChainTail{static_cast<std::uint32_t>(array), static_cast<std::uint32_t>(used),
                   static_cast<std::uint32_t>(capacity)};
}

std::uint64_t chain_growth_bytes(const ObjectHeap& heap,
                                 const ChainTail& tail,
                                 std::uint64_t length) {
  if (tail.used < tail.capacity) return 0;
  return align8(array_bytes(next_capacity(heap, tail, length)));
}

void append_to_chain(
    ObjectHeap& heap, ChainTail& tail, std::uint64_t length, Le64& first, std::uint64_t entry) {
  const auto item = static_cast<std::uint32_t>(entry);
  if (tail.used < tail.capacity) {
    store_release(slot(heap, tail.array_offset, tail.used), item);
    ++tail.used;
    return;
  }
  // Fresh bytes of the file are zero, so all other slots are empty.
  const std::uint64_t capacity = next_capacity(heap, tail, length);
  const std::uint64_t array = heap.begin(array_bytes(capacity));
  slot(heap, array, 0) = item;
  heap.commit(array, ObjectType::kEntryArray);
  Header& header = heap.header();
  store_release(header.n_entry_arrays, header.n_entry_arrays + 1);
  Le64& link = tail.array_offset == 0
                   ? first
                   : heap.at<EntryArrayObject>(tail.array_offset)->next_entry_array_offset;
  store_release(link, array);
  tail = {static_cast<std::uint32_t>(array), 1, static_cast<std::uint32_t>(capacity)};
}

}  // namespace logq::journal
