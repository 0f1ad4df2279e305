#include "base/timestamp.h"

#include <stdlib.h>

#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/systemd_analyze.h"
#include "base/time_zone.h"

namespace logq::base {
namespace {

constexpr std::uint64_t kNow = 1'795'244'871'316'270;  // Sat 2026-11-21 07:07:51.316270 UTC
constexpr std::uint64_t kSecond = 1'000'000;
constexpr std::uint64_t kHour = 3600 * kSecond;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kMidnight = 1'795'219'200 * kSecond;  // of that day in UTC
constexpr std::uint64_t kAutumn = 1'348'331'662 * kSecond;    // Sat 2012-09-22 16:34:22 UTC

std::uint64_t parsed(std::string_view text) {
  const auto time = parse_timestamp(text, kNow);
  EXPECT_TRUE(time.has_value()) << text;
  return time.value_or(0);
}

TEST(Timestamp, CountsFromNow) {
  EXPECT_EQ(parsed("now"), kNow);
  EXPECT_EQ(parsed("+5min"), kNow + 300 * kSecond);
  EXPECT_EQ(parsed("-2h"), kNow - 2 * kHour);
  EXPECT_EQ(parsed("3 days ago"), kNow - 3 * kDay);
  EXPECT_EQ(parsed("1h 30min left"), kNow + 90 * 60 * kSecond);
}

TEST(Timestamp, KnowsTheDaysAroundToday) {
  const ScopedTimeZone zone("UTC");

  EXPECT_EQ(parsed("today"), kMidnight);
  EXPECT_EQ(parsed("yesterday"), kMidnight - kDay);
  EXPECT_EQ(parsed("tomorrow"), kMidnight + kDay);
  EXPECT_EQ(parsed("16:34"), kMidnight + (16 * 60 + 34) * 60 * kSecond);
}

TEST(Timestamp, TakesTodayInTheGivenZone) {
  const ScopedTimeZone zone("UTC");

  EXPECT_EQ(parsed("now Asia/Tokyo"), kNow);
  EXPECT_EQ(parsed("today Asia/Tokyo"), kMidnight - 9 * kHour);
  EXPECT_EQ(parsed("today Pacific/Auckland"), kMidnight - 13 * kHour);
  EXPECT_EQ(parsed("today America/Los_Angeles"), kMidnight - kDay + 8 * kHour);  // still Friday
  EXPECT_EQ(parsed("today -08"), kMidnight - kDay + 8 * kHour);
  EXPECT_EQ(parsed("tomorrow +14"), kMidnight + kDay - 14 * kHour);
}

TEST(Timestamp, ReadsOffsetsWithAndWithoutABlank) {
  for (const char* text :
       {"2012-09-22 16:34:22Z", "2012-09-22T16:34:22Z", "2012-09-22T16:34:22+00:00",
        "2012-09-22T22:04:22+05:30", "2012-09-22 22:04:22 +05:30", "2012-09-22 22:04:22 +0530",
        "2012-09-22 11:34:22 -05", "2012-09-22T08:34:22-08:00", "Sat 2012-09-22T16:34:22 Z",
        "2012-09-22T16:34:22 UTC", "12-09-22 16:34:22 +00", "2012-09-21T20:34:22-20:00"}) {
    EXPECT_EQ(parsed(text), kAutumn) << text;
  }
  EXPECT_EQ(parsed("2012-09-22T16:34:22.25-00:00"), kAutumn + kSecond / 4);
}

TEST(Timestamp, TakesAnyBlanksBeforeANumber) {
  EXPECT_EQ(parsed("2012-\t9-22\n16:34:22 UTC"), kAutumn);
}

TEST(Timestamp, RefusesBadOffsets) {
  for (const char* text :
       {"2012-09-22 16:34:22 +5", "2012-09-22 16:34:22 +05:60", "2012-09-22 16:34:22 +25",
        "2012-09-22 16:34:22 +05:3", "2012-09-22 16:34:22 05:30",
        "2012-09-22T16:34:22+05:", "2012-09-22T16:34:22+0530", "2012-09-22 16:34:22 +05:300",
        "1970-01-01 00:00 +01", "Z", "+05:30", "2012-09-22 16:34:22 Z Z"}) {
    EXPECT_FALSE(parse_timestamp(text, kNow).has_value()) << text;
  }
}

TEST(Timestamp, ReadsTheZonesOfZoneFiles) {
  const ScopedTimeZone zone("Asia/Kolkata");

  EXPECT_EQ(parsed("2012-09-22 18:34:22 Europe/Berlin"), kAutumn);
  EXPECT_EQ(parsed("2012-09-22 12:34:22 America/New_York"), kAutumn);
  EXPECT_EQ(parsed("2012-09-22 17:34:22 CET"), kAutumn);  // says standard time, unlike Berlin
  EXPECT_EQ(parsed("2012-09-22 22:04:22 IST"), kAutumn);  // what the local zone calls itself
  EXPECT_EQ(parsed("2012-09-22 22:04:22 ist"), kAutumn);
  EXPECT_FALSE(parse_timestamp("2012-09-22 16:34:22 Europe/Atlantis", kNow).has_value());
  EXPECT_FALSE(parse_timestamp("2012-09-22 16:34:22 ../zoneinfo/UTC", kNow).has_value());
}

TEST(Timestamp, LeavesTheLocalZoneAsItWas) {
  const ScopedTimeZone zone("Asia/Kolkata");
  const std::uint64_t local = parsed("2012-09-22 22:04:22");

  parsed("2012-09-22 18:34:22 Europe/Berlin");

  EXPECT_STREQ(::getenv("TZ"), "Asia/Kolkata");
  EXPECT_EQ(parsed("2012-09-22 22:04:22"), local);
}

TEST(Timestamp, RefusesTheWrongWeekday) {
  EXPECT_TRUE(parse_timestamp("Sat 2012-09-22 UTC", kNow).has_value());
  EXPECT_FALSE(parse_timestamp("Fri 2012-09-22 UTC", kNow).has_value());
  EXPECT_FALSE(parse_timestamp("Fri 16:34 UTC", kNow).has_value());  // today is Saturday
}

TEST(Timestamp, RefusesWhatLiesOutsideTheRange) {
  EXPECT_FALSE(parse_timestamp("60 years ago", kNow).has_value());
  EXPECT_FALSE(parse_timestamp("+600000years", kNow).has_value());
  EXPECT_FALSE(parse_timestamp("1969-12-31 UTC", kNow).has_value());
}

// A fixed seed: near a change of the clocks the answer would depend on what was asked before.
TEST(Timestamp, ReadsBackWhatItsZoneShows) {
  if (const auto why = test::systemd_analyze_unavailable()) GTEST_SKIP() << *why;
  std::mt19937_64 random(20261121);
  std::uniform_int_distribution<std::int64_t> any_second(86400, 4'000'000'000);
  for (const char* name : {"UTC", "Europe/Berlin", "America/St_Johns", "Asia/Kathmandu",
                           "Australia/Lord_Howe", "Africa/Casablanca", "America/Santiago"}) {
    const ScopedTimeZone zone(name);
    std::vector<std::string> texts;
    std::vector<std::uint64_t> times;
    for (int i = 0; i < 200; ++i) {
      const std::int64_t seconds = any_second(random);
      const tm civil = civil_time(seconds, Zone::local());
      std::array<char, 64> text{};
      ASSERT_GT(::strftime(text.data(), text.size(), "%a %Y-%m-%d %H:%M:%S", &civil), 0U);
      texts.emplace_back(text.data());
      times.push_back(static_cast<std::uint64_t>(seconds) * kSecond);
    }
    const auto theirs = test::analyzed_timestamps(texts, name);
    for (std::size_t i = 0; i < texts.size(); ++i) {
      EXPECT_EQ(parsed(texts[i]), times[i]) << name << ' ' << texts[i];
      EXPECT_EQ(theirs.at(texts[i]), times[i]) << name << ' ' << texts[i];
    }
  }
}

}  // namespace
}  // namespace logq::base
