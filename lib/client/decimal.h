// Whole numbers in decimal, two digits at a time.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

namespace logq::client {

inline constexpr auto kDigitPairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

// 0 in place of 1, so that the number 0 has a digit too.
inline constexpr auto kPowersOfTen = [] {
  std::array<std::uint64_t, 20> powers{};
  std::uint64_t power = 1;
  for (std::size_t i = 1; i < powers.size(); ++i)
    powers[i] = power *= 10;
  return powers;
}();

constexpr unsigned decimal_digits(std::uint64_t number) {
  const auto bits = static_cast<unsigned>(std::bit_width(number | 1));
  const unsigned at_least = bits * 1233 >> 12;  // 1233 / 4096 is log10(2), nearly enough
  return at_least + (number >= kPowersOfTen[at_least] ? 1U : 0U);
}

// To a place with room for 20 digits. Returns the end.
inline char* write_decimal(std::uint64_t number, char* at) {
  if (number < 10) {
    *at = static_cast<char>('0' + number);
    return at + 1;
  }
  char* const end = at + decimal_digits(number);
  char* place = end;
  for (; number >= 100; number /= 100)
    std::memcpy(place -= 2, &kDigitPairs[2 * (number % 100)], 2);
  if (number >= 10) {
    std::memcpy(at, &kDigitPairs[2 * number], 2);
  } else {
    *at = static_cast<char>('0' + number);
  }
  return end;
}

// The same with a sign.
inline char* write_signed_decimal(std::int64_t number, char* at) {
  // Negated in unsigned arithmetic, where the smallest value has no overflow.
  auto magnitude = static_cast<std::uint64_t>(number);
  if (number < 0) {
    *at++ = '-';
    magnitude = 0 - magnitude;
  }
  return write_decimal(magnitude, at);
}

}  // namespace logq::client
