// The kinds of journal file that FileWriter writes and continues, among all that exist: a header of
// 272 bytes and no compatible flags; compact or regular, with any hash and compression
// (docs/file-format.md, "Our profile").
#pragma once

#include <cstdint>

#include "journal/format.h"
#include "logq/result.h"

namespace logq::journal {

inline constexpr std::uint64_t kFileSizeMin = std::uint64_t{512} << 10;
// Compact files have 32-bit offsets, and so has the header's tail_entry_array_offset in regular
// ones; page-aligned.
inline constexpr std::uint64_t kFileSizeMax = (std::uint64_t{4} << 30) - 4096;

// Whether the flags and the size of a header are those of a file of ours. Compatible flags stay 0
// because `journalctl --verify` of systemd 252 refuses files that have any it does not know.
// Nobody else's files have both: journald writes 264 bytes until 253 and sets TAIL_ENTRY_BOOT_ID in
// its files of 272 bytes, since 254. One that had them all the same would be laid out as ours are,
// and is continued only where check_continuation() finds its tail to be what the header says.
bool is_own_profile(const Header& header);

// Whether a header describes a file of ours that lies within `file_size` bytes. kUnsupported for a
// valid file of another profile, kTruncated for one that is shorter than it says, else kCorrupt.
Result<void> check_own_header(const Header& header, std::uint64_t file_size);

}  // namespace logq::journal
