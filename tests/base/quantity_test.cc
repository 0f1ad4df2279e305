#include "base/quantity.h"

#include <limits>

#include <gtest/gtest.h>

namespace logq::base {
namespace {

TEST(ParseSize, KnowsUnitsToTheBaseOf1024) {
  EXPECT_EQ(parse_size("512"), 512U);
  EXPECT_EQ(parse_size("48K"), 49152U);
  EXPECT_EQ(parse_size(" 16 M"), std::uint64_t{16} << 20);
}

TEST(ParseSize, RefusesWhatIsNoSize) {
  for (const char* text :
       {"", "K", "-1", "1X", "1K1M", "99999999999999999999", "99999999999T", "1M "}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

// Accepted and refused as by `journalctl --vacuum-size` 252.
TEST(ParseSize, AddsUpUnitsThatGetSmaller) {
  EXPECT_EQ(parse_size("1G512M"), std::uint64_t{1536} << 20);
  EXPECT_EQ(parse_size("1K1"), 1025U);
  EXPECT_EQ(parse_size("1 M 1 K 5B"), (1U << 20) + 1029U);
  for (const char* text : {"1M1G", "1M1M", "5 5", "5B B", "1G 5 5"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(ParseSize, TakesFractions) {
  EXPECT_EQ(parse_size("1.5G"), std::uint64_t{1536} << 20);
  EXPECT_EQ(parse_size("1.3K"), 1331U);
  EXPECT_EQ(parse_size("1.M"), 1U << 20);
  EXPECT_EQ(parse_size("2.5"), 2U);
  for (const char* text : {".5M", "1. 5M", "1.5.5", "1.-5M", "1.+5M", "1.25K.5"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(ParseSize, ReachesToTheEndOf64Bits) {
  EXPECT_EQ(parse_size("18446744073709551615"), std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(parse_size("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_size("15E"), std::uint64_t{15} << 60);
  EXPECT_EQ(parse_size("15.0E"), std::uint64_t{15} << 60);
  for (const char* text : {"16E", "15.9E", "16383.9P"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(FormatSize, HasOneDigitAfterThePoint) {
  EXPECT_EQ(format_size(0), "0B");
  EXPECT_EQ(format_size(1023), "1023B");
  EXPECT_EQ(format_size(1024), "1.0K");
  EXPECT_EQ(format_size(1535), "1.4K");
  EXPECT_EQ(format_size(70000), "68.3K");
  EXPECT_EQ(format_size((1 << 20) - 1), "1023.9K");
  EXPECT_EQ(format_size(16 << 20), "16.0M");
  EXPECT_EQ(format_size((16 << 20) - 1), "15.9M");
  EXPECT_EQ(format_size(std::numeric_limits<std::uint64_t>::max()), "15.9E");
}

TEST(FormatTimeSpan, LeavesOutWhatTheAccuracyHides) {
  EXPECT_EQ(format_time_span(1'500'000, 1000), "1.500s");
  EXPECT_EQ(format_time_span(1'500'000, kUsecPerSecond), "1s");
  EXPECT_EQ(format_time_span(7'385'999'999, kUsecPerSecond), "2h 3min 5s");
  EXPECT_EQ(format_time_span(90'000'000, 60 * kUsecPerSecond), "1min");
  EXPECT_EQ(format_time_span(999, kUsecPerSecond), "999us");
}

TEST(ParseTimeSpan, CountsBareNumbersInTheDefaultUnit) {
  EXPECT_EQ(parse_time_span("5", 60 * kUsecPerSecond), 300'000'000U);
  EXPECT_EQ(parse_time_span("5 1s", 60 * kUsecPerSecond), 301'000'000U);
}

TEST(ParseTimeSpan, AddsUpItsTerms) {
  EXPECT_EQ(parse_time_span("90"), 90'000'000U);
  EXPECT_EQ(parse_time_span("1s 500ms"), 1'500'000U);
  EXPECT_EQ(parse_time_span("2h30min"), 9'000'000'000U);
  EXPECT_EQ(parse_time_span("infinity"), std::numeric_limits<std::uint64_t>::max());
}

TEST(ParseTimeSpan, RefusesWhatIsNoSpan) {
  for (const char* text : {"", "soon", "1 fortnight", "-5s", "99999999999999y"}) {
    EXPECT_EQ(parse_time_span(text), std::nullopt) << text;
  }
}

TEST(ParseBoolean, KnowsAllSpellings) {
  EXPECT_EQ(parse_boolean("Yes"), true);
  EXPECT_EQ(parse_boolean("off"), false);
  EXPECT_EQ(parse_boolean("1K"), std::nullopt);
}

}  // namespace
}  // namespace logq::base
