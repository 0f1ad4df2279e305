#include "journal/own_profile.h"

#include <cstring>

namespace logq::journal {
namespace {

bool is_table(std::uint64_t offset, std::uint64_t size, std::uint64_t end) {
  return offset % 8 == 0 && offset >= sizeof(Header) + sizeof(ObjectHeader) && offset < end &&
         size != 0 && size % sizeof(HashItem) == 0 && size <= end - offset;
}

}  // namespace

bool is_own_profile(const Header& header) {
  return header.compatible_flags == 0 && (header.incompatible_flags & ~kIncompatibleAny) == 0 &&
         header.header_size == sizeof(Header);
}

Result<void> check_own_header(const Header& header, std::uint64_t file_size) {
  if (file_size < sizeof(Header))
    return fail(Error::truncated(file_size, "file ends in its header"));
  if (std::memcmp(header.signature, kSignature, sizeof kSignature) != 0) {
    return fail(Error::corrupt(0, "not a journal file"));
  }
  if (!is_own_profile(header)) {
    return fail(Error::make(Errc::kUnsupported, "journal file of another writer"));
  }
  if (header.state > FileState::kArchived) {
    return fail(Error::corrupt(offsetof(Header, state), "unknown file state"));
  }
  if (header.arena_size > file_size - sizeof(Header)) {
    return fail(Error::truncated(file_size, "file is shorter than its header says"));
  }
  const std::uint64_t end = sizeof(Header) + header.arena_size;
  if (!is_table(header.data_hash_table_offset, header.data_hash_table_size, end) ||
      !is_table(header.field_hash_table_offset, header.field_hash_table_size, end)) {
    return fail(Error::corrupt(offsetof(Header, data_hash_table_offset), "bad hash table"));
  }
  const std::uint64_t tail = header.tail_object_offset;
  if (tail % 8 != 0 || tail < sizeof(Header) || tail >= end) {
    return fail(Error::corrupt(offsetof(Header, tail_object_offset), "bad tail object"));
  }
  return {};
}

}  // namespace logq::journal
