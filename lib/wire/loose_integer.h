// Integers as journald 252 reads them where a client wrote them as text: what strtol(3) takes with
// base 0, so with leading whitespace, a sign, or a prefix 0x, 0, and also 0b and 0o.
#pragma once

#include <optional>
#include <string_view>

namespace logq::wire {

// Nothing for what is no number, is one followed by something else, or does not fit. A NUL ends the
// text.
[[nodiscard]] std::optional<long> parse_loose_integer(std::string_view text);

}  // namespace logq::wire
