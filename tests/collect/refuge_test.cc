#include "collect/refuge.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "base/quantity.h"
#include "collect/limits.h"

namespace logq::collect {
namespace {

const Error kFull = Error::system(ENOSPC, "allocate");

TEST(Refuge, LooksAgainAfterTwiceTheTimeEachTime) {
  Refuge refuge;
  EXPECT_FALSE(refuge.is_on());
  refuge.begin(kFull, 100 * base::kUsecPerSecond, 5 * base::kUsecPerSecond);
  EXPECT_EQ(refuge.next_look_usec(), 105 * base::kUsecPerSecond);
  refuge.failed(kFull, 105 * base::kUsecPerSecond);
  EXPECT_EQ(refuge.next_look_usec(), 115 * base::kUsecPerSecond);
  refuge.failed(Error::system(EROFS, "open"), 115 * base::kUsecPerSecond);
  EXPECT_EQ(refuge.next_look_usec(), 135 * base::kUsecPerSecond);
  EXPECT_EQ(refuge.reason().sys_errno, EROFS) << "what was said last";
}

TEST(Refuge, LooksNoMoreRarelyThanEveryFewMinutes) {
  Refuge refuge;
  refuge.begin(kFull, 0, 5 * base::kUsecPerSecond);
  for (std::uint64_t i = 0; i < 100; ++i)
    refuge.failed(kFull, i);
  EXPECT_EQ(refuge.next_look_usec(), 99 + kRefugeRetryMaxUsec);
}

TEST(Refuge, LooksRarelyWhileStorageComesAndGoes) {
  Refuge refuge;
  refuge.begin(kFull, 0, 5 * base::kUsecPerSecond);
  refuge.end(5 * base::kUsecPerSecond);
  refuge.begin(kFull, 6 * base::kUsecPerSecond, 5 * base::kUsecPerSecond);
  EXPECT_EQ(refuge.next_look_usec(), 16 * base::kUsecPerSecond);
  refuge.end(16 * base::kUsecPerSecond);
  const std::uint64_t much_later = 16 * base::kUsecPerSecond + kRefugeCalmUsec;
  refuge.begin(kFull, much_later, 5 * base::kUsecPerSecond);
  EXPECT_EQ(refuge.next_look_usec(), much_later + 5 * base::kUsecPerSecond);
}

}  // namespace
}  // namespace logq::collect
