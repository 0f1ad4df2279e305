#include "supervise/multilog_pattern.h"

namespace logq::supervise {

bool matches_multilog_pattern(std::string_view pattern, std::string_view line) {
  while (!pattern.empty()) {
    if (pattern.front() != '*') {
      if (line.empty() || line.front() != pattern.front()) return false;
      pattern.remove_prefix(1);
      line.remove_prefix(1);
      continue;
    }
    pattern.remove_prefix(1);
    if (pattern.empty()) return true;
    // Nothing to try twice: the star ends at the first such character or the line does not match.
    // This character is a star in "**", which therefore asks for one in the line.
    const std::size_t end = line.find(pattern.front());
    if (end == std::string_view::npos) return false;
    line.remove_prefix(end);
  }
  return line.empty();
}

}  // namespace logq::supervise
