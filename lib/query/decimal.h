// Decimal: a number written as text, compared exactly however long it is.
#pragma once

#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace logq::query {

// Borrows the text. Nothing is converted: comparing goes along the digits, so 2^64 + 1 differs from
// 2^64, and 0.1 is 0.1.
class Decimal {
 public:
  // No quantity has a larger exponent.
  static constexpr std::size_t kMaxExponentDigits = 4;

  // [+-] digits [. digits] [e [+-] digits], with at least one digit before the exponent; the whole
  // text. "1e5", "-.5" and "007" are numbers; "1.", "0x10", "" and " 1" are none.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);

  // The same times 10 to the power of `power`.
  [[nodiscard]] Decimal scaled(int power) const;

  friend std::strong_ordering operator<=>(const Decimal& left, const Decimal& right);
  friend bool operator==(const Decimal& left, const Decimal& right) {
    return std::is_eq(left <=> right);
  }

 private:
  [[nodiscard]] bool is_zero() const { return before_.empty() && behind_.empty(); }
  [[nodiscard]] std::strong_ordering compare_size(const Decimal& other) const;
  [[nodiscard]] std::size_t n_digits() const { return before_.size() + behind_.size(); }
  [[nodiscard]] char digit(std::size_t at) const {
    return at < before_.size() ? before_[at] : behind_[at - before_.size()];
  }

  bool negative_ = false;  // never of zero
  // The digits on both sides of the point as written, without zeros in front and at the end, and
  // where the point stands, counted from the first of them.
  std::string_view before_;
  std::string_view behind_;
  std::int64_t point_ = 0;
};

}  // namespace logq::query
