#include "logq/result.h"

#include <cerrno>

#include <gtest/gtest.h>

#include "base/try.h"

namespace logq {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(Error::make(Errc::kInvalidArgument, "odd number"));
  return n / 2;
}

Result<int> quarter(int n) {
  return half(LOGQ_TRY(half(n)));
}

TEST(Result, TryReturnsTheFirstError) {
  EXPECT_EQ(*quarter(8), 2);
  ASSERT_FALSE(quarter(6));
  EXPECT_EQ(quarter(6).error().what, "odd number");
}

TEST(Error, MessagesNamePlaceAndSystemError) {
  EXPECT_EQ(Error::corrupt(0x1a40, "entry array not 8-aligned").message(),
            "corrupt at 0x1a40: entry array not 8-aligned");
  EXPECT_EQ(Error::system(EACCES, "open").message(), "open: Permission denied");
}

}  // namespace
}  // namespace logq
