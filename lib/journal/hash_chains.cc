#include "journal/hash_chains.h"

#include "journal/live_field.h"

namespace logq::journal {

bool HashChains::has_sound_end(const ObjectHeap& heap, std::uint64_t hash) const {
  const std::uint64_t tail = last(heap, hash);
  if (heap.is_own<Node>(tail)) [[likely]] {
    base::prefetch_for_write(&heap.at<Node>(tail)->next_hash_offset);  // for add()
    return true;
  }
  return tail == 0 || heap.checked<Node>(tail, type_) != nullptr;
}

void HashChains::add(const ObjectHeap& heap, std::uint64_t hash, std::uint64_t offset) const {
  HashItem& item = bucket(heap, hash);
  const std::uint64_t tail = item.tail_hash_offset;
  store_release(tail == 0 ? item.head_hash_offset : heap.at<Node>(tail)->next_hash_offset, offset);
  store_release(item.tail_hash_offset, offset);
}

}  // namespace logq::journal
