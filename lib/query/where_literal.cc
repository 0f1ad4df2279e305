#include "query/where_literal.h"

#include <algorithm>
#include <array>

#include "base/quantity.h"
#include "base/timestamp.h"
#include "query/priority_range.h"
#include "query/written_quantity.h"

namespace logq::query {
namespace {

// Names of fields that say what their bare numbers count: one of these, and how many tens of a
// microsecond that is.
struct TimeField {
  std::string_view ending;
  int power;  // of ten, that turns microseconds into it
};
constexpr std::array kTimeFields = {
    TimeField{"_NSEC", 3}, TimeField{"_NS", 3},        TimeField{"_USEC", 0},
    TimeField{"_US", 0},   TimeField{"_TIMESTAMP", 0}, TimeField{"_MSEC", -3},
    TimeField{"_MS", -3},  TimeField{"_SEC", -6},
};

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// -5, 0, 12: how every program writes a whole number.
bool is_plain_integer(std::string_view whole) {
  std::string_view text = whole;
  if (text.starts_with('-')) text.remove_prefix(1);
  if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit)) return false;
  return text[0] != '0' || whole == "0";
}

bool is_entry_address(std::string_view name) {
  return name.starts_with("__");
}

}  // namespace

tl::expected<WhereLiteral, std::string> WhereLiteral::read(std::string_view name,
                                                           std::string_view text,
                                                           std::uint64_t now_realtime_usec) {
  WhereLiteral literal(text);
  literal.read_kind(name);
  if (auto words = literal.read_name(name, now_realtime_usec); !words.empty())
    return tl::unexpected<std::string>(std::move(words));
  literal.one_spelling_ = literal.kind_ == Kind::kNumber && name.starts_with('_') &&
                          !is_entry_address(name) && is_plain_integer(literal.number_);
  return literal;
}

std::string WhereLiteral::read_name(std::string_view name, std::uint64_t now_realtime_usec) {
  if (kind_ == Kind::kNumber) return {};
  if (name == "PRIORITY") {
    const auto level = parse_priority(text_);
    if (!level) {
      return "no log level: these are emerg, alert, crit, err, warning, notice, info, debug, and 0 "
             "to 7";
    }
    set_number(std::to_string(*level));
  } else if (name.ends_with("REALTIME_TIMESTAMP")) {
    const auto time = base::parse_timestamp(text_, now_realtime_usec);
    if (!time) return "no time as -S takes it, nor a number of microseconds";
    set_number(std::to_string(*time));
  } else if (name == "__SEQNUM") {
    return "no number, which __SEQNUM is";
  } else if (is_entry_address(name) && kind_ != Kind::kSpan) {
    return "no time span like 90s, nor a number of microseconds";
  }
  return {};
}

void WhereLiteral::read_kind(std::string_view name) {
  if (Decimal::parse(text_)) {
    set_number(text_);
  } else if (const auto size = parse_size_with_unit(text_)) {
    kind_ = Kind::kSize;
    quantity_ = *size;
    number_ = std::to_string(*size);
  } else if (const auto span = parse_span_with_unit(text_)) {
    kind_ = Kind::kSpan;
    quantity_ = *span;
    const auto field =
        std::find_if(kTimeFields.begin(), kTimeFields.end(),
                     [name](const TimeField& f) { return name.ends_with(f.ending); });
    if (field == kTimeFields.end()) return;
    number_ = std::to_string(*span);
    power_ = field->power;
  }
}

void WhereLiteral::set_number(std::string digits) {
  kind_ = Kind::kNumber;
  number_ = std::move(digits);
}

std::strong_ordering WhereLiteral::compare_number(const Decimal& value) const {
  return value <=> Decimal::parse(number_)->scaled(power_);
}

std::optional<std::strong_ordering> WhereLiteral::compare(std::string_view value) const {
  if (!number_.empty()) {
    if (const auto number = Decimal::parse(value)) return compare_number(*number);
  }
  std::optional<std::uint64_t> quantity;
  switch (kind_) {
    case Kind::kText:
      return value <=> std::string_view(text_);
    case Kind::kNumber:
      return value <=> std::string_view(number_);
    case Kind::kSpan:
      quantity = parse_span_with_unit(value);
      break;
    case Kind::kSize:
      quantity = parse_size_with_unit(value);
      break;
  }
  if (!quantity) return std::nullopt;
  return *quantity <=> quantity_;
}

bool WhereLiteral::equals(std::string_view value) const {
  if (const auto only = only_equal()) return value == *only;
  const auto order = compare(value);
  return order && std::is_eq(*order);
}

std::optional<std::string_view> WhereLiteral::only_equal() const {
  if (kind_ == Kind::kText) return text_;
  if (one_spelling_) return number_;
  return std::nullopt;
}

}  // namespace logq::query
