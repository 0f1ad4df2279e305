#include "wire/level_prefix.h"

namespace logq::wire {

PrefixedLine parse_level_prefix(std::string_view line) {
  const bool has_prefix =
      line.size() >= 3 && line[0] == '<' && line[1] >= '0' && line[1] <= '7' && line[2] == '>';
  if (!has_prefix) return {std::nullopt, line};
  return {static_cast<Priority>(line[1] - '0'), line.substr(3)};
}

}  // namespace logq::wire
