#include "base/quantity.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <string>

namespace logq::base {
namespace {

struct Unit {
  std::string_view name;
  std::uint64_t factor;
};

constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::array kTimeUnits = {
    Unit{"", kSecond},
    Unit{"us", 1},
    Unit{"usec", 1},
    Unit{"ms", 1000},
    Unit{"msec", 1000},
    Unit{"s", kSecond},
    Unit{"sec", kSecond},
    Unit{"second", kSecond},
    Unit{"seconds", kSecond},
    Unit{"m", 60 * kSecond},
    Unit{"min", 60 * kSecond},
    Unit{"minute", 60 * kSecond},
    Unit{"minutes", 60 * kSecond},
    Unit{"h", 3600 * kSecond},
    Unit{"hr", 3600 * kSecond},
    Unit{"hour", 3600 * kSecond},
    Unit{"hours", 3600 * kSecond},
    Unit{"d", 86400 * kSecond},
    Unit{"day", 86400 * kSecond},
    Unit{"days", 86400 * kSecond},
    Unit{"w", 604800 * kSecond},
    Unit{"week", 604800 * kSecond},
    Unit{"weeks", 604800 * kSecond},
    Unit{"month", 2629800 * kSecond},
    Unit{"months", 2629800 * kSecond},
    Unit{"M", 2629800 * kSecond},
    Unit{"y", 31557600 * kSecond},
    Unit{"year", 31557600 * kSecond},
    Unit{"years", 31557600 * kSecond},
};
constexpr std::array kSizeUnits = {
    Unit{"", 1},
    Unit{"B", 1},
    Unit{"K", std::uint64_t{1} << 10},
    Unit{"M", std::uint64_t{1} << 20},
    Unit{"G", std::uint64_t{1} << 30},
    Unit{"T", std::uint64_t{1} << 40},
};

void skip_blanks(std::string_view& text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
}

// One "NUMBER UNIT" off the front, in the smallest unit; nothing when malformed or too large.
template <std::size_t N>
std::optional<std::uint64_t> take_term(std::string_view& text, const std::array<Unit, N>& units) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc{}) return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  skip_blanks(text);
  const std::size_t name_end = std::min(text.find_first_of(" \t0123456789"), text.size());
  const std::string_view name = text.substr(0, name_end);
  text.remove_prefix(name_end);
  skip_blanks(text);
  const auto unit =
      std::find_if(units.begin(), units.end(), [&](const Unit& u) { return u.name == name; });
  if (unit == units.end()) return std::nullopt;
  if (number > std::numeric_limits<std::uint64_t>::max() / unit->factor) return std::nullopt;
  return number * unit->factor;
}

}  // namespace

std::optional<std::uint64_t> parse_size(std::string_view text) {
  skip_blanks(text);
  const auto size = take_term(text, kSizeUnits);
  return text.empty() ? size : std::nullopt;
}

std::optional<std::uint64_t> parse_time_span(std::string_view text) {
  skip_blanks(text);
  if (text.empty()) return std::nullopt;
  if (text == "infinity") return std::numeric_limits<std::uint64_t>::max();
  std::uint64_t sum = 0;
  while (!text.empty()) {
    const auto term = take_term(text, kTimeUnits);
    if (!term.has_value() || *term > std::numeric_limits<std::uint64_t>::max() - sum) {
      return std::nullopt;
    }
    sum += *term;
  }
  return sum;
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
