#include "collect/refuge.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kSecond = 1'000'000;
const Error kFull = Error::system(ENOSPC, "allocate");

TEST(Refuge, LooksAgainAfterTwiceTheTimeEachTime) {
  Refuge refuge;
  EXPECT_FALSE(refuge.is_on());
  refuge.begin(kFull, 100 * kSecond, 5 * kSecond);
  EXPECT_EQ(refuge.next_look_usec(), 105 * kSecond);
  refuge.failed(kFull, 105 * kSecond);
  EXPECT_EQ(refuge.next_look_usec(), 115 * kSecond);
  refuge.failed(Error::system(EROFS, "open"), 115 * kSecond);
  EXPECT_EQ(refuge.next_look_usec(), 135 * kSecond);
  EXPECT_EQ(refuge.reason().sys_errno, EROFS) << "what was said last";
}

TEST(Refuge, LooksNoMoreRarelyThanEveryFewMinutes) {
  Refuge refuge;
  refuge.begin(kFull, 0, 5 * kSecond);
  for (std::uint64_t i = 0; i < 100; ++i)
    refuge.failed(kFull, i);
  EXPECT_EQ(refuge.next_look_usec(), 99 + kRefugeRetryMaxUsec);
}

TEST(Refuge, LooksRarelyWhileStorageComesAndGoes) {
  Refuge refuge;
  refuge.begin(kFull, 0, 5 * kSecond);
  refuge.end(5 * kSecond);
  refuge.begin(kFull, 6 * kSecond, 5 * kSecond);
  EXPECT_EQ(refuge.next_look_usec(), 16 * kSecond);
  refuge.end(16 * kSecond);
  const std::uint64_t much_later = 16 * kSecond + kRefugeCalmUsec;
  refuge.begin(kFull, much_later, 5 * kSecond);
  EXPECT_EQ(refuge.next_look_usec(), much_later + 5 * kSecond);
}

}  // namespace
}  // namespace logq::collect
