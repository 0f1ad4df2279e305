#include "supervise/environment.h"

#include <cerrno>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using Lines = std::vector<std::string>;

Lines parsed(std::string_view text) {
  const auto result = parse_environment_file(text);
  return result ? result->assignments : Lines{"refused"};
}

TEST(Environment, HasEveryNameOnce) {
  Environment environment({"A=1", "B=2", "A=3"});

  EXPECT_EQ(environment.assignments(), (Lines{"A=3", "B=2"}));
  EXPECT_EQ(environment.value_of("A"), "3");
  EXPECT_FALSE(environment.value_of("C"));
}

TEST(Environment, ForgetsByNameOrByExactValue) {
  Environment environment({"A=1", "B=2", "C=3"});
  environment.unset("A");
  environment.unset("B=1");
  environment.unset("C=3");

  EXPECT_EQ(environment.assignments(), Lines{"B=2"});
}

TEST(Environment, KnowsWhatCanBeAVariable) {
  EXPECT_TRUE(is_variable_assignment("_a1="));
  EXPECT_TRUE(is_variable_assignment("A=b=c\td\n"));
  for (const char* bad : {"A", "=1", "1A=1", "A-B=1", "A =1", "A=\x01", "A=\xff", "A=\x7f"}) {
    EXPECT_FALSE(is_variable_assignment(bad)) << bad;
  }
}

TEST(EnvironmentFile, HasAssignmentsAndComments) {
  EXPECT_EQ(parsed("A=1\n# B=2\n ; C=3\n\n  D = x y  \nE=\nnothing\nF=1"),
            (Lines{"A=1", "D=x y", "E=", "F=1"}));
  EXPECT_EQ(parsed("A=a # b\r\nB=2\r\n"), (Lines{"A=a # b", "B=2"}));
}

TEST(EnvironmentFile, QuotesLikeAShell) {
  EXPECT_EQ(parsed(R"(A='a "b" \n'  )"), Lines{R"(A=a "b" \n)"});
  EXPECT_EQ(parsed(R"(A="a 'b' \" \\ \$ \` \n")"), Lines{R"(A=a 'b' " \ $ ` \n)"});
  EXPECT_EQ(parsed("A='a '\"b \" c\n"), Lines{"A=a b c"});
  EXPECT_EQ(parsed("A=\"x\ny\"\nB='1\n2'"), (Lines{"A=x\ny", "B=1\n2"}));
}

TEST(EnvironmentFile, ContinuesLinesWithABackslash) {
  EXPECT_EQ(parsed("A=a\\\nb\\ \nB=\\x\n"), (Lines{"A=ab ", "B=x"}));
  EXPECT_EQ(parsed("# comment \\\nA=1\nB=2\n"), Lines{"B=2"});
}

TEST(EnvironmentFile, LeavesOutWhatIsNoAssignmentAndSaysSo) {
  const auto result = parse_environment_file("1A=1\nA=2\nexport B=3\n");

  ASSERT_TRUE(result);
  EXPECT_EQ(result->assignments, Lines{"A=2"});
  EXPECT_EQ(result->complaints, (Lines{"Ignoring invalid environment assignment '1A=1'",
                                       "Ignoring invalid environment assignment 'export B=3'"}));
}

TEST(EnvironmentFile, IsRefusedWhereItIsNotText) {
  EXPECT_EQ(parsed("A=1\nB=\xff\n"), Lines{"refused"});
}

TEST(EnvironmentFiles, AreReadInOrderAndThoseOfAPatternSorted) {
  test::TempDir directory;
  const std::string path = directory.path();
  test::write_text_file(path + "/2.env", "B=2\n");
  test::write_text_file(path + "/1.env", "A=1\n1A=x\n");
  test::write_text_file(path + "/last", "C=3\n");

  const auto read = read_environment_files({{path + "/missing", true},
                                            {path + "/last", false},
                                            {path + "/*.env", false},
                                            {path + "/*.none", true}});

  ASSERT_TRUE(read.has_value());
  EXPECT_EQ(read->assignments, (Lines{"C=3", "A=1", "B=2"}));
  EXPECT_EQ(read->complaints,
            Lines{path + "/1.env: Ignoring invalid environment assignment '1A=x'"});
}

TEST(EnvironmentFiles, FailWithOneThatMayNotBeMissing) {
  test::TempDir directory;
  const auto missing = read_environment_files({{directory.path() + "/missing", false}});
  ASSERT_FALSE(missing.has_value());
  EXPECT_EQ(missing.error().sys_errno, ENOENT);
  EXPECT_FALSE(read_environment_files({{directory.path() + "/*.none", false}}).has_value());
}

}  // namespace
}  // namespace logq::supervise
