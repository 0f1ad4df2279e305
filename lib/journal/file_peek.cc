#include "journal/file_peek.h"

#include <unistd.h>

#include <cstddef>

namespace logq::journal {
namespace {

// Longer chains are left to whoever has the file mapped.
constexpr int kStepsMax = 8;

}  // namespace

FilePeek::FilePeek(const base::UniqueFd& file, const Header& header)
    : file_(file),
      header_(header),
      hash_(header) {}

template <typename T>
bool FilePeek::read(FileOffset offset, T& object) const {
  if (!file_.is_open()) return false;
  const ssize_t n = ::pread(file_.get(), &object, sizeof object, static_cast<off_t>(offset));
  return n == static_cast<ssize_t>(sizeof object);
}

// Where the header says that it is. Headers before 254 name the last array, before 252 neither.
std::optional<FileOffset> FilePeek::offset_at(FileEnd end) const {
  const auto has = [this](std::size_t offset, std::size_t size) {
    return header_.header_size >= offset + size;
  };
  if (end == FileEnd::kFirst) return slot(header_.entry_array_offset, 0);
  if (has(offsetof(Header, tail_entry_offset), sizeof(Header::tail_entry_offset))) {
    return header_.tail_entry_offset;
  }
  if (!has(offsetof(Header, tail_entry_array_offset), 2 * sizeof(Le32))) return std::nullopt;
  return slot(header_.tail_entry_array_offset,
              std::uint64_t{header_.tail_entry_array_n_entries} - 1);
}

std::optional<FileOffset> FilePeek::slot(FileOffset array, std::uint64_t index) const {
  EntryArrayObject head;
  if (!read(array, head) || head.object.type != ObjectType::kEntryArray) return std::nullopt;
  const bool compact = (header_.incompatible_flags & kIncompatibleCompact) != 0;
  const std::uint64_t slot_bytes = Layout::of(compact).slot_bytes;
  const std::uint64_t size = head.object.size;
  if (size < sizeof head || index >= (size - sizeof head) / slot_bytes) return std::nullopt;
  const FileOffset at = array + sizeof head + index * slot_bytes;
  Le32 narrow;
  Le64 wide;
  if (compact) return read(at, narrow) ? std::optional<FileOffset>(narrow) : std::nullopt;
  return read(at, wide) ? std::optional<FileOffset>(wide) : std::nullopt;
}

std::optional<EntryInfo> FilePeek::entry_at(FileEnd end) const {
  const bool first = end == FileEnd::kFirst;
  const auto offset = offset_at(end);
  EntryObject entry;
  if (!offset || !read(*offset, entry)) return std::nullopt;
  if (entry.object.type != ObjectType::kEntry) return std::nullopt;
  if (entry.seqnum != (first ? header_.head_entry_seqnum : header_.tail_entry_seqnum) ||
      entry.realtime != (first ? header_.head_entry_realtime : header_.tail_entry_realtime)) {
    return std::nullopt;
  }
  return EntryInfo{.offset = *offset,
                   .seqnum = entry.seqnum,
                   .realtime_usec = entry.realtime,
                   .monotonic_usec = entry.monotonic,
                   .boot_id = load_id(entry.boot_id),
                   .xor_hash = entry.xor_hash};
}

bool FilePeek::may_hold(std::string_view payload) const {
  const std::uint64_t buckets = header_.data_hash_table_size / sizeof(HashItem);
  if (buckets == 0) return true;
  const std::uint64_t wanted = hash_(payload);
  HashItem item;
  if (!read(header_.data_hash_table_offset + wanted % buckets * sizeof(HashItem), item)) {
    return true;
  }
  FileOffset offset = item.head_hash_offset;
  for (int step = 0; offset != 0 && step < kStepsMax; ++step) {
    DataObject data;
    if (!read(offset, data) || data.object.type != ObjectType::kData) return true;
    if (data.hash == wanted) return true;
    offset = data.next_hash_offset;
  }
  return offset != 0;
}

}  // namespace logq::journal
