#include <gtest/gtest.h>

#include "support/child_process.h"

namespace logq::test {
namespace {

int status_of(const std::string& suite) {
  return run_command({{LOGQ_SUITE_EXAMPLE, "--gtest_filter=" + suite + ".*"}, {}, {}}).status;
}

TEST(SuiteMain, FailsWhenATestFailsWhateverElseIsSkipped) {
  EXPECT_EQ(status_of("SkippedAndFailed"), 1);
}

TEST(SuiteMain, SaysWhenNothingRan) {
  EXPECT_EQ(status_of("AllSkipped"), 77);
}

TEST(SuiteMain, PassesWhenSomethingRan) {
  EXPECT_EQ(status_of("SkippedAndPassed"), 0);
}

TEST(SuiteMain, FailsWhenThereIsNoSuchSuite) {
  EXPECT_EQ(status_of("Renamed"), 1);
}

}  // namespace
}  // namespace logq::test
