#include "query/text_append.h"

#include <array>
#include <charconv>

namespace logq::query {
namespace {

void append_number(std::uint64_t value, int base, std::string& out) {
  std::array<char, 24> digits;
  const auto result = std::to_chars(digits.data(), digits.data() + digits.size(), value, base);
  out.append(digits.data(), result.ptr);
}

}  // namespace

void append_decimal(std::uint64_t value, std::string& out) {
  append_number(value, 10, out);
}

void append_padded(std::uint64_t value, std::size_t width, char fill, std::string& out) {
  std::array<char, 24> digits;
  const char* end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  const auto size = static_cast<std::size_t>(end - digits.data());
  if (size < width) out.append(width - size, fill);
  out.append(digits.data(), size);
}

void append_hex(std::uint64_t value, std::string& out) {
  append_number(value, 16, out);
}

void append_id128(const Id128& id, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::array<char, 32> text;
  std::size_t size = 0;
  for (const std::uint8_t byte : id.bytes) {
    text[size++] = kDigits[byte >> 4];
    text[size++] = kDigits[byte & 0xf];
  }
  out.append(text.data(), size);
}

}  // namespace logq::query
