// ObjectReader: the one place where bytes of a journal file become structs.
//
// Every access names an offset; range, alignment, type and size are checked here, at the place of
// use, once per object. The bytes belong to the mapping it looks at (FileMapping) and must outlive
// what is returned. A live file changes under us: read each of its fields once, with load(), into a
// local, then check the local.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "journal/format.h"
#include "journal/layout.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::journal {

using FileOffset = std::uint64_t;

// One load of a field that a writer may be changing; ordered before later loads, so that what was
// published before a counter is seen after it (partner: the writer's fence before the counter).
inline std::uint64_t load(const Le64& field) {
  return std::bit_cast<Le64>(__atomic_load_n(
      static_cast<const std::uint64_t*>(static_cast<const void*>(&field)), __ATOMIC_ACQUIRE));
}
inline std::uint32_t load(const Le32& field) {
  return std::bit_cast<Le32>(__atomic_load_n(
      static_cast<const std::uint32_t*>(static_cast<const void*>(&field)), __ATOMIC_ACQUIRE));
}
inline FileState load(const FileState& field) {
  FileState state{};
  __atomic_load(&field, &state, __ATOMIC_ACQUIRE);
  return state;
}

// An object whose header has been checked: `size` bytes from `object` lie inside the file.
template <typename T>
struct ObjectView {
  const T* object = nullptr;
  std::uint64_t size = 0;
};

// What a DATA object holds; `stored` is the payload as it is in the file, perhaps compressed.
struct DataView {
  const DataObject* object = nullptr;
  std::string_view stored;
  std::uint8_t compression = 0;  // kObjectCompressed*, 0 when stored as it is
};

struct FieldView {
  const FieldObject* object = nullptr;
  std::string_view name;
};

template <typename T>
constexpr ObjectType object_type_of();
template <>
constexpr ObjectType object_type_of<DataObject>() {
  return ObjectType::kData;
}
template <>
constexpr ObjectType object_type_of<FieldObject>() {
  return ObjectType::kField;
}
template <>
constexpr ObjectType object_type_of<EntryObject>() {
  return ObjectType::kEntry;
}
template <>
constexpr ObjectType object_type_of<EntryArrayObject>() {
  return ObjectType::kEntryArray;
}

// The fixed part of an ENTRY object.
struct EntryInfo {
  FileOffset offset = 0;
  std::uint64_t seqnum = 0;
  std::uint64_t realtime_usec = 0;
  std::uint64_t monotonic_usec = 0;
  Id128 boot_id;
  std::uint64_t xor_hash = 0;
};

