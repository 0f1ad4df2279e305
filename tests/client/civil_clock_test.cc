#include "client/civil_clock.h"

#include <stdlib.h>

#include <gtest/gtest.h>

namespace logq::client {
namespace {

constexpr std::uint64_t kUsec = 1'000'000;

std::string civil(std::uint64_t realtime_usec, std::int64_t offset, CivilForm form = {}) {
  std::string out;
  append_civil_time(realtime_usec, offset, form, out);
  return out;
}

TEST(CivilClock, TellsDateAndTimeOfDay) {
  EXPECT_EQ(civil(0, 0), "1970-01-01T00:00:00.000000");
  EXPECT_EQ(civil(951'827'696'123'456, 0), "2000-02-29T12:34:56.123456");
  EXPECT_EQ(civil(951'827'696'123'956, 0, {' ', 3}), "2000-02-29 12:34:56.123");
}

TEST(CivilClock, AnOffsetMayChangeTheDate) {
  EXPECT_EQ(civil(0, -3600), "1969-12-31T23:00:00.000000");
  EXPECT_EQ(civil(951'827'696 * kUsec, 14 * 3600), "2000-03-01T02:34:56.000000");
}

TEST(CivilClock, TheLocalOffsetFollowsAClockChange) {
  ::setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
  constexpr std::uint64_t kSummerBegins = 1'774'746'000;  // 2026-03-29 01:00 UTC
  LocalOffset offset;

  EXPECT_EQ(offset.seconds_at(kSummerBegins * kUsec - 1), 3600);
  EXPECT_EQ(offset.seconds_at(kSummerBegins * kUsec), 7200);
  EXPECT_EQ(offset.seconds_at(kSummerBegins * kUsec - 1), 3600);
}

TEST(CivilClock, KnowsZonesWestOfGreenwichAndPartsOfAnHour) {
  ::setenv("TZ", "XYZ+3:30", 1);
  LocalOffset offset;

  EXPECT_EQ(offset.seconds_at(kUsec), -(3 * 3600 + 1800));
}

}  // namespace
}  // namespace logq::client
