#include "wire/level_prefix.h"

namespace logq::wire {
namespace {

constexpr std::size_t kDigitsMax = 3;

}  // namespace

PrefixedLine parse_level_prefix(std::string_view line) {
  const PrefixedLine without_prefix{std::nullopt, line};
  if (!line.starts_with('<')) return without_prefix;
  const std::size_t close = line.substr(0, kDigitsMax + 2).find('>');
  if (close == std::string_view::npos || close < 2) return without_prefix;
  for (const char zero : line.substr(1, close - 2)) {
    if (zero != '0') return without_prefix;
  }
  const char level = line[close - 1];
  if (level < '0' || level > '7') return without_prefix;
  return {static_cast<Priority>(level - '0'), line.substr(close + 1)};
}

}  // namespace logq::wire
