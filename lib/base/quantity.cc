#include "base/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>

#include "base/ascii.h"

namespace logq::base {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t kUint64Max = std::numeric_limits<std::uint64_t>::max();
constexpr std::uint64_t kInt64Max = kUint64Max / 2;
constexpr std::uint64_t kMinute = 60 * kUsecPerSecond;
constexpr std::uint64_t kHour = 60 * kMinute;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kWeek = 7 * kDay;
constexpr std::uint64_t kMonth = 2'629'800 * kUsecPerSecond;  // 30.44 days
constexpr std::uint64_t kYear = 31'557'600 * kUsecPerSecond;  // 365.25 days

// The first that `text` begins with counts, so of two names the longer one comes first.
constexpr std::array kTimeUnits = {
    Unit{"seconds", kUsecPerSecond},
    Unit{"second", kUsecPerSecond},
    Unit{"sec", kUsecPerSecond},
    Unit{"s", kUsecPerSecond},
    Unit{"minutes", kMinute},
    Unit{"minute", kMinute},
    Unit{"min", kMinute},
    Unit{"months", kMonth},
    Unit{"month", kMonth},
    Unit{"M", kMonth},
    Unit{"msec", 1000},
    Unit{"ms", 1000},
    Unit{"m", kMinute},
    Unit{"hours", kHour},
    Unit{"hour", kHour},
    Unit{"hr", kHour},
    Unit{"h", kHour},
    Unit{"days", kDay},
    Unit{"day", kDay},
    Unit{"d", kDay},
    Unit{"weeks", kWeek},
    Unit{"week", kWeek},
    Unit{"w", kWeek},
    Unit{"years", kYear},
    Unit{"year", kYear},
    Unit{"y", kYear},
    Unit{"usec", 1},
    Unit{"us", 1},
    Unit{"\u00b5s", 1},  // the micro sign
    Unit{"\u03bcs", 1},  // the Greek letter mu
};
// As they are printed.
constexpr std::array kPrintedTimeUnits = {
    Unit{"y", kYear},          Unit{"month", kMonth}, Unit{"w", kWeek},
    Unit{"d", kDay},           Unit{"h", kHour},      Unit{"min", kMinute},
    Unit{"s", kUsecPerSecond}, Unit{"ms", 1000},      Unit{"us", 1},
};
// From the largest: "1G512M" is a size, "512M1G" is not. The last two have the same factor.
constexpr std::array kSizeUnits = {
    Unit{"E", std::uint64_t{1} << 60},
    Unit{"P", std::uint64_t{1} << 50},
    Unit{"T", std::uint64_t{1} << 40},
    Unit{"G", std::uint64_t{1} << 30},
    Unit{"M", std::uint64_t{1} << 20},
    Unit{"K", std::uint64_t{1} << 10},
    Unit{"B", 1},
    Unit{"", 1},
};

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t\n\r"), text.size()));
}

std::string_view take_digits(std::string_view& text) {
  const std::size_t end = std::min(text.find_first_not_of("0123456789"), text.size());
  const std::string_view digits = text.substr(0, end);
  text.remove_prefix(end);
  return digits;
}

// "12.34" in front of a unit: the digits on both sides of the point.
struct Number {
  std::uint64_t whole = 0;
  std::string_view fraction;
  bool has_whole = false;
  bool has_point = false;
};

std::optional<Number> take_number(std::string_view& text) {
  Number number;
  if (text.size() > 1 && text[0] == '+' && is_digit(text[1])) text.remove_prefix(1);
  const std::string_view whole = take_digits(text);
  number.has_whole = !whole.empty();
  if (number.has_whole) {
    const auto [end, error] =
        std::from_chars(whole.data(), whole.data() + whole.size(), number.whole);
    if (error != std::errc{}) return std::nullopt;
  }
  number.has_point = text.starts_with('.');
  if (number.has_point) {
    text.remove_prefix(1);
    number.fraction = take_digits(text);
  }
  return number;
}

// Adds `amount`; false when the sum does not fit.
bool add_checked(std::uint64_t amount, std::uint64_t& sum) {
  if (amount > kUint64Max - sum) return false;
  sum += amount;
  return true;
}

// `number` times `unit_usec` added to `sum`. Each digit of the fraction counts a whole number of
// microseconds, as in systemd: a third of a month is a sum of rounded tenths.
bool add_time(const Number& number, std::uint64_t unit_usec, std::uint64_t& sum) {
  // systemd reads a signed number and wants less than infinity in each term.
  if (number.whole > kInt64Max || number.whole >= kInfiniteUsec / unit_usec) return false;
  if (!add_checked(number.whole * unit_usec, sum)) return false;
  std::uint64_t weight = unit_usec / 10;
  for (const char digit : number.fraction) {
    if (!add_checked(static_cast<std::uint64_t>(digit - '0') * weight, sum)) return false;
    weight /= 10;
  }
  return true;
}

