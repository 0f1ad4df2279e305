// A cheap hash of payloads and their comparison, for tables in memory. Not what the file stores:
// that is FileHash, several times the work.
//
// Seeded with a random number, so that a sender who does not know the seed cannot fill one set of a
// table. Should he manage, a lookup there is as slow as without the table, nothing else.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "base/fold_multiply.h"
#include "base/load_bytes.h"

namespace logq::journal {

namespace digest_detail {

// Odd constants with as many ones as zeros.
inline constexpr std::uint64_t kFirst = 0x9e3779b97f4a7c15U;
inline constexpr std::uint64_t kSecond = 0xd1b54a32d192ed03U;

// The compiler makes vector instructions of it, or plain ones where there are none.
using Pair [[gnu::vector_size(16)]] = std::uint64_t;

inline Pair load16(const char* bytes) {
  Pair pair;
  std::memcpy(&pair, bytes, sizeof pair);
  return pair;
}

}  // namespace digest_detail

inline std::uint64_t payload_digest(std::string_view payload, std::uint64_t seed) {
  const char* at = payload.data();
  const std::size_t size = payload.size();
  std::uint64_t state = seed ^ size;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  if (size > 16) {
    const char* const last = at + size - 16;
    for (; at < last; at += 16) {
      state = base::fold_multiply(base::load64(at) ^ digest_detail::kFirst,
                                  base::load64(at + 8) ^ state);
    }
    low = base::load64(last);
    high = base::load64(last + 8);
  } else if (size >= 8) {
    low = base::load64(at);
    high = base::load64(at + size - 8);
  } else {
    low = base::load_up_to_8(at, size);
  }
  return base::fold_multiply(base::fold_multiply(low ^ digest_detail::kFirst, high ^ state) ^ size,
                             digest_detail::kSecond);
}

// memcmp with `size` bytes on both sides; inlined for what most payloads are.
inline bool equal_bytes(const char* a, const char* b, std::size_t size) {
  if (size < 8) return base::load_up_to_8(a, size) == base::load_up_to_8(b, size);
  if (size > 64) return std::memcmp(a, b, size) == 0;
  if (size < 16) {
    return ((base::load64(a + size - 8) ^ base::load64(b + size - 8)) |
            (base::load64(a) ^ base::load64(b))) == 0;
  }
  auto difference = digest_detail::load16(a + size - 16) ^ digest_detail::load16(b + size - 16);
  for (std::size_t i = 0; i + 16 < size; i += 16)
    difference |= digest_detail::load16(a + i) ^ digest_detail::load16(b + i);
  return (difference[0] | difference[1]) == 0;
}

}  // namespace logq::journal
