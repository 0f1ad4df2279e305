#include "support/child_process.h"

#include <unistd.h>

#include <gtest/gtest.h>

namespace logq::test {
namespace {

TEST(ChildProcess, IsWaitedForOnce) {
  ChildProcess process({{"true"}, {}, ""});
  EXPECT_EQ(process.wait().status, 0);
  EXPECT_EQ(process.wait().status, -1);
}

// Signal 0 does nothing but say whether anybody would have got it.
TEST(SignalProcess, NeverMeansMoreThanOneProcess) {
  EXPECT_TRUE(signal_process(::getpid(), 0));
  EXPECT_FALSE(signal_process(0, 0)) << "our group";
  EXPECT_FALSE(signal_process(-1, 0)) << "everybody";
  EXPECT_FALSE(signal_process(-::getpgrp(), 0)) << "a group";
}

}  // namespace
}  // namespace logq::test
