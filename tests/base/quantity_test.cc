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
  for (const char* text : {"", "K", "-1", "1X", "1K1M", "99999999999999999999", "99999999999T", "1M "}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
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
