// ItemOrder: the order of an entry's items: ascending DATA offsets, each once (docs/file-format.md,
// "Structs").
//
// Remembers for each number of offsets how the last ones were put into order: the next entry of the
// same program mostly has the same values in the same places, and nothing is to be compared but
// neighbours. Not thread-safe.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace logq::journal {

class ItemOrder {
 public:
  // Sorts the offsets, removes repeated ones and returns how many are left, at the front.
  // REQUIRES: none is 0.
  std::size_t sort_distinct(std::span<std::uint32_t> offsets);

 private:
  static constexpr std::size_t kRankedMax = 64;
  // Where what belongs to each place came from. All zero: not known, which sorts nothing.
  using Origins = std::array<std::uint8_t, kRankedMax>;

  [[nodiscard]] static bool sort_as_before(std::span<std::uint32_t> offsets,
                                           const Origins& origins);
  static std::size_t sort_by_rank(std::span<std::uint32_t> offsets, Origins& origins);

  std::array<Origins, kRankedMax + 1> origins_{};  // by the number of offsets
};

}  // namespace logq::journal
