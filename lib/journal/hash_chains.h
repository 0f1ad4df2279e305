// HashChains: one of the two hash tables of a journal file, DATA or FIELD, from the writer's side.
// Objects with the same bucket form a chain in file order; new ones go to its end.
#pragma once

#include <cstdint>

#include "base/prefetch.h"
#include "journal/format.h"
#include "journal/object_heap.h"
#include "logq/result.h"

namespace logq::journal {

class HashChains {
 public:
  // `buckets`: file offset of the first HashItem. REQUIRES: count > 0, the table lies in the file.
  HashChains(ObjectType type, std::uint64_t buckets, std::uint64_t count)
      : type_(type),
        buckets_(buckets),
        count_(count) {}

  // Calls `matches(offset, hash)` for the objects in the bucket of `hash` whose hash equals it,
  // until it returns true. Returns that object's offset, 0 when there is none, kCorrupt when the
  // chain is broken. `depth` gets the number of steps past the first object.
  template <typename Matches>
  Result<std::uint64_t> find(const ObjectHeap& heap,
                             std::uint64_t hash,
                             std::uint64_t& depth,
                             const Matches& matches) const;

  // Makes a finished object that carries `hash` findable.
  // REQUIRES: has_sound_end() for that hash.
  void add(const ObjectHeap& heap, std::uint64_t hash, std::uint64_t offset) const;
  // Whether the bucket of `hash` is empty or ends in an object of the right kind.
  [[nodiscard]] bool has_sound_end(const ObjectHeap& heap, std::uint64_t hash) const;
  void prefetch(const ObjectHeap& heap, std::uint64_t hash) const {
    base::prefetch_for_write(&bucket(heap, hash));
  }

  // The last object in the bucket of `hash`, 0 when it is empty.
  [[nodiscard]] std::uint64_t last(const ObjectHeap& heap, std::uint64_t hash) const {
    return bucket(heap, hash).tail_hash_offset;
  }

 private:
  // DATA and FIELD begin alike.
  struct Node {
    ObjectHeader object;
    Le64 hash;
    Le64 next_hash_offset;
  };
  static_assert(offsetof(DataObject, next_hash_offset) == offsetof(Node, next_hash_offset));
  static_assert(offsetof(FieldObject, next_hash_offset) == offsetof(Node, next_hash_offset));

  [[nodiscard]] HashItem& bucket(const ObjectHeap& heap, std::uint64_t hash) const {
    return *heap.at<HashItem>(buckets_ + hash % count_ * sizeof(HashItem));
  }

  ObjectType type_;
  std::uint64_t buckets_;
  std::uint64_t count_;
};

template <typename Matches>
Result<std::uint64_t> HashChains::find(const ObjectHeap& heap,
                                       std::uint64_t hash,
                                       std::uint64_t& depth,
                                       const Matches& matches) const {
  std::uint64_t offset = bucket(heap, hash).head_hash_offset;
  depth = 0;
  while (offset != 0) {
    const auto* node = heap.checked<Node>(offset, type_);
    if (node == nullptr) return fail(Error::corrupt(offset, "hash chain leads to no such object"));
    if (node->hash == hash && matches(offset)) return offset;
    const std::uint64_t next = node->next_hash_offset;
    if (next != 0) {
      // Offsets grow along a chain, which bounds this loop.
      if (next <= offset) return fail(Error::corrupt(offset, "hash chain turns back"));
      ++depth;
    }
    offset = next;
  }
  return 0;
}

}  // namespace logq::journal
