#include "wire/utf8.h"

#include <algorithm>
#include <cstdint>
#include <cstring>

namespace logq::wire {
namespace {

constexpr Character kInvalid{};

std::uint8_t byte_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint8_t>(bytes[i]);
}

bool is_encodable(std::uint32_t code, std::size_t length) {
  constexpr std::uint32_t kSmallestOfLength[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code < kSmallestOfLength[length] || code > 0x10ffff) return false;
  const bool is_surrogate = code >= 0xd800 && code <= 0xdfff;
  return !is_surrogate;
}

// The character of two or more bytes that `bytes` begins with. REQUIRES: bytes not empty.
Character decode_multibyte(std::string_view bytes) {
  const std::uint8_t lead = byte_at(bytes, 0);
  const std::size_t length = lead >= 0xf8   ? 0
                             : lead >= 0xf0 ? 4
                             : lead >= 0xe0 ? 3
                             : lead >= 0xc0 ? 2
                                            : 0;
  if (length == 0 || bytes.size() < length) return kInvalid;
  std::uint32_t code = lead & (0x7fU >> length);
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint8_t next = byte_at(bytes, i);
    if ((next & 0xc0) != 0x80) return kInvalid;
    code = (code << 6) | (next & 0x3fU);
  }
  return is_encodable(code, length) ? Character{code, length} : kInvalid;
}

// systemd takes the code points that Unicode keeps for internal use for invalid.
bool is_noncharacter(std::uint32_t code) {
  return (code >= 0xfdd0 && code <= 0xfdef) || (code & 0xfffe) == 0xfffe;
}

bool is_printable_ascii(std::uint8_t byte, Newlines newlines) {
  if (byte >= 0x20) return byte != 0x7f;
  return byte == '\t' || (byte == '\n' && newlines == Newlines::kAllowed);
}

bool is_printable_beyond_ascii(std::uint32_t code) {
  return code >= 0xa0 && !is_noncharacter(code);
}

// Whether all eight bytes are printable ASCII without tab and newline; most log text is. The
// subtraction borrows only out of bytes below 0x20, so a false alarm needs a true one below it.
bool are_plain_ascii(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101U;
  constexpr std::uint64_t kHighBits = 0x80 * kOnes;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof word);
  const std::uint64_t below_space = word - 0x20 * kOnes;
  const std::uint64_t deletes_or_more = word + kOnes;  // sets the high bit of 0x7f
  return ((word | below_space | deletes_or_more) & kHighBits) == 0;
}

}  // namespace

bool is_printable_utf8(std::string_view bytes, Newlines newlines) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (bytes.size() - i >= 8 && are_plain_ascii(bytes.data() + i)) {
      i += 8;
      continue;
    }
    const std::uint8_t byte = byte_at(bytes, i);
    if (byte < 0x80) {
      if (!is_printable_ascii(byte, newlines)) return false;
      ++i;
      continue;
    }
    const Character character = decode_multibyte(bytes.substr(i));
    if (character.length == 0 || !is_printable_beyond_ascii(character.code)) return false;
    i += character.length;
  }
  return true;
}

bool is_valid_utf8(std::string_view bytes) {
  std::size_t i = 0;
  while (i < bytes.size()) {
    if (byte_at(bytes, i) < 0x80) {
      ++i;
      continue;
    }
    const Character character = decode_multibyte(bytes.substr(i));
    if (character.length == 0) return false;
    i += character.length;
  }
  return true;
}

Character decode_character(std::string_view text) {
  const std::uint8_t byte = byte_at(text, 0);
  return byte < 0x80 ? Character{byte, 1} : decode_multibyte(text);
}

std::uint32_t first_character(std::string_view text) {
  constexpr std::uint32_t kReplacement = 0xfffd;
  const Character character = decode_character(text);
  return character.length == 0 ? kReplacement : character.code;
}

void hide_controls(std::string& text, std::size_t from, char mark) {
  std::size_t i = from;
  while (i < text.size()) {
    const std::uint8_t byte = byte_at(text, i);
    const Character character = decode_character(std::string_view(text).substr(i));
    const bool is_harmless =
        character.length > 0 &&
        (byte >= 0x80 ? character.code >= 0xa0 : is_printable_ascii(byte, Newlines::kAllowed));
    // The byte behind one that begins no character may begin one.
    const std::size_t length = std::max<std::size_t>(character.length, 1);
    if (!is_harmless) text.replace(i, length, length, mark);
    i += length;
  }
}

}  // namespace logq::wire
