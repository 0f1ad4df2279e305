// The order of an entry's items: ascending DATA offsets, each once (docs/file-format.md,
// "Structs").
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace logq::journal {

// Sorts the offsets, removes repeated ones and returns how many are left, at the front.
// REQUIRES: none is 0.
std::size_t sort_distinct(std::span<std::uint32_t> offsets);

}  // namespace logq::journal
