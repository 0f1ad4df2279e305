#include "supervise/envdir.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using namespace std::string_literals;

// A directory with every oddity a file of it can have.
void furnish(const std::string& path) {
  test::write_text_file(path + "/PLAIN", "value\n");
  test::write_text_file(path + "/BLANKS", " a \t \nsecond line\n");
  test::write_text_file(path + "/NUL", "a\0b\0"s);
  test::write_text_file(path + "/CR", "a\r\n");
  test::write_text_file(path + "/NEWLINE", "\n");
  test::write_text_file(path + "/UNSET", "");
  test::write_text_file(path + "/.hidden", "x");
  test::write_text_file(path + "/ODD=NAME", "x");
  test::write_text_file(path + "/NO_END", "x");
}

TEST(EnvironmentDirectory, MakesVariablesOfFiles) {
  test::TempDir directory;
  furnish(directory.path());

  Environment environment({"UNSET=1", "KEPT=1", "PLAIN=old"});
  const EnvironmentDirectory read = read_environment_directory(directory.path());
  read.apply_to(environment);

  EXPECT_EQ(read.failure, "");
  EXPECT_EQ(environment.value_of("PLAIN"), "value");
  EXPECT_EQ(environment.value_of("BLANKS"), " a");
  EXPECT_EQ(environment.value_of("NUL"), "a\nb\n");
  EXPECT_EQ(environment.value_of("NEWLINE"), "");
  EXPECT_EQ(environment.value_of("KEPT"), "1");
  EXPECT_FALSE(environment.value_of("UNSET"));
  EXPECT_FALSE(environment.value_of(".hidden"));
}

TEST(EnvironmentDirectory, SaysWhatCannotBeRead) {
  test::TempDir directory;
  std::filesystem::create_directory(directory.path() + "/SUB");

  EXPECT_EQ(read_environment_directory(directory.path()).failure,
            directory.path() + "/SUB: Is a directory");
  EXPECT_EQ(read_environment_directory(directory.path() + "/none").failure,
            directory.path() + "/none: No such file or directory");
}

TEST(EnvironmentDirectory, IsReadAsDaemontoolsDoes) {
  test::TempDir directory;
  furnish(directory.path());
  const auto shown = test::run_command({.argv = {"env", "-i", "UNSET=1", "PATH=/usr/bin:/bin",
                                                 "envdir", directory.path(), "env", "-0"},
                                        .environment = {},
                                        .input = {}});
  if (shown.status == 127) GTEST_SKIP() << "no envdir here";
  ASSERT_EQ(shown.status, 0) << shown.err;

  Environment environment({"UNSET=1", "PATH=/usr/bin:/bin"});
  read_environment_directory(directory.path()).apply_to(environment);

  std::vector<std::string> theirs;
  for (std::size_t at = 0; at < shown.out.size(); at = shown.out.find('\0', at) + 1)
    theirs.emplace_back(shown.out.c_str() + at);
  std::vector<std::string> ours = environment.assignments();
  std::ranges::sort(theirs);
  std::ranges::sort(ours);
  EXPECT_EQ(ours, theirs);
}

}  // namespace
}  // namespace logq::supervise
