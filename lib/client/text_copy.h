// Copying short texts, inline: a call of memcpy() and one of memchr() cost more than that. Nothing
// outside of the two texts is read or written.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "logq/internal/inline_copy.h"

namespace logq::client {

using TextBlock = internal::CopyBlock;

using internal::copy_word;

// Not 0 where one of the bytes is a newline.
constexpr std::uint64_t newlines_in(std::uint64_t word) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const std::uint64_t others = word ^ ('\n' * kOnes);
  return (others - kOnes) & ~others & (0x80 * kOnes);
}

// At most 15 bytes.
[[gnu::always_inline]] inline bool copy_few(const char* from, std::size_t size, char* to) {
  if (size >= 8) {
    const std::uint64_t first = newlines_in(copy_word<std::uint64_t>(from, to));
    const std::size_t last = size - 8;
    return (first | newlines_in(copy_word<std::uint64_t>(from + last, to + last))) != 0;
  }
  if (size >= 4) {
    const std::uint64_t first = copy_word<std::uint32_t>(from, to);
    const std::size_t last = size - 4;
    return newlines_in(first << 32 | copy_word<std::uint32_t>(from + last, to + last)) != 0;
  }
  bool found = false;
  for (std::size_t i = 0; i < size; ++i)
    found |= (to[i] = from[i]) == '\n';
  return found;
}

// Copies a text; whether it has a newline.
[[gnu::always_inline]] inline bool copy_text(const char* from, std::size_t size, char* to) {
  if (size < sizeof(TextBlock)) return copy_few(from, size, to);
  const std::size_t last = size - sizeof(TextBlock);
  auto found = copy_word<TextBlock>(from + last, to + last) == '\n';
  for (std::size_t at = 0; at < last; at += sizeof(TextBlock))
    found |= copy_word<TextBlock>(from + at, to + at) == '\n';
  const auto halves = std::bit_cast<std::array<std::uint64_t, 2>>(found);
  return (halves[0] | halves[1]) != 0;
}

}  // namespace logq::client
