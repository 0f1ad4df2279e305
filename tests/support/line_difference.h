// Which lines of a sequence are missing or came more than once, for tests in which none may.
#pragma once

#include <algorithm>
#include <cstddef>
#include <iterator>
#include <string>
#include <vector>

namespace logq::test {

// "3 missing: 'line 5', …": how many, and the beginnings of the first few; "" for none.
inline std::string describe_lines(const std::string& what, const std::vector<std::string>& lines) {
  constexpr std::size_t kNamed = 10;
  constexpr std::size_t kLongestName = 40;
  if (lines.empty()) return "";
  std::string text = std::to_string(lines.size()) + " " + what + ":";
  for (std::size_t i = 0; i < lines.size() && i < kNamed; ++i) {
    text += " '" + lines[i].substr(0, kLongestName) + "'";
    if (lines[i].size() > kLongestName) text += " of " + std::to_string(lines[i].size()) + " bytes";
  }
  return text + (lines.size() > kNamed ? " and others\n" : "\n");
}

// "" when `got` has the lines of `expected` as often as that has them, in any order; else what is
// missing and what there is too much of.
inline std::string line_difference(std::vector<std::string> expected,
                                   std::vector<std::string> got) {
  std::ranges::sort(expected);
  std::ranges::sort(got);
  std::vector<std::string> missing;
  std::vector<std::string> surplus;
  std::ranges::set_difference(expected, got, std::back_inserter(missing));
  std::ranges::set_difference(got, expected, std::back_inserter(surplus));
  return describe_lines("missing", missing) + describe_lines("twice or not expected", surplus);
}

}  // namespace logq::test
