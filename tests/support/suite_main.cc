// main() of test programs whose suites ctest runs as a whole (SUITES in tests/CMakeLists.txt). For
// ctest a line that says "skipped" outdoes all else, so it is told by the exit status: that of the
// tests, but kAllSkipped when none of them failed and none ran, and 1 when there is no such test.
#include <cstdio>

#include <gtest/gtest.h>

namespace {

constexpr int kAllSkipped = 77;  // SKIP_RETURN_CODE

}  // namespace

int main(int argc, char** argv) {
  testing::InitGoogleTest(&argc, argv);
  const int status = RUN_ALL_TESTS();
  const auto& run = *testing::UnitTest::GetInstance();
  if (GTEST_FLAG_GET(list_tests) || status != 0) return status;
  if (run.test_to_run_count() == 0) {
    std::fputs("no such test\n", stderr);
    return 1;
  }
  return run.successful_test_count() == 0 ? kAllSkipped : 0;
}
