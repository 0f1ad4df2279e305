#include "journal/header.h"

#include <algorithm>
#include <cstring>

#include "base/try.h"

namespace logq::journal {

Result<void> check_header(const ObjectReader& file) {
  // Files of 208-byte headers hold two hash tables as well, so they are longer than our struct.
  const Header* header = LOGQ_TRY(file.at<Header>(0));
  // A writer stores it last: what follows in the header is complete once it is there.
  const std::uint64_t signature = load(*file.look_at<Le64>(offsetof(Header, signature)));
  if (signature == 0) return fail(Error::truncated(0, "header is not written yet"));
  if (signature != signature_word()) return fail(Error::corrupt(0, "not a journal file"));
  if ((load(header->incompatible_flags) & ~kIncompatibleAny) != 0) {
    return fail(Error::make(Errc::kUnsupported, "file has incompatible flags unknown to us"));
  }
  if (load(header->state) > FileState::kArchived) {
    return fail(Error::corrupt(offsetof(Header, state), "unknown file state"));
  }
  const std::uint64_t header_size = load(header->header_size);
  if (header_size == 0) return fail(Error::truncated(0, "header is not written yet"));
  if (header_size < kHeaderSizeMin) {
    return fail(Error::corrupt(offsetof(Header, header_size), "header has an impossible size"));
  }
  if (header_size > file.size()) {
    return fail(Error::truncated(offsetof(Header, header_size), "header is cut off"));
  }
  return {};
}

Header header_snapshot(const Header& live) {
  Header header{};
  const std::uint64_t size = std::min<std::uint64_t>(load(live.header_size), sizeof(Header));
  std::memcpy(&header, &live, size);
  return header;
}

FileInfo read_file_info(const Header& header) {
  FileInfo info;
  // The counter first: what it counts is then found by the loads that follow.
  info.n_entries = load(header.n_entries);
  info.file_id = load_id(header.file_id);
  info.machine_id = load_id(header.machine_id);
  info.seqnum_id = load_id(header.seqnum_id);
  info.state = load(header.state);
  info.compatible_flags = load(header.compatible_flags);
  info.incompatible_flags = load(header.incompatible_flags);
  info.head_entry_seqnum = load(header.head_entry_seqnum);
  info.tail_entry_seqnum = load(header.tail_entry_seqnum);
  info.head_entry_realtime_usec = load(header.head_entry_realtime);
  info.tail_entry_realtime_usec = load(header.tail_entry_realtime);
  info.tail_entry_monotonic_usec = load(header.tail_entry_monotonic);
  return info;
}

}  // namespace logq::journal
