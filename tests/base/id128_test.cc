#include "logq/id128.h"

#include <gtest/gtest.h>

#include "base/ids.h"

namespace logq {
namespace {

TEST(Id128, ParsesBothFormsAndPrintsTheShortOne) {
  const auto plain = Id128::parse("0123456789abcdef0123456789ABCDEF");
  const auto uuid = Id128::parse("01234567-89ab-cdef-0123-456789abcdef");

  ASSERT_TRUE(plain && uuid);
  EXPECT_EQ(*plain, *uuid);
  EXPECT_EQ(plain->to_string(), "0123456789abcdef0123456789abcdef");
}

TEST(Id128, RefusesWrongLengthsDigitsAndDashes) {
  EXPECT_FALSE(Id128::parse(""));
  EXPECT_FALSE(Id128::parse("0123456789abcdef0123456789abcde"));
  EXPECT_FALSE(Id128::parse("0123456789abcdef0123456789abcdeg"));
  EXPECT_FALSE(Id128::parse("0123456-789ab-cdef-0123-456789abcdef"));
}

TEST(Id128, RandomIdsAreDistinctVersionFour) {
  const Id128 a = Id128::random();
  const Id128 b = Id128::random();

  EXPECT_NE(a, b);
  EXPECT_EQ(a.bytes[6] >> 4, 4);
  EXPECT_EQ(a.bytes[8] >> 6, 2);
}

TEST(BootId, IsKnownOnThisKernel) {
  EXPECT_FALSE(base::boot_id().is_null());
}

}  // namespace
}  // namespace logq
