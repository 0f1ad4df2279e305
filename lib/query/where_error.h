// WhereError: what is wrong with a --where expression, and where.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace logq::query {

struct WhereError {
  std::size_t at = 0;   // byte position in the expression; its size when something is missing there
  std::string message;  // without a period: "a value is missing"
};

// The line of the expression where it went wrong, and a caret under the place; no newline at the
// end.
[[nodiscard]] std::string show_where_error(std::string_view text, const WhereError& error);

// The message, and below it what show_where_error() gives:
//
//   a value is missing
//     PRIORITY <= and _UID = 0
//                 ^
//
// The caret stands right in a terminal that shows UTF-8. Of a long line the part around the place
// is shown. Control characters and bytes that are no UTF-8 appear as "?".
[[nodiscard]] std::string describe_where_error(std::string_view text, const WhereError& error);

}  // namespace logq::query
