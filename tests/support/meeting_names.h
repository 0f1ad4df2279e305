// Names that std::hash maps to whatever one likes, as libstdc++ computes it (MurmurHash64A under a
// seed that never changes): what an attacker would give the fields of a journal file.
#pragma once

#include <bit>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace logq::test {

namespace murmur {

inline constexpr std::uint64_t kMultiplier = 0xc6a4a7935bd1e995U;
inline constexpr std::uint64_t kSeed = 0xc70f6907U;

// x with x * kMultiplier == y.
constexpr std::uint64_t divide(std::uint64_t y) {
  std::uint64_t inverse = kMultiplier;  // right in its lowest 3 bits; each step doubles them
  for (int i = 0; i < 5; ++i)
    inverse *= 2 - kMultiplier * inverse;
  return y * inverse;
}

// Its own inverse.
constexpr std::uint64_t shift(std::uint64_t x) {
  return x ^ x >> 47;
}

}  // namespace murmur

// Eight bytes, of any value, that hash to `hash`.
inline std::string name_with_hash(std::uint64_t hash) {
  using namespace murmur;
  const std::uint64_t state = divide(shift(divide(shift(hash))));
  const std::uint64_t start = kSeed ^ 8 * kMultiplier;
  const std::uint64_t word = divide(shift(divide(state ^ start)));
  std::string name(sizeof word, '\0');
  name.assign(reinterpret_cast<const char*>(&word), sizeof word);
  return name;
}

// Whether that is the std::hash of this library.
inline bool can_make_names() {
  return std::hash<std::string_view>{}(name_with_hash(12345)) == 12345;
}

}  // namespace logq::test
