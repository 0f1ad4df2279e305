#include "collect/rate_meter.h"

#include <gtest/gtest.h>

namespace logq::collect {
namespace {

constexpr std::uint64_t kSecond = 1'000'000;

TEST(RateMeter, IsTheMeanOfTheTimeAskedFor) {
  RateMeter meter(0, {});
  std::uint64_t entries = 0;
  for (std::uint64_t second = 1; second <= 100; ++second) {
    entries += second <= 95 ? 10 : 100;
    meter.note(second * kSecond, {entries, entries * 600});
  }

  const RateMeter::Totals now{entries, entries * 600};
  EXPECT_DOUBLE_EQ(meter.over(1, 100 * kSecond, now).entries_per_second, 100);
  EXPECT_DOUBLE_EQ(meter.over(10, 100 * kSecond, now).entries_per_second, 55);
  EXPECT_DOUBLE_EQ(meter.over(60, 100 * kSecond, now).entries_per_second, 17.5);
  EXPECT_DOUBLE_EQ(meter.over(10, 100 * kSecond, now).bytes_per_second, 55 * 600);
}

TEST(RateMeter, FallsToNothingInSilenceWithoutBeingFed) {
  RateMeter meter(0, {});
  meter.note(1 * kSecond, {100, 1000});

  EXPECT_DOUBLE_EQ(meter.over(10, 2 * kSecond, {100, 1000}).entries_per_second, 50);
  EXPECT_DOUBLE_EQ(meter.over(10, 5 * kSecond, {100, 1000}).entries_per_second, 20);
  EXPECT_DOUBLE_EQ(meter.over(10, 11 * kSecond, {100, 1000}).entries_per_second, 0);
}

TEST(RateMeter, AfterALongSilenceOnlyWhatIsNewCounts) {
  RateMeter meter(0, {});
  meter.note(1 * kSecond, {100, 1000});

  // Begun at 1000 s, not noted yet.
  EXPECT_DOUBLE_EQ(meter.over(10, 1000 * kSecond + 1, {130, 1300}).entries_per_second, 3);
}

TEST(RateMeter, AYoungCollectorCountsFromItsStartAndASecondAtLeast) {
  RateMeter meter(50 * kSecond, {});

  EXPECT_DOUBLE_EQ(meter.over(60, 54 * kSecond, {8, 0}).entries_per_second, 2);
  EXPECT_DOUBLE_EQ(meter.over(60, 50 * kSecond, {8, 0}).entries_per_second, 8);
}

}  // namespace
}  // namespace logq::collect
