// WhereLiteral: the right side of a comparison in a --where expression, and what it is compared as:
// a number, a time span, a size, or text (docs/where.md, "What is compared how").
//
// Immutable: may be used by several threads at a time.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "logq/result.h"
#include "query/decimal.h"

namespace logq::query {

class WhereLiteral {
 public:
  // What `text` means beside the field `name`. Fails, with the words for the user, where the field
  // holds numbers only and `text` is none: PRIORITY, the times, __SEQNUM.
  // REQUIRES: no other thread runs, where `text` may be a time with a zone (base/timestamp.h).
  [[nodiscard]] static tl::expected<WhereLiteral, std::string> read(
      std::string_view name, std::string_view text, std::uint64_t now_realtime_usec);

  [[nodiscard]] const std::string& text() const { return text_; }

  // How a value of the field stands to this; nothing for what cannot be compared: a value without a
  // unit where this has one.
  [[nodiscard]] std::optional<std::strong_ordering> compare(std::string_view value) const;
  [[nodiscard]] bool equals(std::string_view value) const;

  // The one value that equals this; nothing where others may be written differently.
  [[nodiscard]] std::optional<std::string_view> only_equal() const;

 private:
  enum class Kind : std::uint8_t { kText, kNumber, kSpan, kSize };

  explicit WhereLiteral(std::string_view text) : text_(text) {}
  void read_kind(std::string_view name);
  [[nodiscard]] std::string read_name(std::string_view name, std::uint64_t now_realtime_usec);
  void set_number(std::string digits);
  [[nodiscard]] std::strong_ordering compare_number(const Decimal& value) const;

  std::string text_;  // as typed
  Kind kind_ = Kind::kText;
  // The collector writes such a number in one way, so equality is that of the text.
  bool one_spelling_ = false;
  // What a bare number of the field is compared with: this times 10 to the power of power_. Empty
  // where a bare number does not compare.
  std::string number_;
  int power_ = 0;
  std::uint64_t quantity_ = 0;  // kSpan: microseconds, kSize: bytes
};

}  // namespace logq::query
