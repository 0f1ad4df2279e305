#include "journal/foresight.h"

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

using namespace std::chrono_literals;
using Clock = Foresight::Clock;

constexpr Clock::time_point kStart{1h};

double seconds(std::optional<Clock::duration> left) {
  return left ? std::chrono::duration<double>(*left).count() : -1;
}

TEST(Foresight, ThatOfNothingNeverSpeaks) {
  Foresight none;
  EXPECT_FALSE(none.look(UINT64_MAX - 1, kStart));
  Foresight empty(100, 100, kStart);
  EXPECT_FALSE(empty.look(100, kStart + 1h));
}

TEST(Foresight, SaysNothingBeforeAMarkAndAtTheFirst) {
  Foresight foresight(0, 1600, kStart);
  EXPECT_EQ(foresight.mark(), 200U);
  EXPECT_FALSE(foresight.look(199, kStart + 1s));
  EXPECT_EQ(foresight.mark(), 200U);
  EXPECT_FALSE(foresight.look(200, kStart + 1s));
  EXPECT_EQ(foresight.mark(), 400U);
}

TEST(Foresight, ExtrapolatesTheRateSinceTheMarkBefore) {
  Foresight foresight(0, 1600, kStart);
  // A quiet hour, and then a burst of which it tells nothing.
  ASSERT_FALSE(foresight.look(200, kStart + 1h));
  EXPECT_NEAR(seconds(foresight.look(400, kStart + 1h + 2s)), 12, 1e-6);
  EXPECT_EQ(foresight.mark(), 1000U);
  EXPECT_NEAR(seconds(foresight.look(1000, kStart + 1h + 3s)), 1, 1e-6);
  EXPECT_EQ(foresight.mark(), 1300U);
  EXPECT_NEAR(seconds(foresight.look(1300, kStart + 1h + 13s)), 10, 1e-6);
}

TEST(Foresight, SpeaksAtOnceWhenTheFirstStepLeavesLessThanThreeQuarters) {
  Foresight foresight(1000, 2600, kStart);
  EXPECT_NEAR(seconds(foresight.look(2000, kStart + 5s)), 3, 1e-6);
}

TEST(Foresight, EndsWhereAPreparationWouldComeTooLate) {
  Foresight foresight(0, 1600, kStart);
  std::uint64_t marks = 0;
  for (std::uint64_t used = 0; used <= 1600; ++used) {
    if (used < foresight.mark()) continue;
    foresight.look(used, kStart + std::chrono::seconds(used));
    ++marks;
  }
  EXPECT_EQ(marks, 5U);
  EXPECT_FALSE(foresight.look(1600, kStart + 2h));
}

TEST(Foresight, ARateOfNothingIsYearsAndNotAnOverflow) {
  Foresight foresight(0, std::uint64_t{1} << 40, kStart);
  ASSERT_FALSE(foresight.look(std::uint64_t{1} << 37, kStart));
  const auto later = kStart + std::chrono::hours(24 * 365 * 100);
  EXPECT_GT(seconds(foresight.look(std::uint64_t{1} << 39, later)), 0);
}

}  // namespace
}  // namespace logq::journal
