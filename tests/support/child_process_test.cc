#include "support/child_process.h"

#include <gtest/gtest.h>

namespace logq::test {
namespace {

TEST(ChildProcess, IsWaitedForOnce) {
  ChildProcess process({{"true"}, {}, ""});
  EXPECT_EQ(process.wait().status, 0);
  EXPECT_EQ(process.wait().status, -1);
}

}  // namespace
}  // namespace logq::test
