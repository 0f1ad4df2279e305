// The "<N>" prefix of kernel-style log lines, on a stream with level_prefix set: a level of 0 to 7
// and no facility. Like journald 252 it takes one to three digits, so "<5>", "<05>" and "<005>".
#pragma once

#include <optional>
#include <string_view>

#include "logq/priority.h"

namespace logq::wire {

struct PrefixedLine {
  std::optional<Priority> priority;  // absent when the line has no valid prefix
  std::string_view text;             // the line without its prefix
};

[[nodiscard]] PrefixedLine parse_level_prefix(std::string_view line);

}  // namespace logq::wire
