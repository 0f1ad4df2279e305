#include "journal/object_heap.h"

#include "base/try.h"

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

void ObjectHeap::publish_counts() {
  Header& file = header();
  const auto of = [this](ObjectType type) -> std::uint64_t {
    return unpublished_[static_cast<std::size_t>(type)];
  };
  std::uint64_t all = 0;
  for (const std::uint32_t count : unpublished_)
    all += count;
  store_release(file.tail_object_offset, last_);
  store_release(file.n_objects, file.n_objects + all);
  store_release(file.n_data, file.n_data + of(ObjectType::kData));
  store_release(file.n_fields, file.n_fields + of(ObjectType::kField));
  store_release(file.n_entry_arrays, file.n_entry_arrays + of(ObjectType::kEntryArray));
  unpublished_ = {};
  last_ = 0;
}

}  // namespace logq::journal
