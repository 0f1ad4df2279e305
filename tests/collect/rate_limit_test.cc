#include "collect/rate_limit.h"

#include <gtest/gtest.h>

#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kSecond = 1'000'000;

class RateLimit : public testing::Test {
 protected:
  RateLimiter::Decision admit(std::string_view unit, int level = 6) {
    return limiter_.admit({unit, 42, level, settings_, available_, now_});
  }
  std::uint64_t admitted(std::uint64_t tries, std::string_view unit, int level = 6) {
    std::uint64_t count = 0;
    for (std::uint64_t i = 0; i < tries; ++i)
      count += admit(unit, level).admitted ? 1U : 0U;
    return count;
  }
  RateLimiter limiter_;
  RateLimitSettings settings_{10 * kSecond, 5};
  std::uint64_t available_ = 0;
  std::uint64_t now_ = 1000 * kSecond;
};

TEST_F(RateLimit, AdmitsABurstOfEachUnit) {
  EXPECT_EQ(admitted(20, "a.service"), 5U);
  EXPECT_EQ(admitted(20, "b.service"), 5U);
  EXPECT_EQ(limiter_.total(), 30U);
}

TEST_F(RateLimit, HasAPoolForEachGroupOfLevels) {
  for (const int first_of_pool : {0, 3, 4, 5, 7})
    EXPECT_EQ(admitted(10, "a.service", first_of_pool), 5U) << first_of_pool;
  for (const int shares_a_pool : {1, 2, 6})
    EXPECT_EQ(admitted(10, "a.service", shares_a_pool), 0U) << shares_a_pool;
}

TEST_F(RateLimit, KeepsItsWindowFromTheFirstEntryOn) {
  admitted(5, "a.service");
  now_ += 10 * kSecond;
  EXPECT_FALSE(admit("a.service").admitted) << "the last moment of the window";
  now_ += 1;
  const RateLimiter::Decision next = admit("a.service");
  EXPECT_TRUE(next.admitted);
  EXPECT_EQ(next.suppressed, 1U);
  EXPECT_EQ(admit("a.service").suppressed, 0U) << "reported once";
  EXPECT_EQ(admitted(10, "a.service"), 3U) << "the window that began with the first of the two";
}

TEST_F(RateLimit, IsOffWhenEitherSettingIsZero) {
  settings_ = {0, 5};
  EXPECT_EQ(admitted(20, "a.service"), 20U);
  settings_ = {10 * kSecond, 0};
  EXPECT_EQ(admitted(20, "a.service"), 20U);
}

TEST_F(RateLimit, TellsOfAWindowThatEndedInSilence) {
  admitted(8, "a.service");
  EXPECT_EQ(limiter_.next_end_usec(), now_ + 10 * kSecond);
  EXPECT_FALSE(limiter_.take_ended(now_ + 10 * kSecond).has_value());

  const auto ended = limiter_.take_ended(now_ + 10 * kSecond + 1);
  ASSERT_TRUE(ended.has_value());
  EXPECT_EQ(ended->unit, "a.service");
  EXPECT_EQ(ended->pid, 42);
  EXPECT_EQ(ended->count, 3U);
  EXPECT_FALSE(limiter_.take_ended(now_ + 10 * kSecond + 1).has_value());
  EXPECT_FALSE(limiter_.next_end_usec().has_value());
}

TEST_F(RateLimit, TellsOfAWindowWithoutEndOnlyWhenAskedForAll) {
  constexpr std::uint64_t kEndOfTime = UINT64_MAX;
  settings_ = {kEndOfTime, 5};
  admitted(8, "a.service");

  EXPECT_FALSE(limiter_.next_end_usec().has_value()) << "a timer would never be done";
  EXPECT_FALSE(limiter_.take_ended(kEndOfTime - 1).has_value());
  EXPECT_EQ(limiter_.take_ended(kEndOfTime)->count, 3U);
  EXPECT_FALSE(limiter_.take_ended(kEndOfTime).has_value());
}

TEST_F(RateLimit, NoticesThatAWindowWasMadeShorter) {
  admitted(8, "a.service");
  EXPECT_FALSE(limiter_.take_ended(now_ + 1).has_value());
  settings_ = {kSecond, 5};
  admit("a.service");

  EXPECT_EQ(limiter_.take_ended(now_ + kSecond + 1)->count, 4U);
}

TEST_F(RateLimit, TellsOfWhatAForgottenUnitHadSuppressed) {
  admitted(7, "first.service");
  for (std::size_t i = 0; i < kRateLimitGroupsMax; ++i)
    admit("unit-" + std::to_string(i) + ".service");

  const auto forgotten = limiter_.take_ended(now_);
  ASSERT_TRUE(forgotten.has_value());
  EXPECT_EQ(forgotten->unit, "first.service");
  EXPECT_EQ(forgotten->count, 2U);
  EXPECT_EQ(admitted(10, "first.service"), 5U) << "it begins anew";
}

TEST(ScaledBurst, GrowsWithTheRoomThatIsLeft) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  EXPECT_EQ(scaled_burst(1000, 0), 1000U);
  EXPECT_EQ(scaled_burst(1000, 2 * kMiB - 1), 1000U);
  EXPECT_EQ(scaled_burst(1000, 2 * kMiB), 1250U);
  EXPECT_EQ(scaled_burst(1000, 16 * kMiB), 2000U);
  EXPECT_EQ(scaled_burst(1000, 256 * kMiB), 3000U);
  EXPECT_EQ(scaled_burst(1000, 4096 * kMiB), 4000U);
  EXPECT_EQ(scaled_burst(1000, kMiB << 16), 5000U);
  EXPECT_EQ(scaled_burst(1000, kMiB << 20), 6000U);
}

}  // namespace
}  // namespace logq::collect
