#include "journal/object_heap.h"

#include <cassert>

#include "base/try.h"
#include "journal/live_field.h"

namespace logq::journal {

Result<void> ObjectHeap::reserve(std::uint64_t bytes) {
  if (bytes > remaining()) return fail(Error::make(Errc::kFull, "journal file is full"));
  const std::uint64_t size_before = arena_.size();
  LOGQ_TRY(arena_.grow_to(tail_ + bytes));
  // Only after the file has grown: a reader refuses a file that is shorter than this says.
  if (arena_.size() != size_before) {
    store_release(header().arena_size, arena_.size() - sizeof(Header));
  }
  return {};
}

std::uint64_t ObjectHeap::begin(std::uint64_t size, std::uint8_t flags) {
  assert(arena_.size() - tail_ >= size);
  auto* object = arena_.at<ObjectHeader>(tail_);
  object->flags = flags;
  object->size = size;
  return tail_;
}

void ObjectHeap::commit(std::uint64_t offset, ObjectType type) {
  assert(offset == tail_);
  auto* object = arena_.at<ObjectHeader>(offset);
  store_release(object->type, type);
  tail_ = align8(offset + object->size);
  Header& file = header();
  store_release(file.tail_object_offset, offset);
  store_release(file.n_objects, file.n_objects + 1);
}

}  // namespace logq::journal
