// A journal file with its objects moved: behind a header of another size, as older and newer
// systemd wrote it, or with a gap between them, as large files have.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <string>

#include "journal/format.h"
#include "journal/layout.h"

namespace logq::test {

class RelocatedFile {
 public:
  // `bytes`: a sound file at rest. Everything from offset `from` on, the beginning of an object,
  // moves by `delta`.
  RelocatedFile(std::string bytes, std::uint64_t from, std::int64_t delta)
      : bytes_(std::move(bytes)),
        from_(from),
        delta_(static_cast<std::uint64_t>(delta)),
        layout_(journal::Layout::of(header())) {
    move_objects();
    move_header();
  }

  // The file behind a header of `size` bytes.
  static RelocatedFile with_header_size(const std::string& bytes, std::uint64_t size) {
    const std::uint64_t now =
        static_cast<const journal::Header*>(static_cast<const void*>(bytes.data()))->header_size;
    RelocatedFile file(bytes, now, static_cast<std::int64_t>(size - now));
    file.header().header_size = size;
    file.header().arena_size = file.header().arena_size - (size - now);
    // A longer header has fields that the shorter one lacked; zero is what "unknown" is there.
    file.head_bytes_ = std::min(now, size);
    return file;
  }

  [[nodiscard]] journal::Header& header() { return *at<journal::Header>(0); }

  void write(const std::string& path) {
    const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    const std::uint64_t moved = from_ + delta_;
    std::ignore =
        ::pwrite(fd, bytes_.data() + from_, bytes_.size() - from_, static_cast<off_t>(moved));
    std::ignore = ::pwrite(fd, bytes_.data(), head_bytes_, 0);
    ::close(fd);
  }

 private:
  template <typename T>
  T* at(std::uint64_t offset) {
    return static_cast<T*>(static_cast<void*>(bytes_.data() + offset));
  }
  template <typename Offset>
  void move(Offset& field) const {
    const std::uint64_t old = field;
    // A 32-bit field of the header keeps what fits into it, as in files beyond 4 GiB.
    if (old >= from_) field = static_cast<decltype(field.load())>(old + delta_);
  }

  void move_header() {
    journal::Header& file = header();
    move(file.data_hash_table_offset);
    move(file.field_hash_table_offset);
    move(file.tail_object_offset);
    move(file.entry_array_offset);
    if (file.header_size > offsetof(journal::Header, tail_entry_array_offset)) {
      move(file.tail_entry_array_offset);
    }
    if (file.header_size > offsetof(journal::Header, tail_entry_offset)) {
      move(file.tail_entry_offset);
    }
    file.arena_size = file.arena_size + delta_;
    head_bytes_ = from_;
  }

  void move_objects() {
    const std::uint64_t last = header().tail_object_offset;
    for (std::uint64_t offset = header().header_size; offset <= last;) {
      const std::uint64_t size = at<journal::ObjectHeader>(offset)->size;
      move_links(offset, offset + size);
      offset = journal::align8(offset + size);
    }
  }

  void move_links(std::uint64_t offset, std::uint64_t end) {
    switch (at<journal::ObjectHeader>(offset)->type) {
      case journal::ObjectType::kData:
        return move_data(offset);
      case journal::ObjectType::kField:
        move(at<journal::FieldObject>(offset)->next_hash_offset);
        return move(at<journal::FieldObject>(offset)->head_data_offset);
      case journal::ObjectType::kEntry:
        return move_each(offset + sizeof(journal::EntryObject), end, layout_.item_bytes);
      case journal::ObjectType::kEntryArray:
        move(at<journal::EntryArrayObject>(offset)->next_entry_array_offset);
        return move_each(offset + sizeof(journal::EntryArrayObject), end, layout_.slot_bytes);
      case journal::ObjectType::kDataHashTable:
      case journal::ObjectType::kFieldHashTable:
        for (std::uint64_t item = offset + sizeof(journal::ObjectHeader); item < end; item += 8)
          move(*at<journal::Le64>(item));
        return;
      default:
        return;
    }
  }

  void move_data(std::uint64_t offset) {
    auto* data = at<journal::DataObject>(offset);
    move(data->next_hash_offset);
    move(data->next_field_offset);
    move(data->entry_offset);
    move(data->entry_array_offset);
    if (layout_.compact) move(at<journal::CompactDataObject>(offset)->tail_entry_array_offset);
  }

  void move_each(std::uint64_t begin, std::uint64_t end, std::uint64_t step) {
    for (std::uint64_t at_offset = begin; at_offset + step <= end; at_offset += step) {
      if (layout_.compact) {
        move(*at<journal::Le32>(at_offset));
      } else {
        move(*at<journal::Le64>(at_offset));
      }
    }
  }

  std::string bytes_;
  std::uint64_t from_;
  std::uint64_t delta_;
  journal::Layout layout_;
  std::uint64_t head_bytes_ = 0;  // what is written in front of the moved part
};

}  // namespace logq::test
