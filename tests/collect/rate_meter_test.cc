#include "collect/rate_meter.h"

#include <gtest/gtest.h>

#include "base/quantity.h"

namespace logq::collect {
namespace {

TEST(RateMeter, IsTheMeanOfTheTimeAskedFor) {
  RateMeter meter(0, {});
  std::uint64_t entries = 0;
  for (std::uint64_t second = 1; second <= 100; ++second) {
    entries += second <= 95 ? 10 : 100;
    meter.note(second * base::kUsecPerSecond, {entries, entries * 600});
  }

  const RateMeter::Totals now{entries, entries * 600};
  EXPECT_DOUBLE_EQ(meter.over(1, 100 * base::kUsecPerSecond, now).entries_per_second, 100);
  EXPECT_DOUBLE_EQ(meter.over(10, 100 * base::kUsecPerSecond, now).entries_per_second, 55);
  EXPECT_DOUBLE_EQ(meter.over(60, 100 * base::kUsecPerSecond, now).entries_per_second, 17.5);
  EXPECT_DOUBLE_EQ(meter.over(10, 100 * base::kUsecPerSecond, now).bytes_per_second, 55 * 600);
}

TEST(RateMeter, FallsToNothingInSilenceWithoutBeingFed) {
  RateMeter meter(0, {});
  meter.note(1 * base::kUsecPerSecond, {100, 1000});

  EXPECT_DOUBLE_EQ(meter.over(10, 2 * base::kUsecPerSecond, {100, 1000}).entries_per_second, 50);
  EXPECT_DOUBLE_EQ(meter.over(10, 5 * base::kUsecPerSecond, {100, 1000}).entries_per_second, 20);
  EXPECT_DOUBLE_EQ(meter.over(10, 11 * base::kUsecPerSecond, {100, 1000}).entries_per_second, 0);
}

TEST(RateMeter, AfterALongSilenceOnlyWhatIsNewCounts) {
  RateMeter meter(0, {});
  meter.note(1 * base::kUsecPerSecond, {100, 1000});

  // Begun at 1000 s, not noted yet.
  EXPECT_DOUBLE_EQ(meter.over(10, 1000 * base::kUsecPerSecond + 1, {130, 1300}).entries_per_second,
                   3);
}

TEST(RateMeter, AYoungCollectorCountsFromItsStartAndASecondAtLeast) {
  RateMeter meter(50 * base::kUsecPerSecond, {});

  EXPECT_DOUBLE_EQ(meter.over(60, 54 * base::kUsecPerSecond, {8, 0}).entries_per_second, 2);
  EXPECT_DOUBLE_EQ(meter.over(60, 50 * base::kUsecPerSecond, {8, 0}).entries_per_second, 8);
}

}  // namespace
}  // namespace logq::collect
