// How often a text has another in it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logq::test {

// Occurrences that do not overlap. REQUIRES: `what` is not empty.
inline std::size_t count(const std::string& text, std::string_view what) {
  std::size_t n = 0;
  for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; at += what.size())
    ++n;
  return n;
}

}  // namespace logq::test
