#include "journal/array_tails.h"

#include <fcntl.h>

#include <algorithm>

#include "journal/entry_chain.h"

namespace logq::journal {
namespace {

constexpr std::uint64_t kBlock = 4096;

// Where the used slots of an array end. Slots are filled from the front and an entry is never at 0,
// so the first empty one is found by halving.
std::uint64_t end_of_used(const ObjectHeap& heap,
                          std::uint64_t offset,
                          const EntryArrayObject& array) {
  std::uint64_t low = 0;
  std::uint64_t high = chain_slots(heap, array);
  while (low < high) {
    const std::uint64_t middle = low + (high - low) / 2;
    if (load_slot(heap, offset, middle) == 0) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return offset + sizeof(EntryArrayObject) + low * heap.layout().slot_bytes;
}

std::uint64_t punch(const ObjectHeap& heap, std::uint64_t from, std::uint64_t to) {
  from = (from + kBlock - 1) / kBlock * kBlock;
  to = to / kBlock * kBlock;
  if (from >= to) return 0;
  const auto start = static_cast<off_t>(from);
  const auto length = static_cast<off_t>(to - from);
  constexpr int kMode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  return ::fallocate(heap.arena().fd(), kMode, start, length) == 0 ? to - from : 0;
}

}  // namespace

std::uint64_t punch_array_tails(ObjectHeap& heap) {
  std::uint64_t punched = 0;
  std::uint64_t offset = heap.header().header_size;
  while (offset < heap.tail()) {
    const auto* object = heap.at<ObjectHeader>(offset);
    const std::uint64_t size = object->size;
    // A continued file may be damaged somewhere: then the rest stays as it is.
    if (size < sizeof(ObjectHeader) || size > heap.tail() - offset) break;
    if (object->type == ObjectType::kEntryArray && size >= kBlock) {
      const auto* array = heap.checked<EntryArrayObject>(offset, ObjectType::kEntryArray);
      if (array != nullptr)
        punched += punch(heap, end_of_used(heap, offset, *array), offset + size);
    }
    offset += align8(size);
  }
  return punched;
}

}  // namespace logq::journal
