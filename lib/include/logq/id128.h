// A 128-bit identifier: machine, boot, file, invocation and message ids. Printed as 32 lower-case
// hexadecimal digits, stored as 16 raw bytes (the layout of sd_id128_t).
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace logq {

struct Id128 {
  std::array<std::uint8_t, 16> bytes{};

  // Accepts 32 hexadecimal digits, or the 36-character UUID form with dashes.
  static std::optional<Id128> parse(std::string_view text);
  // A random version-4 id from the kernel's generator.
  static Id128 random();

  [[nodiscard]] bool is_null() const { return *this == Id128{}; }
  [[nodiscard]] std::string to_string() const;

  friend auto operator<=>(const Id128&, const Id128&) = default;
  // Two words at a time: readers compare the ids of every entry.
  friend constexpr bool operator==(const Id128& a, const Id128& b) {
    using Words = std::array<std::uint64_t, 2>;
    return std::bit_cast<Words>(a.bytes) == std::bit_cast<Words>(b.bytes);
  }
};

}  // namespace logq
