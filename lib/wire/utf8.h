// What counts as printable text; decides between text and binary forms in every output format.
#pragma once

#include <cstdint>
#include <string_view>

namespace logq::wire {

// Valid UTF-8 of printable characters, with newline allowed or not; tab always is. The rule of
// journalctl 252 for "short", "json" and "export" output: no control characters below 0x20, no
// 0x7f..0x9f and no noncharacters (U+FDD0..U+FDEF, U+xxFFFE, U+xxFFFF).
enum class Newlines { kAllowed, kRefused };
[[nodiscard]] bool is_printable_utf8(std::string_view bytes, Newlines newlines);

// Valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF; noncharacters are valid).
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

// The code point of the character that `text` begins with, U+FFFD where that is none.
// REQUIRES: not empty.
[[nodiscard]] std::uint32_t first_character(std::string_view text);

}  // namespace logq::wire
