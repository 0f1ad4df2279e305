// What counts as printable text; decides between text and binary forms in every output format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace logq::wire {

// Valid UTF-8 of printable characters, with newline allowed or not; tab always is. The rule of
// journalctl 252 for "short", "json" and "export" output: no control characters below 0x20, no
// 0x7f..0x9f and no noncharacters (U+FDD0..U+FDEF, U+xxFFFE, U+xxFFFF).
enum class Newlines { kAllowed, kRefused };
[[nodiscard]] bool is_printable_utf8(std::string_view bytes, Newlines newlines);

// Valid UTF-8 (no surrogates, no overlong forms, at most U+10FFFF; noncharacters are valid).
[[nodiscard]] bool is_valid_utf8(std::string_view bytes);

// A character and the bytes it takes; 0 of them where what was read is none.
struct Character {
  std::uint32_t code = 0;
  std::size_t length = 0;
};
// The character that `text` begins with. REQUIRES: not empty.
[[nodiscard]] Character decode_character(std::string_view text);

// The code point of the character that `text` begins with, U+FFFD where that is none.
// REQUIRES: not empty.
[[nodiscard]] std::uint32_t first_character(std::string_view text);

// Puts `mark` in the place of each byte of `text` from `from` on that could command a terminal:
// control characters but tab and newline, those of Unicode (U+0080 to U+009F) too, and what is no
// UTF-8. The length stays, and with it what counts bytes.
void hide_controls(std::string& text, std::size_t from, char mark);

}  // namespace logq::wire
