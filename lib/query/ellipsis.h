// Shortening a line to a number of terminal cells, as journalctl --no-full does.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logq::query {

struct EllipsisRule {
  std::size_t cells = 80;     // what the result may take
  std::size_t percent = 100;  // of them before the ellipsis; the rest shows the end of the line
  bool unicode = true;        // the terminal's encoding is UTF-8: one cell "…" instead of "..."
};

// Appends `line`, shortened where it is longer than it may be.
// REQUIRES: printable UTF-8 (wire/utf8.h) without newlines.
void append_ellipsised(std::string_view line, const EllipsisRule& rule, std::string& out);

}  // namespace logq::query
