// The boots that the entries of a journal come from, as `journalctl --list-boots` of the newest
// version tells them: every boot that occurs, in the order in which reading the journal comes to
// their ends. Boots of one machine follow each other; those of several may lie within others, and
// the last one is always that of the last entry.
#pragma once

#include <cstdint>
#include <vector>

#include "journal/journal.h"
#include "logq/id128.h"

namespace logq::journal {

struct BootSpan {
  Id128 boot_id;
  // Of its first and of its last entry in journal order, which the wall clock need not respect.
  std::uint64_t first_realtime_usec = 0;
  std::uint64_t last_realtime_usec = 0;
};

// Oldest first. Looks at the index of each file and at two entries per boot and file, so it does
// not depend on the number of entries. Matches do not count. The position is lost.
std::vector<BootSpan> list_boots(Journal& journal);

}  // namespace logq::journal
