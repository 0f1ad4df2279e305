#include "base/io.h"

#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace logq::base {
namespace {

TEST(ReplaceFile, WritesWholeContentsWithTheModeAsked) {
  const test::TempDir dir;
  const std::string path = dir.path() + "/f";

  ASSERT_TRUE(replace_file(path, "one", 0600));
  ASSERT_TRUE(replace_file(path, "two", 0640, Durability::kSynced));

  EXPECT_EQ(*read_small_file(path), "two");
  struct stat status {};
  ASSERT_EQ(::stat(path.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640U);
}

TEST(ReplaceFile, LeavesNothingBehindWhenItFails) {
  const test::TempDir dir;
  ASSERT_TRUE(make_directories(dir.path() + "/target/inside", 0700));

  EXPECT_FALSE(replace_file(dir.path() + "/target", "bytes", 0600));

  const std::filesystem::directory_iterator entries(dir.path());
  EXPECT_EQ(std::distance(begin(entries), end(entries)), 1);
}

TEST(ReadSmallFile, ReportsTheErrnoOfAMissingFile) {
  const auto bytes = read_small_file("/nonexistent/file");

  ASSERT_FALSE(bytes);
  EXPECT_EQ(bytes.error().sys_errno, ENOENT);
  EXPECT_EQ(bytes.error().message(), "open: No such file or directory");
}

TEST(ReadSmallFile, CutsAtTheLimit) {
  const test::TempDir dir;
  ASSERT_TRUE(replace_file(dir.path() + "/f", std::string(10'000, 'x'), 0600));

  EXPECT_EQ(read_small_file(dir.path() + "/f", 5'000)->size(), 5'000U);
}

TEST(MakeDirectories, MakesEveryMissingParent) {
  const test::TempDir dir;

  ASSERT_TRUE(make_directories(dir.path() + "/a/b/c", 0700));
  ASSERT_TRUE(make_directories(dir.path() + "/a/b/c", 0700));

  EXPECT_TRUE(std::filesystem::is_directory(dir.path() + "/a/b/c"));
}

}  // namespace
}  // namespace logq::base
