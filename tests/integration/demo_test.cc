// ./dev demo's script works, and shows what README promises.
#include <string>

#include <gtest/gtest.h>

#include "support/child_process.h"

namespace logq::test {
namespace {

TEST(Demo, ShowsDatagramsAndPrintedLinesOfOneUnitAndVerifies) {
  const CommandResult demo = run_command({{"sh", LOGQ_SOURCE_DIR "/scripts/demo.sh", LOGQ_BIN_DIR},
                                          {},
                                          {},
                                          std::chrono::seconds{300}});

  ASSERT_EQ(demo.status, 0) << demo.out << demo.err;
  for (const char* expected :
       {"\"_SYSTEMD_UNIT\":\"hello.service\"", "\"LOGGER\":", "Started hello.service",
        "hello.service: Deactivated successfully."}) {
    EXPECT_NE(demo.out.find(expected), std::string::npos) << "missing: " << expected << demo.out;
  }
  EXPECT_NE((demo.out + demo.err).find("PASS: "), std::string::npos) << demo.err;
}

}  // namespace
}  // namespace logq::test
