// A 128-bit identifier: machine, boot, file, invocation and message ids. Printed as 32 lower-case
// hexadecimal digits, stored as 16 raw bytes (the layout of sd_id128_t).
#pragma once

#include <array>
#include <bit>
#include <compare>
#include <cstddef>
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

namespace internal {

constexpr int hexadecimal_digit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  return -1;
}

// Never defined: a constant that would need it does not compile, and the compiler says its name.
void an_id_has_32_lower_case_hexadecimal_digits();

}  // namespace internal

// An id written in the source, as `systemd-id128 new` prints it; what is none does not compile.
consteval Id128 id128(const char (&digits)[33]) {
  Id128 id;
  for (std::size_t i = 0; i < id.bytes.size(); ++i) {
    const int high = internal::hexadecimal_digit(digits[2 * i]);
    const int low = internal::hexadecimal_digit(digits[2 * i + 1]);
    if (high < 0 || low < 0) internal::an_id_has_32_lower_case_hexadecimal_digits();
    id.bytes[i] = static_cast<std::uint8_t>(high * 16 + low);
  }
  return id;
}

}  // namespace logq
