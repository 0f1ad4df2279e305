// Characters of ASCII, whatever the locale says.
#pragma once

#include <string_view>

namespace logq::base {

// What systemd takes for whitespace in records and settings.
inline constexpr std::string_view kBlanks = " \t\n\r";

[[nodiscard]] constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

[[nodiscard]] constexpr char to_lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

}  // namespace logq::base