// The same for sizes, where the fraction as a whole is rounded down.
bool add_size(const Number& number, std::uint64_t factor, std::uint64_t& sum) {
  std::uint64_t digits = 0;
  if (!number.fraction.empty()) {
    const char* end = number.fraction.data() + number.fraction.size();
    if (std::from_chars(number.fraction.data(), end, digits).ec != std::errc{}) return false;
  }
  double fraction = static_cast<double>(digits);
  for (std::size_t i = 0; i < number.fraction.size(); ++i)
    fraction /= 10;
  // systemd leaves room for a whole further unit, so "15.9E" is too large.
  if (number.whole + (digits > 0 ? 1 : 0) > kUint64Max / factor) return false;
  if (!add_checked(number.whole * factor, sum)) return false;
  return add_checked(static_cast<std::uint64_t>(fraction * static_cast<double>(factor)), sum);
}

// One "NUMBER UNIT" off the front; nothing when malformed or too large.
bool add_time_term(std::string_view& text, std::uint64_t default_unit_usec, std::uint64_t& sum) {
  const std::optional<Number> number = take_number(text);
  if (!number) return false;
  if (number->has_point ? number->fraction.empty() : !number->has_whole) return false;
  const std::size_t before_blanks = text.size();
  skip_blanks(text);
  const auto unit = std::find_if(kTimeUnits.begin(), kTimeUnits.end(),
                                 [&](const Unit& u) { return text.starts_with(u.name); });
  // "12 .5" is two numbers, "12.5.5" none.
  const bool ends_here = text.empty() || text.size() < before_blanks;
  if (unit == kTimeUnits.end() && !ends_here) return false;
  if (unit == kTimeUnits.end()) return add_time(*number, default_unit_usec, sum);
  text.remove_prefix(unit->name.size());
  return add_time(*number, unit->factor, sum);
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  std::uint64_t sum = 0;
  auto first_unit = kSizeUnits.begin();
  do {
    skip_blanks(text);
    const std::optional<Number> number = take_number(text);
    if (!number || !number->has_whole) return std::nullopt;
    skip_blanks(text);
    const auto unit = std::find_if(first_unit, kSizeUnits.end(),
                                   [&](const Unit& u) { return text.starts_with(u.name); });
    if (unit == kSizeUnits.end()) return std::nullopt;
    text.remove_prefix(unit->name.size());
    if (!add_size(*number, unit->factor, sum)) return std::nullopt;
    first_unit = unit + 1;
  } while (!text.empty());
  return sum;
}

std::optional<std::uint64_t> parse_time_span(std::string_view text,
                                             std::uint64_t default_unit_usec) {
  skip_blanks(text);
  if (text.empty()) return std::nullopt;
  if (text.starts_with("infinity")) {
    text.remove_prefix(8);
    skip_blanks(text);
    return text.empty() ? std::optional(kInfiniteUsec) : std::nullopt;
  }
  std::uint64_t sum = 0;
  while (!text.empty()) {
    if (!add_time_term(text, default_unit_usec, sum)) return std::nullopt;
    skip_blanks(text);
  }
  if (sum == kInfiniteUsec) return std::nullopt;  // only the word means that
  return sum;
}

std::string format_size(std::uint64_t bytes) {
  for (const Unit& unit : kSizeUnits) {
    if (unit.factor == 1 || bytes < unit.factor) continue;
    // In steps of the next smaller unit, as systemd counts; this cannot overflow either.
    const std::uint64_t steps = bytes / (unit.factor >> 10);
    return std::to_string(steps >> 10) + "." + std::to_string((steps % 1024) * 10 / 1024) +
           std::string(unit.name);
  }
  return std::to_string(bytes) + "B";
}

namespace {

// "1.500" of 1500000 microseconds in seconds, at an accuracy of 1000; nothing when the accuracy
// leaves no digits.
std::string with_fraction(std::uint64_t usec, std::uint64_t unit, std::uint64_t accuracy_usec) {
  std::uint64_t rest = usec % unit;
  int digits = 0;
  for (std::uint64_t left = unit; left > 1; left /= 10)
    ++digits;
  for (std::uint64_t left = accuracy_usec; left > 1; left /= 10) {
    rest /= 10;
    --digits;
  }
  if (digits <= 0) return {};
  const std::string fraction = std::to_string(rest);
  const std::size_t zeros = static_cast<std::size_t>(digits) - fraction.size();
  return std::to_string(usec / unit) + "." + std::string(zeros, '0') + fraction;
}

}  // namespace

std::string format_time_span(std::uint64_t usec, std::uint64_t accuracy_usec) {
  if (usec == kInfiniteUsec) return "infinity";
  if (usec == 0) return "0";
  std::string text;
  for (const Unit& unit : kPrintedTimeUnits) {
    if (usec == 0 || (usec < accuracy_usec && !text.empty())) break;
    if (usec < unit.factor) continue;
    if (!text.empty()) text += ' ';
    // Only below a minute there is a point.
    if (usec < kMinute && usec % unit.factor != 0) {
      const std::string number = with_fraction(usec, unit.factor, accuracy_usec);
      if (!number.empty()) return text + number + std::string(unit.name);
    }
    text += std::to_string(usec / unit.factor);
    text += unit.name;
    usec %= unit.factor;
  }
  return text;
}

std::optional<bool> parse_boolean(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  for (const std::string_view yes : {"1", "yes", "y", "true", "t", "on"}) {
    if (lower == yes) return true;
  }
  for (const std::string_view no : {"0", "no", "n", "false", "f", "off"}) {
    if (lower == no) return false;
  }
  return std::nullopt;
}

}  // namespace logq::base
