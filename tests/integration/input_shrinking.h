// Makes an input on which two collectors differ smaller for as long as they still differ.
#pragma once

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace logq::test {

// Which of these inputs is the first on which they differ; nothing when they agree on all.
using FindDifference = std::function<std::optional<std::size_t>(const std::vector<std::string>&)>;

// `bytes` without what plays no part, taken out piece by piece: halves, quarters, ... single bytes.
// Asks at most `rounds` times.
inline std::string shrunk_input(std::string bytes, const FindDifference& differs, int rounds = 40) {
  for (std::size_t piece = (bytes.size() + 1) / 2; piece > 0 && rounds > 0; --rounds) {
    std::vector<std::string> candidates;
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      candidates.push_back(bytes.substr(0, at) + bytes.substr(std::min(at + piece, bytes.size())));
    const auto found = differs(candidates);
    if (found.has_value()) {
      bytes = candidates.at(*found);
      piece = std::min(piece, (bytes.size() + 1) / 2);
    } else {
      piece = piece == 1 ? 0 : (piece + 1) / 2;
    }
  }
  return bytes;
}

}  // namespace logq::test
