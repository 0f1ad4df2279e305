#include "wire/json.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <cstring>

#include "wire/utf8.h"

namespace logq::wire {
namespace {

// What stands behind the backslash of a byte's short escape; 0 for bytes that have none.
constexpr std::array<char, 256> kShortEscapes = [] {
  std::array<char, 256> table{};
  table['"'] = '"';
  table['\\'] = '\\';
  table['\b'] = 'b';
  table['\f'] = 'f';
  table['\n'] = 'n';
  table['\r'] = 'r';
  table['\t'] = 't';
  return table;
}();

bool needs_escape(std::uint8_t byte) {
  return byte < 0x20 || kShortEscapes[byte] != 0;
}

// Whether none of eight bytes needs an escape; most text has none. Each test finds a zero byte, and
// a false alarm only costs a closer look.
bool are_plain(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x80 * kOnes;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  const std::uint64_t quotes = word ^ ('"' * kOnes);
  const std::uint64_t backslashes = word ^ ('\\' * kOnes);
  const std::uint64_t found = ((word - 0x20 * kOnes) & ~word) | ((quotes - kOnes) & ~quotes) |
                              ((backslashes - kOnes) & ~backslashes);
  return (found & kHighBits) == 0;
}

bool is_plain(char c) {
  const auto byte = static_cast<std::uint8_t>(c);
  return byte >= 0x20 && byte < 0x7f && kShortEscapes[byte] == 0;
}

// Whether are_plain() and none is 0x7f or beyond ASCII.
bool are_plain_json(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  const bool is_ascii = ((word | (word + kOnes)) & (0x80 * kOnes)) == 0;
  return is_ascii && are_plain(eight);
}

void append_escaped(std::uint8_t byte, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.push_back('\\');
  if (kShortEscapes[byte] != 0) {
    out.push_back(kShortEscapes[byte]);
    return;
  }
  out.append("u00").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
}

void append_byte_array(std::string_view bytes, std::string& out) {
  out.push_back('[');
  for (const char c : bytes) {
    std::array<char, 3> digits{};
    const auto number = static_cast<unsigned>(static_cast<std::uint8_t>(c));
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
    out.append(digits.data(), end).push_back(',');
  }
  if (out.back() == ',') out.pop_back();
  out.push_back(']');
}

}  // namespace

bool is_plain_json_text(std::string_view text) {
  constexpr std::size_t kWord = 8;
  if (text.size() < kWord) return std::all_of(text.begin(), text.end(), is_plain);
  for (std::size_t i = 0; i + kWord <= text.size(); i += kWord) {
    if (!are_plain_json(text.data() + i)) return false;
  }
  // The last eight once more cover what remains.
  return are_plain_json(text.data() + text.size() - kWord);
}

void encode_json_string(std::string_view text, std::string& out) {
  out.push_back('"');
  encode_json_text(text, out);
  out.push_back('"');
}

void encode_json_text(std::string_view text, std::string& out) {
  std::size_t copied = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (text.size() - i >= 8 && are_plain(text.data() + i))
      i += 8;
    if (i == text.size()) break;
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if (!needs_escape(byte)) continue;
    out.append(text, copied, i - copied);
    append_escaped(byte, out);
    copied = i + 1;
  }
  out.append(text, copied);
}

void encode_json_value(std::string_view value, std::string& out) {
  if (is_printable_utf8(value, Newlines::kAllowed)) {
    encode_json_string(value, out);
  } else {
    append_byte_array(value, out);
  }
}

}  // namespace logq::wire
