// Integers from bytes at any address, little-endian, for hash functions. No byte outside of the
// given ones is read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "base/little_endian.h"

namespace logq::base {

inline std::uint32_t load32(const void* bytes) {
  Le32 word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

inline std::uint64_t load64(const void* bytes) {
  Le64 word;
  std::memcpy(&word, bytes, sizeof word);
  return word;
}

// The first `count` bytes, at most 8, as the low bytes of the result. Two loads that overlap are
// cheaper than a loop.
inline std::uint64_t load_up_to_8(const char* bytes, std::size_t count) {
  if (count >= 8) return load64(bytes);
  if (count >= 4) {
    const std::uint64_t last = load32(bytes + count - 4);
    return load32(bytes) | (last << (8 * (count - 4)));
  }
  if (count == 0) return 0;
  const auto byte = [&](std::size_t i) {
    return static_cast<std::uint64_t>(static_cast<unsigned char>(bytes[i])) << (8 * i);
  };
  return byte(0) | byte(count / 2) | byte(count - 1);
}

}  // namespace logq::base
