// The words, operators and quotes that a --where expression is made of (docs/where.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "logq/result.h"
#include "query/where_error.h"

namespace logq::query {

struct WhereToken {
  enum class Kind : std::uint8_t {
    kWord,      ///< bare: a name, a keyword or a value
    kQuoted,    ///< a value in quotes
    kOperator,  ///< = != < <= > >= =~ !~ ! && ||, and == as "="
    kOpen,
    kClose,
    kComma,
    kEnd,
  };
  Kind kind = Kind::kEnd;
  std::size_t begin = 0;  // its bytes in the expression, with the quotes
  std::size_t end = 0;
  std::string text;  // decoded

  [[nodiscard]] bool is_value() const { return kind == Kind::kWord || kind == Kind::kQuoted; }
};

// The last token is kEnd. Fails for quotes that do not end.
[[nodiscard]] tl::expected<std::vector<WhereToken>, WhereError> split_where(std::string_view text);

// The position in the expression of byte `at` of the token's decoded text.
[[nodiscard]] std::size_t position_in_where(std::string_view text,
                                            const WhereToken& token,
                                            std::size_t at);

// Whether a word is and, or, not, in or has, in any case: a value or a name that reads so is put
// in quotes.
[[nodiscard]] bool is_where_keyword(std::string_view word);

// `value` as it is written in an expression: bare where that means the same, else in quotes. The
// result is printable UTF-8 on one line.
void append_where_value(std::string_view value, std::string& out);

}  // namespace logq::query
