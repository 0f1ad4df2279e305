// Chains of ENTRY_ARRAY objects, from the writer's side: the global one of the file and one per
// DATA object (docs/file-format.md, "Entry arrays"). Arrays grow geometrically as journald's do,
// but for the last one.
#pragma once

#include <cstdint>

#include "journal/format.h"
#include "journal/live_field.h"
#include "journal/object_heap.h"
#include "logq/result.h"

namespace logq::journal {

// The last array of a chain. All zero for a chain without arrays. The two numbers that the file has
// as a pair are not neighbours here: reading both at once just after one was stored would have to
// wait until that store has reached the cache.
struct ChainTail {
  std::uint32_t array_offset = 0;
  std::uint32_t capacity = 0;
  std::uint32_t used = 0;
};

// The tail a file describes; kCorrupt when there is no such array.
Result<ChainTail> load_chain_tail(const ObjectHeap& heap, std::uint64_t array, std::uint64_t used);
// The tail of a chain of `length` entries that begins at `first`, for files that do not describe
// it.
Result<ChainTail> find_chain_tail(const ObjectHeap& heap,
                                  std::uint64_t first,
                                  std::uint64_t length);

// How many slots the array has. REQUIRES: the heap has checked the object.
std::uint64_t chain_slots(const ObjectHeap& heap, const EntryArrayObject& array);
// REQUIRES: `index` is below the slots of the array.
std::uint64_t load_slot(const ObjectHeap& heap, std::uint64_t array, std::uint64_t index);

inline std::uint64_t entry_array_bytes(const ObjectHeap& heap, std::uint64_t slots) {
  return sizeof(EntryArrayObject) + slots * heap.layout().slot_bytes;
}

// REQUIRES: `index` is below the slots of the array, which is not yet published that far.
inline void store_slot(const ObjectHeap& heap,
                       std::uint64_t array,
                       std::uint64_t index,
                       std::uint64_t entry) {
  const std::uint64_t slot = array + entry_array_bytes(heap, index);
  if (heap.layout().compact) {
    store_release(*heap.at<Le32>(slot), static_cast<std::uint32_t>(entry));
  } else {
    store_release(*heap.at<Le64>(slot), entry);
  }
}

// What the next array of a chain of `length` entries takes, and appending it with its first entry.
std::uint64_t next_array_bytes(const ObjectHeap& heap, const ChainTail& tail, std::uint64_t length);
void begin_array(
    ObjectHeap& heap, ChainTail& tail, std::uint64_t length, Le64& first, std::uint64_t entry);

// Bytes that appending one more entry to a chain of `length` entries may take: 0 or a new array.
inline std::uint64_t chain_growth_bytes(const ObjectHeap& heap,
                                        const ChainTail& tail,
                                        std::uint64_t length) {
  return tail.used < tail.capacity ? 0 : next_array_bytes(heap, tail, length);
}

// Appends `entry` to a chain of `length` entries whose first array `first` names, and moves `tail`.
// The caller then stores the tail and the new length, which is what makes the entry count.
// REQUIRES: chain_growth_bytes() were reserved.
inline void append_to_chain(
    ObjectHeap& heap, ChainTail& tail, std::uint64_t length, Le64& first, std::uint64_t entry) {
  if (tail.used >= tail.capacity) {
    begin_array(heap, tail, length, first, entry);
    return;
  }
  store_slot(heap, tail.array_offset, tail.used, entry);
  ++tail.used;
}

}  // namespace logq::journal
