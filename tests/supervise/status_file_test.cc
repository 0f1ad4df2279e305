#include "supervise/status_file.h"

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

TEST(StatusFile, HoldsTheLastLineAndAlwaysAsManyBytes) {
  const test::TempDir directory;
  const std::string path = directory.path() + "/status";
  auto file = *StatusFile::open(path);
  EXPECT_EQ(test::read_text_file(path), "");

  ASSERT_TRUE(file.keep("a longer line"));
  ASSERT_TRUE(file.keep("short"));
  EXPECT_EQ(test::read_text_file(path), "short" + std::string(996, '\n'));

  ASSERT_TRUE(file.keep(std::string(2000, 'x')));
  EXPECT_EQ(test::read_text_file(path), std::string(1000, 'x') + "\n");
}

TEST(StatusFile, CannotBeWhereThereIsNoDirectory) {
  EXPECT_FALSE(StatusFile::open("/nonexistent/status"));
}

}  // namespace
}  // namespace logq::supervise
