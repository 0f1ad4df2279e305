// ObjectHeap: a journal file as a header and the objects appended behind it.
//
// An object is begun, filled, and finished. Its type is stored last, so after a kill at any
// instruction an object is either whole or recognisably not there. The header's counts of objects
// follow with publish(), before anything that leads readers to them. Borrowed by the tables and
// chains of its FileWriter. Not thread-safe.
#pragma once

#include <array>
#include <cassert>
#include <cstdint>

#include "journal/arena.h"
#include "journal/format.h"
#include "journal/layout.h"
#include "journal/live_field.h"
#include "logq/result.h"

namespace logq::journal {

class ObjectHeap {
 public:
  // `tail`: where the next object goes, a multiple of 8. REQUIRES: the arena's header has its
  // flags.
  ObjectHeap(Arena arena, std::uint64_t tail)
      : arena_(std::move(arena)),
        tail_(tail),
        own_start_(tail),
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

  // Whether an object of the kind T may be stored to at `offset`: it lies among the objects that
  // were made through this heap, so nothing on disk can have changed what it is.
  template <typename T>
  [[nodiscard]] bool is_own(std::uint64_t offset) const {
    return offset >= own_start_ && offset % 8 == 0 && offset < tail_ && tail_ - offset >= sizeof(T);
  }

  // Starts an object of `size` bytes at the tail and returns its offset.
  // REQUIRES: room was reserved; finish() follows before the next begin().
  std::uint64_t begin(std::uint64_t size, std::uint8_t flags = 0) {
    assert(arena_.size() - tail_ >= size);
    auto* object = arena_.at<ObjectHeader>(tail_);
    object->flags = flags;
    object->size = size;
    return tail_;
  }
  void finish(std::uint64_t offset, ObjectType type) {
    assert(offset == tail_);
    auto* object = arena_.at<ObjectHeader>(offset);
    store_release(object->type, type);
    last_ = offset;
    tail_ = align8(offset + object->size);
    ++unpublished_[static_cast<std::size_t>(type)];
  }
  // Lets the header count the objects that were finished since the last time.
  void publish() {
    if (last_ != 0) publish_counts();
  }
  void commit(std::uint64_t offset, ObjectType type) {
    finish(offset, type);
    publish();
  }

 private:
  void publish_counts();

  Arena arena_;
  std::uint64_t tail_;
  std::uint64_t own_start_;
  std::uint64_t last_ = 0;                         // object not yet published, 0: none
  std::array<std::uint32_t, 8> unpublished_ = {};  // by type
  Layout layout_;
};

}  // namespace logq::journal
