#include "base/ini.h"

#include <gtest/gtest.h>

namespace logq::base {
namespace {

TEST(ParseIni, ReadsSectionsAndAssignments) {
  const IniFile file = parse_ini("# comment\n[A]\nKey = value \n; other\n\n[B]\nEmpty=\nK=a=b");

  ASSERT_EQ(file.assignments.size(), 3U);
  EXPECT_EQ(file.assignments[0].section, "A");
  EXPECT_EQ(file.assignments[0].key, "Key");
  EXPECT_EQ(file.assignments[0].value, "value");
  EXPECT_EQ(file.assignments[0].line, 3U);
  EXPECT_EQ(file.assignments[1].value, "");
  EXPECT_EQ(file.assignments[2].section, "B");
  EXPECT_EQ(file.assignments[2].value, "a=b");
  EXPECT_TRUE(file.problems.empty());
}

TEST(ParseIni, JoinsContinuedLinesAndSkipsCommentsBetween) {
  const IniFile file = parse_ini("[A]\nKey=one \\\n# comment\n  two\\\nthree\nNext=x\n");

  ASSERT_EQ(file.assignments.size(), 2U);
  EXPECT_EQ(file.assignments[0].value, "one two three");
  EXPECT_EQ(file.assignments[0].line, 2U);
  EXPECT_EQ(file.assignments[1].line, 6U);
}

TEST(ParseIni, ReportsWhatIsNoAssignment) {
  const IniFile file = parse_ini("Early=1\n[Broken\nnonsense\n[A]\n=value\nK=v\n");

  ASSERT_EQ(file.problems.size(), 4U);
  EXPECT_EQ(file.problems[0].line, 1U);
  EXPECT_EQ(file.problems[3].line, 5U);
  ASSERT_EQ(file.assignments.size(), 1U);
}

TEST(ParseIni, TakesACarriageReturnForABlank) {
  const IniFile file = parse_ini("[A]\r\nKey=value\r\n");

  ASSERT_EQ(file.assignments.size(), 1U);
  EXPECT_EQ(file.assignments[0].value, "value");
}

}  // namespace
}  // namespace logq::base
