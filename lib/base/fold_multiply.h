// fold_multiply: the mixing step of quick hashes.
#pragma once

#include <cstdint>

namespace logq::base {

__extension__ using Wide = unsigned __int128;

// Both halves of the product in one: every bit of the result depends on all of both factors. Zero
// where one of them is, so at least one should not be chosen by whoever chooses the other.
inline std::uint64_t fold_multiply(std::uint64_t a, std::uint64_t b) {
  const Wide product = Wide{a} * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

}  // namespace logq::base
