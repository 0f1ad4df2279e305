// Text of an application on one line of ours, so that it cannot command a terminal, end the line or
// be taken for something else. What is harmless, printable UTF-8, stays as it is.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace logq::client {

enum class Escapes : std::uint8_t {
  kBytes,  ///< "\x1b", as in C: every byte can be told
  kJson,   ///< "\u001b", as parsers of logfmt read it; what is no UTF-8 becomes U+FFFD
};

// With escapes for control characters, those of Unicode (U+0080 to U+009F) too, and for what is no
// UTF-8. A tab stays; quotes and backslashes do, so this is for readers, not for parsers.
void append_escaped(std::string_view text, std::string& out);

// The same between quotes, unless it can be told from what is around it without them: it is not
// empty and has no space, quote, backslash, '=' or escape.
void append_quoted(std::string_view text, Escapes escapes, std::string& out);

}  // namespace logq::client
