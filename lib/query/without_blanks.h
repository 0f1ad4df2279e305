// A text without the blanks at its ends.
#pragma once

#include <cstddef>
#include <string_view>

namespace logq::query {

// `blanks`: all characters that count as such.
[[nodiscard]] inline std::string_view without_blanks(std::string_view text,
                                                     std::string_view blanks) {
  const std::size_t begin = text.find_first_not_of(blanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(blanks) + 1 - begin);
}

}  // namespace logq::query
