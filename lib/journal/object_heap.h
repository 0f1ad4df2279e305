// ObjectHeap: a journal file as a header and the objects appended behind it.
//
// An object is begun, filled, and committed. Its type is stored last, so after a kill at any
// instruction an object is either whole or recognisably not there. Borrowed by the tables and
// chains of its FileWriter. Not thread-safe.
#pragma once

#include <cstdint>

#include "journal/arena.h"
#include "journal/format.h"
#include "journal/layout.h"
#include "logq/result.h"

namespace logq::journal {

class ObjectHeap {
 public:
  // `tail`: where the next object goes, a multiple of 8. REQUIRES: the arena's header has its
  // flags.
  ObjectHeap(Arena arena, std::uint64_t tail)
      : arena_(std::move(arena)),
        tail_(tail),
        layout_(Layout::of(*arena_.at<Header>(0))) {}

  [[nodiscard]] Header& header() const { return *arena_.at<Header>(0); }
  [[nodiscard]] const Layout& layout() const { return layout_; }
  [[nodiscard]] Arena& arena() { return arena_; }
  [[nodiscard]] const Arena& arena() const { return arena_; }
  [[nodiscard]] std::uint64_t tail() const { return tail_; }
  [[nodiscard]] std::uint64_t remaining() const { return arena_.max_size() - tail_; }

  template <typename T>
  [[nodiscard]] T* at(std::uint64_t offset) const {
    return arena_.at<T>(offset);
  }
  [[nodiscard]] char* bytes(std::uint64_t offset) const { return arena_.bytes(offset); }

  // The object at `offset`, which may come from disk; nullptr unless it has that type, at least the
  // size of T, and ends within the file.
  template <typename T>
  [[nodiscard]] T* checked(std::uint64_t offset, ObjectType type) const {
    if (offset % 8 != 0 || offset < sizeof(Header) || offset >= tail_) return nullptr;
    if (tail_ - offset < sizeof(T)) return nullptr;
    const auto* object = arena_.at<ObjectHeader>(offset);
    const std::uint64_t size = object->size;
    if (object->type != type || size < sizeof(T) || size > tail_ - offset) return nullptr;
    return arena_.at<T>(offset);
  }

  // Makes room for `bytes` more bytes of objects. Errors as Arena::grow_to; nothing has changed
  // then.
  Result<void> reserve(std::uint64_t bytes);

  // Starts an object of `size` bytes at the tail and returns its offset.
  // REQUIRES: room was reserved; commit() follows before the next begin().
  std::uint64_t begin(std::uint64_t size, std::uint8_t flags = 0);
  void commit(std::uint64_t offset, ObjectType type);

 private:
  Arena arena_;
  std::uint64_t tail_;
  Layout layout_;
};

}  // namespace logq::journal
