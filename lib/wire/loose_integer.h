// Integers as journald 252 reads them where a client wrote them as text: what strtol(3) takes with
// base 0, so with leading whitespace, a sign, or a prefix 0x, 0, and also 0b and 0o.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace logq::wire {

// Nothing for what is no number, is one followed by something else, or does not fit. A NUL ends the
// text.
[[nodiscard]] std::optional<long> parse_loose_integer(std::string_view text);

// The same for what cannot be negative, as journalctl reads times, levels and facilities: blanks
// may also stand before 0b and 0o, and a minus sign makes it no number. Nothing from 80 bytes on.
[[nodiscard]] std::optional<std::uint64_t> parse_loose_unsigned(std::string_view text);

}  // namespace logq::wire
