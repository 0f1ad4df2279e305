#include "query/number_summary.h"

#include <algorithm>
#include <array>
#include <random>

#include <gtest/gtest.h>

namespace logq::query {
namespace {

using Kind = Quantity::Kind;

// What a value is shown as; "none" for what is no quantity.
std::string shown(std::string_view text) {
  const auto quantity = Quantity::read(text);
  return quantity ? to_text(*quantity) : "none";
}

TEST(Quantity, KnowsNumbersTimeSpansAndSizes) {
  for (const char* text : {"0", "-5", "+5", "0.25", ".5", "1e3", "-1.5E-3"}) {
    const auto quantity = Quantity::read(text);
    ASSERT_TRUE(quantity) << text;
    EXPECT_EQ(quantity->kind, Kind::kNumber) << text;
  }
  EXPECT_EQ(Quantity::read("250ms")->kind, Kind::kSpan);
  EXPECT_EQ(Quantity::read("250ms")->amount, 250'000);
  EXPECT_EQ(Quantity::read("1min 30s")->amount, 90'000'000);
  EXPECT_EQ(Quantity::read("3K")->kind, Kind::kSize);
  EXPECT_EQ(Quantity::read("1.5G")->amount, 1'610'612'736);
  EXPECT_EQ(Quantity::read("4 KiB")->amount, 4096);
}

// So that the sizes of one field are of one kind.
TEST(Quantity, TakesFiveMForASizeAsWhereDoes) {
  EXPECT_EQ(Quantity::read("5M")->kind, Kind::kSize);
  EXPECT_EQ(Quantity::read("5m")->kind, Kind::kSpan);
}

TEST(Quantity, RefusesWhatOnlyLooksLikeOne) {
  for (const char* text : {"",     "-",     "nan",      "NaN", "inf",  "-inf",  "infinity", "0x10",
                           "1e",   "1 000", "12abc",    "1,5", "true", " 1",    "1 ",       "ms",
                           "-5ms", "1e400", "-1e99999", "5Q",  "--1",  "1.2.3", "1_000"}) {
    EXPECT_EQ(shown(text), "none") << text;
  }
  EXPECT_EQ(shown(std::string_view("1\0", 2)), "none");
  EXPECT_EQ(shown(std::string(1'000'000, '9')), "none");
}

TEST(Quantity, IsShownAsItIsWritten) {
  for (const char* text : {"0", "12", "-12", "0.25", "1234567.25", "-0.001", "1min 30s", "250ms",
                           "1.5G", "9007199254740993", "9223372036854775807",
                           "-9223372036854775808", "18446744073709551615"}) {
    EXPECT_EQ(shown(text), text) << text;
  }
  EXPECT_EQ(shown("1e3"), "1000");
  EXPECT_EQ(shown("-0"), "0");
  EXPECT_EQ(shown("1e300"), "1e+300");
  EXPECT_EQ(shown("0.1000000000000000055"), "0.1");
}

// The smallest number that so many percent are no larger than, found by looking at all.
long double naive_percentile(const std::vector<long double>& numbers, std::uint64_t percent) {
  long double best = *std::max_element(numbers.begin(), numbers.end());
  for (const long double one : numbers) {
    const auto no_larger = std::count_if(numbers.begin(), numbers.end(),
                                         [one](long double other) { return other <= one; });
    if (static_cast<std::uint64_t>(no_larger) * 100 >= percent * numbers.size())
      best = std::min(best, one);
  }
  return best;
}

TEST(NumberList, HasThePercentilesOfAPlainCount) {
  std::mt19937 random(3);
  for (int round = 0; round < 300; ++round) {
    NumberList list;
    std::vector<long double> numbers;
    for (std::size_t n = 1 + random() % 120; n > 0; --n) {
      const auto number = static_cast<long double>(static_cast<int>(random() % 200) - 100) / 4;
      const std::uint64_t count = 1 + random() % 3;
      list.add(number, count);
      numbers.insert(numbers.end(), count, number);
    }
    const NumberSummary summary = list.summary();

    EXPECT_EQ(summary.count, numbers.size());
    EXPECT_EQ(summary.p50, naive_percentile(numbers, 50));
    EXPECT_EQ(summary.p90, naive_percentile(numbers, 90));
    EXPECT_EQ(summary.p99, naive_percentile(numbers, 99));
    EXPECT_EQ(summary.min, *std::min_element(numbers.begin(), numbers.end()));
    EXPECT_EQ(summary.max, *std::max_element(numbers.begin(), numbers.end()));
  }
}

TEST(NumberList, APercentileIsOneThatOccurred) {
  NumberList list;
  list.add(10, 99);
  list.add(1000, 1);

  EXPECT_EQ(list.summary().p99, 10);
  list.add(1000, 1);
  EXPECT_EQ(list.summary().p99, 1000);
}

TEST(NumberList, OfOneNumberIsThatNumber) {
  NumberList list;
  EXPECT_TRUE(list.empty());
  list.add(-7, 1);
  EXPECT_FALSE(list.empty());

  const NumberSummary summary = list.summary();

  for (const long double one :
       {summary.min, summary.p50, summary.p90, summary.p99, summary.max, summary.sum})
    EXPECT_EQ(one, -7);
}

TEST(NumberList, CountsOccurrencesThatAreMany) {
  NumberList list;
  list.add(1, 1'000'000'000'000'000'000);
  list.add(2, 1'000'000'000'000'000'000);
  list.add(3, 1);

  const NumberSummary summary = list.summary();

  EXPECT_EQ(summary.p50, 2);
  EXPECT_EQ(summary.p99, 2);
  EXPECT_EQ(summary.count, 2'000'000'000'000'000'001U);
}

TEST(NumberList, AddsWholeNumbersExactly) {
  NumberList list;
  for (const char* text : {"9007199254740993", "9007199254740993", "1", "-3"})
    list.add(Quantity::read(text)->amount, 1);
  EXPECT_EQ(to_text({Kind::kNumber, list.summary().sum}), "18014398509481984");

  NumberList nanoseconds;
  nanoseconds.add(Quantity::read("5000000000000000001")->amount, 3);
  EXPECT_EQ(to_text({Kind::kNumber, nanoseconds.summary().sum}), "15000000000000000003");
}

TEST(NumberList, ASumBeyondAnyDoubleIsStillANumber) {
  NumberList list;
  list.add(Quantity::read("1e308")->amount, 1000);

  EXPECT_EQ(to_text({Kind::kNumber, list.summary().sum}), "1e+311");
}

}  // namespace
}  // namespace logq::query
