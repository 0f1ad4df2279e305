#include "query/where_error.h"

#include <gtest/gtest.h>

#include "query/where_support.h"

namespace logq::query {
namespace {

using test::complaint;

TEST(WhereError, HasACaretUnderTheFirstThingThatIsWrong) {
  EXPECT_EQ(complaint("PRIORITY <= and _UID = 0"),
            "expected a value; one that reads like this needs quotes\n"
            "  PRIORITY <= and _UID = 0\n"
            "              ^");
  EXPECT_EQ(complaint("A = 1 B = 2"),
            "expected \"and\" or \"or\"\n"
            "  A = 1 B = 2\n"
            "        ^");
}

TEST(WhereError, PointsBehindTheEndWhereSomethingIsMissing) {
  EXPECT_EQ(complaint("A ="),
            "expected a value\n"
            "  A =\n"
            "     ^");
  EXPECT_EQ(complaint(""),
            "expected the name of a field\n"
            "  \n"
            "  ^");
}

TEST(WhereError, PointsIntoAPattern) {
  EXPECT_EQ(complaint(R"(A =~ "\"[b" and)"),
            "Bad pattern \"\"[b\": missing terminating ] for character class (at byte 3)\n"
            "  A =~ \"\\\"[b\" and\n"
            "            ^");
}

TEST(WhereError, CountsCellsOfTheTerminal) {
  EXPECT_EQ(complaint("A = \xc3\xbc or B = \xe4\xbd\xa0 C"),
            "expected \"and\" or \"or\"\n"
            "  A = \xc3\xbc or B = \xe4\xbd\xa0 C\n"
            "                  ^");
}

TEST(WhereError, NeverSendsControlCharactersToTheTerminal) {
  EXPECT_EQ(complaint("A = \x1b[31m\xff\t B"),
            "expected \"and\" or \"or\"\n"
            "  A = ?[31m?  B\n"
            "              ^");
}

TEST(WhereError, ShowsTheLineThatIsWrong) {
  EXPECT_EQ(complaint("A = 1 and\nB ! 2\nor C = 3"),
            "expected =, !=, <, <=, >, >=, =~, !~ or \"in\"\n"
            "  B ! 2\n"
            "    ^");
  EXPECT_EQ(describe_where_error("A\nB", {1, "x"}), "x\n  A\n   ^");
  EXPECT_EQ(describe_where_error("A\nB", {99, "x"}), "x\n  B\n   ^");
}

TEST(WhereError, ShowsAPartOfALongLine) {
  const std::string text = "A = " + std::string(500, 'x') + " B" + std::string(500, 'y');
  const std::string expected = "expected \"and\" or \"or\"\n  \xe2\x80\xa6" + std::string(49, 'x') +
                               " B" + std::string(24, 'y') + "\xe2\x80\xa6\n" +
                               std::string(53, ' ') + "^";
  EXPECT_EQ(complaint(text), expected);
}

}  // namespace
}  // namespace logq::query
