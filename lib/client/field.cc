#include "logq/field.h"

#include <string.h>

#include <array>
#include <charconv>

#include "client/decimal.h"

namespace logq {
namespace {

using client::write_decimal;
using client::write_signed_decimal;

// So many thousandths, without zeros at the end.
char* write_thousandths(std::uint64_t thousandths, char* at) {
  at = write_decimal(thousandths / 1000, at);
  const std::uint64_t rest = thousandths % 1000;
  if (rest == 0) return at;
  *at++ = '.';
  *at++ = static_cast<char>('0' + rest / 100);
  std::memcpy(at, &client::kDigitPairs[2 * (rest % 100)], 2);
  if (at[1] != '0') return at + 2;
  return at[0] != '0' ? at + 1 : at;
}

// The shortest text that reads back as the same number. Most numbers that people log have three
// decimals or fewer: then there is no shorter text than those, and they are found quickly. (A
// decimal of up to 15 digits is told from all others by the double nearest to it.)
char* write_double(double number, char* at) {
  constexpr double kLargestQuick = 99'999;  // above, 1e+05 may be shorter
  const double thousandths = number * 1000;
  if (number > 0 && number <= kLargestQuick) {
    const auto whole = static_cast<std::uint64_t>(thousandths);
    if (static_cast<double>(whole) == thousandths && static_cast<double>(whole) / 1000 == number)
      return write_thousandths(whole, at);
  }
  return std::to_chars(at, at + Value::kMostNumberBytes, number).ptr;
}

// 1500 ns is 1.5: microseconds, with the decimals that are not zero.
char* write_duration(std::int64_t nanoseconds, char* at) {
  // Negated in unsigned arithmetic, where the smallest value has no overflow.
  auto magnitude = static_cast<std::uint64_t>(nanoseconds);
  if (nanoseconds < 0) {
    *at++ = '-';
    magnitude = 0 - magnitude;
  }
  return write_thousandths(magnitude, at);
}

char* write_text(std::string_view text, char* at) {
  if (!text.empty()) std::memcpy(at, text.data(), text.size());
  return at + text.size();
}

void append_error(int number, const std::error_category& category, std::string& out) {
  out += category.name();
  out += ':';
  std::array<char, Value::kMostNumberBytes> digits;
  out.append(digits.data(), write_signed_decimal(number, digits.data()));
  out += ": ";
  if (category == std::generic_category() || category == std::system_category()) {
    std::array<char, 128> buffer{};
    out += ::strerror_r(number, buffer.data(), buffer.size());  // GNU variant: no allocation
  } else {
    out += category.message(number);
  }
}

char* write_id(const Id128& id, char* at) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (const std::uint8_t byte : id.bytes) {
    *at++ = kDigits[byte >> 4];
    *at++ = kDigits[byte & 15];
  }
  return at;
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

char* Value::write_to(char* at) const {
  switch (kind_) {
    case Kind::kSigned:
      return write_signed_decimal(static_cast<std::int64_t>(word_), at);
    case Kind::kUnsigned:
      return write_decimal(word_, at);
    case Kind::kBool:
      return write_text(word_ != 0 ? "true" : "false", at);
    case Kind::kDouble:
      return write_double(std::bit_cast<double>(word_), at);
    case Kind::kText:
      return write_text(text(), at);
    case Kind::kDuration:
      return write_duration(static_cast<std::int64_t>(word_), at);
    case Kind::kId:
      return write_id(*static_cast<const Id128*>(pointer_), at);
    case Kind::kError:
      break;  // excluded by the contract
  }
  return at;
}

void Value::append_to(std::string& out) const {
  if (kind_ == Kind::kText) {
    out += text();
  } else if (kind_ == Kind::kError) {
    append_error(static_cast<int>(word_), *static_cast<const std::error_category*>(pointer_), out);
  } else {
    std::array<char, kMostNumberBytes> bytes;
    out.append(bytes.data(), write_to(bytes.data()));
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
