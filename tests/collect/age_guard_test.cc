#include "collect/age_guard.h"

#include <gtest/gtest.h>

#include "collect/limits.h"

namespace logq::collect {
namespace {

using Verdict = AgeGuard::Verdict;
constexpr std::uint64_t kNewest = 1'700'000'000'000'000;
constexpr std::uint64_t kMonth = 30 * kClockLeapUsec;

base::TimePair at(std::uint64_t realtime_usec, std::uint64_t monotonic_usec) {
  base::TimePair now{};
  now.realtime_usec = realtime_usec;
  now.monotonic_usec = monotonic_usec;
  return now;
}

TEST(AgeGuard, BelievesAClockThatGoesOnFromTheNewestEntry) {
  AgeGuard guard(kNewest, kMonth);

  EXPECT_EQ(guard.judge(at(kNewest + kMonth, 0)), Verdict::kBelieved);
  EXPECT_EQ(guard.judge(at(kNewest + 2 * kMonth, 1)), Verdict::kBelieved) << "on from there";
  EXPECT_EQ(guard.judge(at(kNewest - kMonth, 2)), Verdict::kBelieved) << "nothing is too old then";
}

TEST(AgeGuard, DoubtsALeapUntilTheClockHasRunOnForAnHour) {
  AgeGuard guard(kNewest, kMonth);
  const std::uint64_t later = kNewest + kMonth + 1;

  EXPECT_EQ(guard.judge(at(later, 5)), Verdict::kDoubtedFirst);
  EXPECT_EQ(guard.judge(at(later, 6)), Verdict::kDoubted);
  EXPECT_EQ(guard.judge(at(later + kClockDoubtUsec, 4 + kClockDoubtUsec)), Verdict::kDoubted);
  EXPECT_EQ(guard.judge(at(later + kClockDoubtUsec, 5 + kClockDoubtUsec)), Verdict::kBelieved);
}

TEST(AgeGuard, ForgetsTheDoubtWhenTheClockIsSetRight) {
  AgeGuard guard(kNewest, kMonth);
  EXPECT_EQ(guard.judge(at(kNewest + 100 * kMonth, 0)), Verdict::kDoubtedFirst);
  EXPECT_EQ(guard.judge(at(kNewest + 1, 1)), Verdict::kBelieved);

  EXPECT_EQ(guard.judge(at(kNewest + 100 * kMonth, 2 * kClockDoubtUsec)), Verdict::kDoubtedFirst);
}

TEST(AgeGuard, AllowsSomeHoursOfSilenceWhereFilesAreKeptForLess) {
  AgeGuard guard(kNewest, 1'000'000);

  EXPECT_EQ(guard.judge(at(kNewest + kClockLeapUsec, 0)), Verdict::kBelieved);
}

TEST(AgeGuard, BelievesAnyClockWhereNothingIsStored) {
  EXPECT_EQ(AgeGuard(0, kMonth).judge(at(kNewest, 0)), Verdict::kBelieved);
}

}  // namespace
}  // namespace logq::collect
