#include "logq/field.h"

#include <string.h>

#include <array>
#include <charconv>

namespace logq {
namespace {

template <typename T>
void append_number(T number, std::string& out) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  out.append(digits.data(), end);
}

// 1500 ns is 1.5: microseconds, with the decimals that are not zero.
void append_duration(std::int64_t nanoseconds, std::string& out) {
  // Negated in unsigned arithmetic, where the smallest value has no overflow.
  auto magnitude = static_cast<std::uint64_t>(nanoseconds);
  if (nanoseconds < 0) {
    out += '-';
    magnitude = 0 - magnitude;
  }
  append_number(magnitude / 1000, out);
  const auto rest = magnitude % 1000;
  if (rest == 0) return;
  std::array<char, 4> decimals{'.', static_cast<char>('0' + rest / 100),
                               static_cast<char>('0' + rest / 10 % 10),
                               static_cast<char>('0' + rest % 10)};
  std::size_t length = decimals.size();
  while (decimals[length - 1] == '0')
    --length;
  out.append(decimals.data(), length);
}

void append_error(int number, const std::error_category& category, std::string& out) {
  out += category.name();
  out += ':';
  append_number(number, out);
  out += ": ";
  if (category == std::generic_category() || category == std::system_category()) {
    std::array<char, 128> buffer{};
    out += ::strerror_r(number, buffer.data(), buffer.size());  // GNU variant: no allocation
  } else {
    out += category.message(number);
  }
}

void append_id(const Id128& id, std::string& out) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : id.bytes) {
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

bool is_capital(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

char repaired(char c) {
  if (c >= 'a' && c <= 'z') return static_cast<char>(c - 'a' + 'A');
  return is_capital(c) || is_digit(c) ? c : '_';
}

}  // namespace

void Value::append_to(std::string& out) const {
  switch (kind_) {
    case Kind::kSigned:
      return append_number(static_cast<std::int64_t>(word_), out);
    case Kind::kUnsigned:
      return append_number(word_, out);
    case Kind::kBool:
      out += word_ != 0 ? "true" : "false";
      return;
    case Kind::kDouble:
      return append_number(std::bit_cast<double>(word_), out);
    case Kind::kText:
      out += text();
      return;
    case Kind::kDuration:
      return append_duration(static_cast<std::int64_t>(word_), out);
    case Kind::kError: {
      const auto* category = static_cast<const std::error_category*>(pointer_);
      return append_error(static_cast<int>(word_), *category, out);
    }
    case Kind::kId:
      return append_id(*static_cast<const Id128*>(pointer_), out);
  }
}

std::string repaired_field_name(std::string_view name) {
  constexpr std::size_t kNameMax = 64;
  std::string result;
  for (const char c : name.substr(0, kNameMax))
    result += repaired(c);
  if (result.empty() || !is_capital(result[0]) || is_reserved_field_name(result)) {
    result.insert(0, "X_");
  }
  result.resize(std::min(result.size(), kNameMax));
  return result;
}

}  // namespace logq
