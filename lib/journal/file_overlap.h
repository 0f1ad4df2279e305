// Whether two files may hold the same entry, by what their headers say.
#pragma once

#include "journal/header.h"

namespace logq::journal {

// The same entry has the same number in the same sequence; see identical() in entry_order.h.
[[nodiscard]] inline bool may_share_entries(const FileInfo& a, const FileInfo& b) {
  if (a.n_entries == 0 || b.n_entries == 0 || a.seqnum_id != b.seqnum_id) return false;
  return a.head_entry_seqnum <= b.tail_entry_seqnum && b.head_entry_seqnum <= a.tail_entry_seqnum;
}

}  // namespace logq::journal
