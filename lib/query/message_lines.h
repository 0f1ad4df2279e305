// Printing the lines of a message: indented below each other, coloured, and ellipsised where the
// output is not to be wider than the terminal.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

#include "query/colours.h"
#include "query/text_span.h"

namespace logq::query {

struct LineStyle {
  bool full = true;          // never ellipsised
  bool until_nul = false;    // a line ends at its first NUL, as journalctl -a prints it
  std::size_t columns = 80;  // of the terminal; matters where not `full`
  bool unicode = true;       // see EllipsisRule
};

// Appends `message` with a newline after each line. Lines but the first are indented by `indent`,
// at most 2048, which is also taken for the width of what stands before the first. `highlight` are
// bytes of the message; it is marked on the line that it begins on. An empty one is marked too, as
// journalctl does at the start of a message in which nothing was sought.
void append_message_lines(std::string_view message,
                          std::size_t indent,
                          const LineStyle& style,
                          const MessageColours& colours,
                          const std::optional<TextSpan>& highlight,
                          std::string& out);

}  // namespace logq::query
