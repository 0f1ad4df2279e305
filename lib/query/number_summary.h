// What numbers, time spans and sizes in the values of a field come to: --stats.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace logq::query {

// A value of a field as a quantity. "12", "-0.5" and "1e3" are numbers; "250ms" and "1min 30s" are
// time spans, "3K" and "1.5G" sizes, as systemd writes them (base/quantity.h). "5M" is a size, as
// in
// --where.
struct Quantity {
  enum class Kind : std::uint8_t { kNumber, kSpan, kSize };
  Kind kind = Kind::kNumber;
  long double amount = 0;  // kSpan: microseconds, kSize: bytes

  [[nodiscard]] static std::optional<Quantity> read(std::string_view text);
};

// "12", "0.25", "1min 30s", "1.5M": whole numbers of 64 bits in full,
// others with the fifteen digits that a double has.
[[nodiscard]] std::string to_text(Quantity quantity);

struct NumberSummary {
  std::uint64_t count = 0;
  long double min = 0;
  long double p50 = 0;
  long double p90 = 0;
  long double p99 = 0;
  long double max = 0;
  long double sum = 0;
};

// Numbers of one kind, each with how often it occurred.
class NumberList {
 public:
  void add(long double number, std::uint64_t count) { numbers_.push_back({number, count}); }
  [[nodiscard]] bool empty() const { return numbers_.empty(); }

  // A percentile is the smallest number that so many percent of all are no larger than: always one
  // that occurred. REQUIRES: not empty. Sorts.
  [[nodiscard]] NumberSummary summary();

 private:
  struct Number {
    long double number = 0;
    std::uint64_t count = 0;
  };

  std::vector<Number> numbers_;
};

}  // namespace logq::query
