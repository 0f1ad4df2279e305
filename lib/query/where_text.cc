#include "query/where_text.h"

#include <algorithm>
#include <array>
#include <optional>

#include "base/ascii.h"
#include "base/hex_digit.h"
#include "wire/utf8.h"

namespace logq::query {
namespace {

using TokenKind = WhereToken::Kind;

// The longest first.
constexpr std::array<std::string_view, 12> kOperators = {
    "=~", "==", "!=", "!~", "<=", ">=", "&&", "||", "=", "<", ">", "!"};

// Whether a bare word ends before `text`.
bool ends_word(std::string_view text) {
  if (text.starts_with("&&") || text.starts_with("||")) return true;
  return std::string_view(" \t\n\r()\"',=<>!").find(text[0]) != std::string_view::npos;
}

std::size_t word_size(std::string_view text) {
  std::size_t size = 0;
  while (size < text.size() && !ends_word(text.substr(size)))
    ++size;
  return size;
}

// One character of a double-quoted text: what it stands for, and how many bytes it takes.
struct QuotedByte {
  char value;
  std::size_t size;
};

// A backslash before anything else stands for itself, so "\d+" is the pattern it seems to be.
QuotedByte read_quoted(std::string_view text) {
  if (text[0] != '\\' || text.size() < 2) return {text[0], 1};
  switch (text[1]) {
    case '"':
    case '\\':
      return {text[1], 2};
    case 'n':
      return {'\n', 2};
    case 't':
      return {'\t', 2};
    case 'r':
      return {'\r', 2};
    case 'x':
      break;
    default:
      return {'\\', 1};
  }
  if (text.size() < 4) return {'\\', 1};
  const auto high = base::hex_digit(text[2]);
  const auto low = base::hex_digit(text[3]);
  if (!high || !low) return {'\\', 1};
  return {static_cast<char>(*high * 16 + *low), 4};
}

// The token that `text` begins with at `begin`; nothing for quotes without an end.
std::optional<WhereToken> read_quoted_token(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  WhereToken token{TokenKind::kQuoted, begin, begin + 1, {}};
  while (token.end < text.size() && text[token.end] != quote) {
    const QuotedByte byte =
        quote == '"' ? read_quoted(text.substr(token.end)) : QuotedByte{text[token.end], 1};
    token.text += byte.value;
    token.end += byte.size;
  }
  if (token.end >= text.size()) return std::nullopt;
  ++token.end;
  return token;
}

std::optional<WhereToken> read_mark(std::string_view text, std::size_t begin) {
  const std::string_view rest = text.substr(begin);
  switch (rest[0]) {
    case '(':
      return WhereToken{TokenKind::kOpen, begin, begin + 1, "("};
    case ')':
      return WhereToken{TokenKind::kClose, begin, begin + 1, ")"};
    case ',':
      return WhereToken{TokenKind::kComma, begin, begin + 1, ","};
    default:
      break;
  }
  const auto found = std::find_if(kOperators.begin(), kOperators.end(),
                                  [rest](std::string_view mark) { return rest.starts_with(mark); });
  if (found == kOperators.end()) return std::nullopt;
  const std::string_view text_of_it = *found == "==" ? "=" : *found;
  return WhereToken{TokenKind::kOperator, begin, begin + found->size(), std::string(text_of_it)};
}

std::string lower_case(std::string_view word) {
  std::string lower(word);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return lower;
}

void append_escaped(char byte, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto value = static_cast<unsigned char>(byte);
  out += "\\x";
  out += kDigits[value >> 4];
  out += kDigits[value & 15];
}

}  // namespace

bool is_where_keyword(std::string_view word) {
  if (word.size() > 3) return false;
  const std::string lower = lower_case(word);
  return lower == "and" || lower == "or" || lower == "not" || lower == "in" || lower == "has";
}

tl::expected<std::vector<WhereToken>, WhereError> split_where(std::string_view text) {
  std::vector<WhereToken> tokens;
  std::size_t at = 0;
  for (;;) {
    at = std::min(text.find_first_not_of(base::kBlanks, at), text.size());
    if (at == text.size()) break;
    std::optional<WhereToken> token;
    if (text[at] == '"' || text[at] == '\'') {
      token = read_quoted_token(text, at);
      if (!token) return tl::unexpected<WhereError>({at, "the quotes that begin here do not end"});
    } else {
      token = read_mark(text, at);
    }
    if (!token) {
      const std::size_t size = word_size(text.substr(at));
      token = WhereToken{TokenKind::kWord, at, at + size, std::string(text.substr(at, size))};
    }
    at = token->end;
    tokens.push_back(std::move(*token));
  }
  tokens.push_back({TokenKind::kEnd, text.size(), text.size(), {}});
  return tokens;
}

std::size_t position_in_where(std::string_view text, const WhereToken& token, std::size_t at) {
  if (token.kind != TokenKind::kQuoted) return std::min(token.begin + at, token.end);
  std::size_t place = token.begin + 1;
  const bool escapes = text[token.begin] == '"';
  for (; at > 0 && place + 1 < token.end; --at)
    place += escapes ? read_quoted(text.substr(place)).size : 1;
  return place;
}

void append_where_value(std::string_view value, std::string& out) {
  const bool printable =
      wire::is_printable_utf8(value, wire::Newlines::kRefused) && value.find('\t') == value.npos;
  const bool is_word = !value.empty() && word_size(value) == value.size();
  if (is_word && printable && value.find('*') == value.npos && !is_where_keyword(value)) {
    out += value;
    return;
  }
  out += '"';
  for (const char c : value) {
    const bool is_control = static_cast<unsigned char>(c) < 0x20 || c == 0x7f;
    const bool is_odd = !printable && static_cast<unsigned char>(c) >= 0x80;
    if (is_control || is_odd) {
      append_escaped(c, out);
    } else {
      if (c == '"' || c == '\\') out += '\\';
      out += c;
    }
  }
  out += '"';
}

}  // namespace logq::query
