#include "query/decimal.h"

#include <algorithm>
#include <charconv>

namespace logq::query {
namespace {

std::string_view take_digits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

// Takes a sign off the front; true for a minus.
bool take_sign(std::string_view& text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return negative;
}

// What stands behind the digits: nothing, or an exponent.
std::optional<int> parse_exponent(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] != 'e' && text[0] != 'E') return std::nullopt;
  text.remove_prefix(1);
  const bool negative = take_sign(text);
  if (text.empty() || text.size() > Decimal::kMaxExponentDigits) return std::nullopt;
  int exponent = 0;
  const char* end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, exponent);
  if (parsed.ptr != end || exponent < 0) return std::nullopt;
  return negative ? -exponent : exponent;
}

std::string_view without_zeros_in_front(std::string_view digits) {
  return digits.substr(std::min(digits.find_first_not_of('0'), digits.size()));
}

std::string_view without_zeros_at_end(std::string_view digits) {
  return digits.substr(0, digits.find_last_not_of('0') + 1);  // npos + 1 is 0
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  Decimal number;
  number.negative_ = take_sign(text);
  const std::string_view whole = take_digits(text);
  std::string_view fraction;
  if (text.starts_with('.')) {
    text.remove_prefix(1);
    fraction = take_digits(text);
    if (fraction.empty()) return std::nullopt;
  }
  if (whole.empty() && fraction.empty()) return std::nullopt;
  const std::optional<int> exponent = parse_exponent(text);
  if (!exponent) return std::nullopt;

  number.before_ = without_zeros_in_front(whole);
  number.behind_ = without_zeros_at_end(fraction);
  number.point_ = static_cast<std::int64_t>(number.before_.size());
  if (number.before_.empty()) {
    const std::size_t before = number.behind_.size();
    number.behind_ = without_zeros_in_front(number.behind_);
    number.point_ -= static_cast<std::int64_t>(before - number.behind_.size());
  } else if (number.behind_.empty()) {
    number.before_ = without_zeros_at_end(number.before_);
  }
  number.point_ += *exponent;
  if (number.is_zero()) return Decimal{};
  return number;
}

Decimal Decimal::scaled(int power) const {
  Decimal number = *this;
  if (!is_zero()) number.point_ += power;
  return number;
}

std::strong_ordering Decimal::compare_size(const Decimal& other) const {
  if (is_zero() || other.is_zero()) return !is_zero() <=> !other.is_zero();
  if (point_ != other.point_) return point_ <=> other.point_;
  const std::size_t common = std::min(n_digits(), other.n_digits());
  for (std::size_t i = 0; i < common; ++i) {
    if (digit(i) != other.digit(i)) return digit(i) <=> other.digit(i);
  }
  // The last digit of either is no zero.
  return n_digits() <=> other.n_digits();
}

std::strong_ordering operator<=>(const Decimal& left, const Decimal& right) {
  if (left.negative_ != right.negative_) return right.negative_ <=> left.negative_;
  return left.negative_ ? right.compare_size(left) : left.compare_size(right);
}

}  // namespace logq::query
