// Whether a journal file that was closed cleanly is still what its writer left: the look that
// FileWriter::reopen takes before it stores into a file that something may have damaged meanwhile.
//
// Numbers in the header decide where the next entry goes and what readers see, so each is compared
// with the objects it speaks of: the hash tables, the global chain, its first and its last entry.
// The work is a few dozen objects, however large the file; what lies between is not looked at.
#pragma once

#include "journal/entry_chain.h"
#include "journal/object_heap.h"
#include "logq/result.h"

namespace logq::journal {

// Numbers from here on are damage: no log gets there, and the sequence must not run out.
inline constexpr std::uint64_t kSeqnumLimit = std::uint64_t{1} << 63;

// The end of the global chain, where the next entry goes; kCorrupt when anything does not fit.
// REQUIRES: check_own_header() accepted the header.
Result<ChainTail> check_continuation(const ObjectHeap& heap);

}  // namespace logq::journal
