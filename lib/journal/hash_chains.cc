#include "journal/hash_chains.h"

#include "journal/live_field.h"

namespace logq::journal {

Result<void> HashChains::add(const ObjectHeap& heap,
                             std::uint64_t hash,
                             std::uint64_t offset) const {
  HashItem& item = bucket(heap, hash);
  const std::uint64_t tail = item.tail_hash_offset;
  if (tail == 0) {
    store_release(item.head_hash_offset, offset);
  } else {
    auto* last = heap.checked<Node>(tail, type_);
    if (last == nullptr) return fail(Error::corrupt(tail, "hash bucket ends in no such object"));
    store_release(last->next_hash_offset, offset);
  }
  store_release(item.tail_hash_offset, offset);
  return {};
}

}  // namespace logq::journal
