// RecentValues: a small direct-mapped cache of DATA objects that entries have shared lately, with
// all that is needed to add one more entry to them. Most fields of a log repeat (host, unit,
// process); for these it replaces a walk through hash chain and entry arrays.
//
// Values seen only once are not kept, so a flood of unique messages does not displace the others.
#pragma once

#include <array>
#include <cstdint>

#include "journal/entry_chain.h"

namespace logq::journal {

struct KnownValue {
  std::uint64_t hash = 0;         // of the payload, as the file has it
  std::uint64_t xor_part = 0;     // its Jenkins hash, for the entry's xor_hash
  std::uint32_t data_offset = 0;  // 0: an empty slot
  std::uint32_t n_entries = 0;
  ChainTail tail;  // of the chain of its entries after the first
};

class RecentValues {
 public:
  // A candidate for the payload with this hash: the caller compares the bytes.
  [[nodiscard]] const KnownValue* find(std::uint64_t hash) const {
    const KnownValue& slot = slots_[index(hash)];
    return slot.data_offset != 0 && slot.hash == hash ? &slot : nullptr;
  }
  void put(const KnownValue& value) { slots_[index(value.hash)] = value; }

 private:
  static constexpr std::size_t kSlots = 2048;
  static std::size_t index(std::uint64_t hash) { return hash % kSlots; }

  std::array<KnownValue, kSlots> slots_{};
};

}  // namespace logq::journal
