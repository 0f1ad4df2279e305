// Copying short texts, inline. Not for applications.
//
// Where a log call is inlined a call of memcpy() costs more than its own instructions: all that is
// known at the time must be saved, and fetched again behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

namespace logq::internal {

using CopyBlock [[gnu::vector_size(16)]] = std::uint8_t;

template <typename Word>
[[gnu::always_inline]] inline Word copy_word(const char* from, char* to) noexcept {
  Word word;
  std::memcpy(&word, from, sizeof word);
  std::memcpy(to, &word, sizeof word);
  return word;
}

// The first and the last word, which overlap.
template <typename Word>
[[gnu::always_inline]] inline void copy_ends(const char* from,
                                             std::size_t size,
                                             char* to) noexcept {
  const std::size_t last = size - sizeof(Word);
  copy_word<Word>(from, to);
  copy_word<Word>(from + last, to + last);
}

// memcpy(), also of nothing from nowhere.
[[gnu::always_inline]] inline void copy_bytes(const char* from,
                                              std::size_t size,
                                              char* to) noexcept {
  if (size >= sizeof(CopyBlock)) {
    for (std::size_t at = sizeof(CopyBlock); at < size - sizeof(CopyBlock);
         at += sizeof(CopyBlock)) {
      copy_word<CopyBlock>(from + at, to + at);
      asm volatile("" ::: "memory");  // else it is recognised as a memcpy()
    }
    copy_ends<CopyBlock>(from, size, to);
  } else if (size >= sizeof(std::uint64_t)) {
    copy_ends<std::uint64_t>(from, size, to);
  } else if (size >= sizeof(std::uint32_t)) {
    copy_ends<std::uint32_t>(from, size, to);
  } else if (size > 0) {
    to[0] = from[0];
    to[size / 2] = from[size / 2];
    to[size - 1] = from[size - 1];
  }
}

}  // namespace logq::internal
