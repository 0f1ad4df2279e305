// The unused ends of the entry arrays of a finished file: slots their chains were given ahead and
// never came to use. They are zero and stay readable as zeros, but need no room on the disk.
#pragma once

#include <cstdint>

#include "journal/object_heap.h"

namespace logq::journal {

// Gives the whole blocks in the unused ends of all entry arrays back to the file system (a hole is
// punched; readers see the same bytes). Returns how many bytes. Where the file system cannot, or
// fails, they stay: that is no error. What is less than a block stays as well.
// REQUIRES: nobody appends.
std::uint64_t punch_array_tails(ObjectHeap& heap);

}  // namespace logq::journal
