// What one entry may be. The writer refuses more; readers and the salvage take more for damage, and
// so bound the work that a damaged entry can cause.
#pragma once

#include <cstdint>

namespace logq::journal {

// More items than any other writer stores in one entry (journald: 1,024 from a client and some
// dozens of its own).
inline constexpr std::uint64_t kMaxItems = 8192;

// What the payloads of one entry may take together, unpacked (systemd's ENTRY_SIZE_MAX).
inline constexpr std::uint64_t kMaxEntryBytes = std::uint64_t{770} << 20;

}  // namespace logq::journal
