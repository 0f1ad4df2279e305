// PriorityRange: the argument of -p.
#pragma once

#include <string_view>

#include "journal/match.h"
#include "logq/result.h"

namespace logq::query {

struct PriorityRange {
  int most_severe = 0;  // 0, emerg
  int least_severe = 7;

  friend bool operator==(const PriorityRange&, const PriorityRange&) = default;
};

// "LEVEL" for that level and everything more severe, or "LEVEL..LEVEL" in either order; a level is
// 0 to 7 or emerg, alert, crit, err, warning, notice, info, debug.
[[nodiscard]] Result<PriorityRange> parse_priority_range(std::string_view text);

// One level: its number or its name.
[[nodiscard]] Result<int> parse_priority(std::string_view text);

// Entries without a PRIORITY match only the range of all levels, which asks nothing.
[[nodiscard]] journal::Match match_priorities(const PriorityRange& range);

}  // namespace logq::query
