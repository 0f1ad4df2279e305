// Suites that end in every way, for suite_main_test.cc.
#include <gtest/gtest.h>

TEST(AllSkipped, One) {
  GTEST_SKIP();
}
TEST(AllSkipped, Two) {
  GTEST_SKIP();
}

TEST(SkippedAndFailed, One) {
  GTEST_SKIP();
}
TEST(SkippedAndFailed, Two) {
  FAIL();
}

TEST(SkippedAndPassed, One) {
  GTEST_SKIP();
}
TEST(SkippedAndPassed, Two) {}
