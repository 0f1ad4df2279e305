// The whole blocks of a finished file in which every byte is zero: the unused ends of its entry
// arrays and the empty stretches of its hash tables. They stay readable as zeros, but need no room
// on the disk.
#pragma once

#include <cstdint>

#include "journal/arena.h"

namespace logq::journal {

// Gives the zero blocks in the first `end` bytes back to the file system (holes are punched;
// readers see the same bytes). Returns how many bytes. Where the file system cannot, or fails, they
// stay: that is no error. Looks at a few bytes of each block that is not zero. REQUIRES: nobody
// appends.
std::uint64_t punch_zero_blocks(const Arena& arena, std::uint64_t end);

}  // namespace logq::journal
