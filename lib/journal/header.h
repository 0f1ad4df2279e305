// The header of a journal file, checked and read.
#pragma once

#include "journal/format.h"
#include "journal/object_reader.h"
#include "logq/id128.h"
#include "logq/result.h"

namespace logq::journal {

// What the header says, read once. Without tail_entry_boot_id: a writer may be in the middle of its
// sixteen bytes. Whoever wants that boot finds it in the last entry.
struct FileInfo {
  Id128 file_id;
  Id128 machine_id;
  Id128 seqnum_id;
  FileState state = FileState::kOffline;
  std::uint32_t compatible_flags = 0;
  std::uint32_t incompatible_flags = 0;
  std::uint64_t n_entries = 0;
  std::uint64_t head_entry_seqnum = 0;
  std::uint64_t tail_entry_seqnum = 0;
  std::uint64_t head_entry_realtime_usec = 0;
  std::uint64_t tail_entry_realtime_usec = 0;
  std::uint64_t tail_entry_monotonic_usec = 0;
};

// Refuses what cannot be read as a journal file at all; counters and offsets are not judged here
// but where they are used. Errors: kTruncated (too short, or not written yet), kCorrupt,
// kUnsupported (an incompatible flag that is unknown to us).
Result<void> check_header(const ObjectReader& file);

// REQUIRES: check_header accepted the file.
FileInfo read_file_info(const Header& header);

// A copy of it as it is now; the fields it is too old to have are zero. REQUIRES: likewise.
Header header_snapshot(const Header& live);

}  // namespace logq::journal
