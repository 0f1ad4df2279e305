#include "query/number_summary.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/quantity.h"
#include "query/decimal.h"
#include "query/written_quantity.h"

namespace logq::query {
namespace {

template <typename Whole>
std::optional<long double> read_whole(std::string_view text) {
  Whole whole = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, whole);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return static_cast<long double>(whole);
}

std::optional<long double> read_number(std::string_view text) {
  if (!Decimal::parse(text)) return std::nullopt;
  if (text.front() == '+') text.remove_prefix(1);
  if (const auto whole = read_whole<std::int64_t>(text)) return whole;
  if (const auto whole = read_whole<std::uint64_t>(text)) return whole;
  double number = 0;
  const char* const end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return static_cast<long double>(number);
}

// A long double has whole numbers of 64 bits exactly.
std::string number_text(long double number) {
  constexpr int kDigits = 15;  // that any double has
  std::array<char, 64> buffer{};
  char* const end = buffer.data() + buffer.size();
  const bool is_whole = std::trunc(number) == number;
  std::to_chars_result written{};
  if (is_whole && number >= 0 && number < 0x1p64L) {
    written = std::to_chars(buffer.data(), end, static_cast<std::uint64_t>(number));
  } else if (is_whole && number < 0 && number >= -0x1p63L) {
    written = std::to_chars(buffer.data(), end, static_cast<std::int64_t>(number));
  } else {
    written = std::to_chars(buffer.data(), end, number, std::chars_format::general, kDigits);
  }
  return {buffer.data(), written.ptr};
}

std::uint64_t whole_amount(long double amount) {
  constexpr long double kMost = 18446744073709551615.0L;
  return amount >= kMost ? base::kInfiniteUsec : static_cast<std::uint64_t>(amount);
}

}  // namespace

std::optional<Quantity> Quantity::read(std::string_view text) {
  if (const auto number = read_number(text)) return Quantity{Kind::kNumber, *number};
  if (const auto size = parse_size_with_unit(text)) {
    return Quantity{Kind::kSize, static_cast<long double>(*size)};
  }
  if (const auto span = parse_span_with_unit(text)) {
    return Quantity{Kind::kSpan, static_cast<long double>(*span)};
  }
  return std::nullopt;
}

std::string to_text(Quantity quantity) {
  switch (quantity.kind) {
    case Quantity::Kind::kSpan:
      return base::format_time_span(whole_amount(quantity.amount));
    case Quantity::Kind::kSize:
      return base::format_size(whole_amount(quantity.amount));
    default:
      return number_text(quantity.amount);
  }
}

NumberSummary NumberList::summary() {
  std::sort(numbers_.begin(), numbers_.end(),
            [](const Number& a, const Number& b) { return a.number < b.number; });
  NumberSummary summary;
  for (const Number& one : numbers_) {
    summary.count += one.count;
    summary.sum += one.number * static_cast<long double>(one.count);
  }
  summary.min = numbers_.front().number;
  summary.max = numbers_.back().number;
  // Among n numbers the rank is n * percent / 100, rounded up.
  const auto ranked = [this, &summary](std::uint64_t percent) {
    const std::uint64_t n = summary.count;
    const std::uint64_t rank = n / 100 * percent + (n % 100 * percent + 99) / 100;
    std::uint64_t passed = 0;
    for (const Number& one : numbers_) {
      passed += one.count;
      if (passed >= rank) return one.number;
    }
    return numbers_.back().number;
  };
  summary.p50 = ranked(50);
  summary.p90 = ranked(90);
  summary.p99 = ranked(99);
  return summary;
}

}  // namespace logq::query
