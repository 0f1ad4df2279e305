// multilog's patterns (daemontools), as its manual has them: a star matches any string without the
// character that follows it in the pattern, at the end any string at all; everything else matches
// itself, bytes whatever they are. The whole line has to match. Pure; linear in the line.
#pragma once

#include <string_view>

namespace logq::supervise {

[[nodiscard]] bool matches_multilog_pattern(std::string_view pattern, std::string_view line);

}  // namespace logq::supervise
