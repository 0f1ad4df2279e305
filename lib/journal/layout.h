// Layout: what of a journal file's objects depends on whether the file is compact. Compact files
// (252) hold 32-bit offsets and tail pointers in DATA; regular ones hold 64-bit offsets, and in
// entries a hash beside each (docs/file-format.md, "Structs").
#pragma once

#include <cstdint>

#include "journal/format.h"

namespace logq::journal {

struct Layout {
  bool compact;
  std::uint32_t payload_offset;  // of the payload in a DATA object
  std::uint32_t item_bytes;      // of an item of an ENTRY
  std::uint32_t slot_bytes;      // of a slot of an ENTRY_ARRAY

  static constexpr Layout of(bool compact) {
    return compact ? Layout{true, sizeof(CompactDataObject), sizeof(Le32), sizeof(Le32)}
                   : Layout{false, sizeof(DataObject), sizeof(EntryItem), sizeof(Le64)};
  }
  static Layout of(const Header& header) {
    return of((header.incompatible_flags & kIncompatibleCompact) != 0);
  }
};

}  // namespace logq::journal