class ObjectReader {
 public:
  ObjectReader() = default;
  ObjectReader(const std::byte* bytes, std::uint64_t size, bool compact)
      : bytes_(bytes),
        size_(size),
        layout_(Layout::of(compact)) {}

  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] bool compact() const { return layout_.compact; }

  // A T at `offset`, whatever it is part of. Errors: kCorrupt (alignment), kTruncated (range).
  template <typename T>
  [[nodiscard]] Result<const T*> at(FileOffset offset) const {
    if (const T* found = look_at<T>(offset)) return found;
    return fail(error_at(offset));
  }

  // A whole object of the type that T stands for.
  template <typename T>
  [[nodiscard]] Result<ObjectView<T>> object(FileOffset offset) const {
    const ObjectView<T> found = look_at_object<T>(offset);
    if (found.object != nullptr) return found;
    return fail(object_error(offset, object_type_of<T>(), sizeof(T)));
  }

  // The same for loops that cannot afford an Error each: null where those fail, for whatever
  // reason. They then ask again to learn it.
  template <typename T>
  [[nodiscard]] const T* look_at(FileOffset offset) const {
    if (offset % 8 != 0 || offset > size_ || size_ - offset < sizeof(T)) return nullptr;
    return reinterpret_cast<const T*>(bytes_ + offset);
  }
  template <typename T>
  [[nodiscard]] ObjectView<T> look_at_object(FileOffset offset) const {
    const T* found = look_at<T>(offset);
    if (found == nullptr || found->object.type != object_type_of<T>()) return {};
    const std::uint64_t size = load(found->object.size);
    if (size < sizeof(T) || size > size_ - offset) return {};
    return {found, size};
  }

  [[nodiscard]] Result<DataView> data(FileOffset offset) const {
    DataView view;
    if (look_at_data(offset, view)) return view;
    if (const auto found = object<DataObject>(offset); !found) return fail(found.error());
    return fail(Error::corrupt(offset, "DATA object without a payload"));
  }
  // False where data() fails; `view` is then as before.
  [[nodiscard]] bool look_at_data(FileOffset offset, DataView& view) const {
    const ObjectView<DataObject> found = look_at_object<DataObject>(offset);
    const std::uint64_t head = layout_.payload_offset;
    if (found.object == nullptr || found.size <= head) return false;
    view.object = found.object;
    view.stored = {reinterpret_cast<const char*>(found.object) + head, found.size - head};
    view.compression = static_cast<std::uint8_t>(found.object->object.flags & kObjectCompressedAny);
    return true;
  }

  // What an entry says of itself; kCorrupt when it says what no entry can.
  [[nodiscard]] Result<EntryInfo> entry(FileOffset offset) const;
  // False where entry() fails; `info` is then as before.
  [[nodiscard]] bool look_at_entry(FileOffset offset, EntryInfo& info) const {
    const ObjectView<EntryObject> found = look_at_object<EntryObject>(offset);
    if (found.object == nullptr) return false;
    const std::uint64_t seqnum = load(found.object->seqnum);
    const std::uint64_t realtime = load(found.object->realtime);
    const std::uint64_t monotonic = load(found.object->monotonic);
    if (seqnum == 0 || realtime == 0 || realtime >= kTimestampLimit ||
        monotonic >= kTimestampLimit || found.size < sizeof(EntryObject) + layout_.item_bytes) {
      return false;
    }
    info.offset = offset;
    info.seqnum = seqnum;
    info.realtime_usec = realtime;
    info.monotonic_usec = monotonic;
    std::memcpy(info.boot_id.bytes.data(), found.object->boot_id, sizeof(found.object->boot_id));
    info.xor_hash = load(found.object->xor_hash);
    return true;
  }

  [[nodiscard]] Result<FieldView> field(FileOffset offset) const {
    const auto found = object<FieldObject>(offset);
    if (!found) return fail(found.error());
    if (found->size == sizeof(FieldObject)) {
      return fail(Error::corrupt(offset, "FIELD object without a name"));
    }
    return FieldView{
        found->object,
        {reinterpret_cast<const char*>(found->object + 1), found->size - sizeof(FieldObject)}};
  }

  [[nodiscard]] std::uint64_t slot_bytes() const { return layout_.slot_bytes; }
  // How many of `slots` slots of the ENTRY_ARRAY at `offset` lie inside the file; slot_at() may be
  // asked for these.
  [[nodiscard]] std::uint64_t slots_inside(FileOffset offset, std::uint64_t slots) const {
    if (offset > size_ || size_ - offset < sizeof(EntryArrayObject)) return 0;
    return std::min(slots, (size_ - offset - sizeof(EntryArrayObject)) / slot_bytes());
  }
  [[nodiscard]] FileOffset slot_at(FileOffset offset, std::uint64_t index) const {
    const std::byte* slots = bytes_ + offset + sizeof(EntryArrayObject);
    return layout_.compact ? load(reinterpret_cast<const Le32*>(slots)[index])
                           : load(reinterpret_cast<const Le64*>(slots)[index]);
  }
  // Slots of an ENTRY_ARRAY of `size` bytes.
  [[nodiscard]] std::uint64_t slots_of(std::uint64_t size) const {
    return (size - sizeof(EntryArrayObject)) / slot_bytes();
  }
  // Slot `index` of the ENTRY_ARRAY at `offset`; REQUIRES: object() accepted the array and `index`
  // is below slots_of() the size it gave. Checked against the file again all the same.
  [[nodiscard]] FileOffset slot(FileOffset offset, std::uint64_t index) const {
    const FileOffset at = offset + sizeof(EntryArrayObject) + index * slot_bytes();
    if (at > size_ || size_ - at < slot_bytes()) return 0;
    return layout_.compact ? load(*reinterpret_cast<const Le32*>(bytes_ + at))
                           : load(*reinterpret_cast<const Le64*>(bytes_ + at));
  }

  [[nodiscard]] std::uint64_t items_of(const ObjectView<EntryObject>& entry) const {
    return (entry.size - sizeof(EntryObject)) / layout_.item_bytes;
  }
  // Offset of the DATA object of item `index`; REQUIRES: index < items_of(entry).
  [[nodiscard]] FileOffset item(const ObjectView<EntryObject>& entry, std::uint64_t index) const {
    const auto* items = reinterpret_cast<const std::byte*>(entry.object + 1);
    return layout_.compact ? load(reinterpret_cast<const Le32*>(items)[index])
                           : load(reinterpret_cast<const EntryItem*>(items)[index].object_offset);
  }

 private:
  // Why there is nothing to be read at `offset`.
  [[nodiscard]] static Error error_at(FileOffset offset);
  [[nodiscard]] Error object_error(FileOffset offset,
                                   ObjectType type,
                                   std::uint64_t smallest) const;

  const std::byte* bytes_ = nullptr;
  std::uint64_t size_ = 0;
  Layout layout_ = Layout::of(false);
};

inline Id128 load_id(const std::uint8_t (&bytes)[16]) {
  Id128 id;
  std::memcpy(id.bytes.data(), bytes, sizeof(bytes));
  return id;
}

}  // namespace logq::journal
