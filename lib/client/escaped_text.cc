#include "client/escaped_text.h"

#include <algorithm>

#include "wire/utf8.h"

namespace logq::client {
namespace {

constexpr std::uint32_t kDelete = 0x7f;
constexpr std::uint32_t kLastControl = 0x9f;
constexpr std::string_view kReplacement = "\\ufffd";

void append_hex(std::uint32_t byte, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out += kDigits[byte >> 4 & 15];
  out += kDigits[byte & 15];
}

bool is_harmless(const wire::Character& character) {
  if (character.length == 0 || character.code < ' ') return false;
  return character.code < kDelete || character.code > kLastControl;
}

// What stands behind the backslash of a short escape; 0 where there is none.
char short_escape(std::uint32_t code) {
  switch (code) {
    case '\n':
      return 'n';
    case '\r':
      return 'r';
    case '\t':
      return 't';
    default:
      return 0;
  }
}

// `bytes` are those of one character, or one that belongs to none.
void append_escape(std::string_view bytes,
                   const wire::Character& character,
                   Escapes escapes,
                   std::string& out) {
  const bool is_character = character.length > 0;
  if (const char name = short_escape(character.code); is_character && name != 0) {
    out += '\\';
    out += name;
  } else if (escapes == Escapes::kBytes) {
    for (const char byte : bytes) {
      out += "\\x";
      append_hex(static_cast<std::uint8_t>(byte), out);
    }
  } else if (is_character) {
    out += "\\u00";
    append_hex(character.code, out);
  } else {
    out += kReplacement;
  }
}

bool stands_alone(char c) {
  return c != ' ' && c != '"' && c != '\\' && c != '=';
}

}  // namespace

void append_escaped(std::string_view text, std::string& out) {
  while (!text.empty()) {
    const wire::Character character = wire::decode_character(text);
    const std::string_view bytes = text.substr(0, std::max<std::size_t>(character.length, 1));
    if (is_harmless(character) || bytes == "\t") {
      out += bytes;
    } else {
      append_escape(bytes, character, Escapes::kBytes, out);
    }
    text.remove_prefix(bytes.size());
  }
}

void append_quoted(std::string_view text, Escapes escapes, std::string& out) {
  const std::size_t start = out.size();
  bool needs_quotes = text.empty();
  out += '"';
  while (!text.empty()) {
    const wire::Character character = wire::decode_character(text);
    const std::string_view bytes = text.substr(0, std::max<std::size_t>(character.length, 1));
    needs_quotes |= !is_harmless(character) || (bytes.size() == 1 && !stands_alone(bytes[0]));
    if (!is_harmless(character)) {
      append_escape(bytes, character, escapes, out);
    } else {
      if (bytes == "\"" || bytes == "\\") out += '\\';
      out += bytes;
    }
    text.remove_prefix(bytes.size());
  }
  if (needs_quotes) {
    out += '"';
  } else {
    out.erase(start, 1);
  }
}

}  // namespace logq::client
