// The one kind of journal file that FileWriter writes and continues, among all that exist: compact,
// keyed hashes, zstd, 272-byte header, no compatible flags (docs/file-format.md, "Our profile").
#pragma once

#include <cstdint>

#include "journal/format.h"
#include "logq/result.h"

namespace logq::journal {

// Compatible flags stay 0 because `journalctl --verify` of systemd 252 refuses files that have any.
inline constexpr std::uint32_t kOwnIncompatibleFlags =
    kIncompatibleKeyedHash | kIncompatibleCompressedZstd | kIncompatibleCompact;

inline constexpr std::uint64_t kFileSizeMin = std::uint64_t{512} << 10;
// Compact files have 32-bit offsets; page-aligned.
inline constexpr std::uint64_t kFileSizeMax = (std::uint64_t{4} << 30) - 4096;

// Whether a header describes a file of ours that lies within `file_size` bytes. kUnsupported for a
// valid file of another profile, kTruncated for one that is shorter than it says, else kCorrupt.
Result<void> check_own_header(const Header& header, std::uint64_t file_size);

}  // namespace logq::journal
