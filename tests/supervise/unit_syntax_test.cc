#include "supervise/unit_syntax.h"

#include <array>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using namespace std::string_literals;

UnitText read(std::string_view text) {
  constexpr std::array<std::string_view, 2> kSections = {"Unit", "Service"};
  return read_unit_text(text, "u.service", kSections);
}

// "LINE SECTION KEY=VALUE" each.
std::vector<std::string> assignments(std::string_view text) {
  std::vector<std::string> lines;
  for (const UnitAssignment& a : read(text).assignments)
    lines.push_back(std::to_string(a.line) + " " + a.section + " " + a.key + "=" + a.value);
  return lines;
}

std::vector<std::string> problems(std::string_view text) {
  std::vector<std::string> lines;
  for (const UnitProblem& problem : read(text).problems)
    lines.push_back(problem.text());
  return lines;
}

using Lines = std::vector<std::string>;

TEST(UnitSyntax, ReadsAssignmentsOfSections) {
  EXPECT_EQ(assignments("[Unit]\nA=1\n\n [Service] \n  B = x = y  \nC=\n"),
            (Lines{"2 Unit A=1", "5 Service B=x = y", "6 Service C="}));
  EXPECT_EQ(assignments("\xef\xbb\xbf[Unit]\r\nA=1\r\n"), Lines{"2 Unit A=1"});
  EXPECT_TRUE(assignments("").empty());
}

TEST(UnitSyntax, SkipsCommentsAlsoWithinAContinuedLine) {
  EXPECT_EQ(assignments("[Unit]\n# a \\\nA=1\n ; b\nB=1 \\\n# c\n  2\n"),
            (Lines{"3 Unit A=1", "7 Unit B=1    2"}));
}

TEST(UnitSyntax, NumbersAContinuedLineByItsLastPart) {
  EXPECT_EQ(assignments("[Unit]\nA=1 \\\n2 \\\n3\nB=1"), (Lines{"4 Unit A=1  2  3", "5 Unit B=1"}));
  EXPECT_EQ(assignments("[Unit]\nA=1 \\\n\nB=1"), (Lines{"3 Unit A=1", "4 Unit B=1"}));
  EXPECT_EQ(assignments("[Unit]\nA=1\\"), Lines{"3 Unit A=1"});
}

TEST(UnitSyntax, ContinuesNoLineWhoseLastBackslashIsEscaped) {
  EXPECT_EQ(assignments("[Unit]\nA=1\\\\\nB=1"), (Lines{"2 Unit A=1\\\\", "3 Unit B=1"}));
}

TEST(UnitSyntax, TellsOfLinesThatAreNoAssignments) {
  EXPECT_EQ(problems("A=1\n[Unit]\nnothing\n=1\n[Bogus]\nB=1\n[X-Ours]\nC=1\n"),
            (Lines{"u.service:1: Assignment outside of section. Ignoring.",
                   "u.service:3: Missing '=', ignoring line.",
                   "u.service:4: Missing key name before '=', ignoring line.",
                   "u.service:5: Unknown section 'Bogus'. Ignoring."}));
}

TEST(UnitSyntax, StopsAtWhatMakesAFileUnusable) {
  for (const std::string& bad :
       {"[Unit"s, "[Un\"it]"s, "A=\xff"s, "A=\0"s, "A="s + std::string(1 << 20, 'x')}) {
    const UnitText text = read("[Unit]\n" + bad + "\nB=1\n");
    ASSERT_EQ(text.problems.size(), 1U) << bad.substr(0, 9);
    EXPECT_EQ(text.problems.front().severity, UnitProblem::Severity::kFatal);
    EXPECT_EQ(text.problems.front().line, 2U);
    EXPECT_TRUE(text.assignments.empty());
  }
}

TEST(UnitWords, AreSeparatedByBlanksOutsideOfQuotes) {
  EXPECT_EQ(split_words(" a  b\tc ", Escapes::kRefused), (Lines{"a", "b", "c"}));
  EXPECT_EQ(split_words(R"("a b" 'c d' e"f g"h "")", Escapes::kRefused),
            (Lines{"a b", "c d", "ef gh", ""}));
  EXPECT_EQ(split_words(R"("it's" '"')", Escapes::kRefused), (Lines{"it's", "\""}));
  EXPECT_EQ(split_words("", Escapes::kRefused), Lines{});
  EXPECT_FALSE(split_words("a 'b", Escapes::kRefused));
  EXPECT_FALSE(split_words("a \"b", Escapes::kRelaxed));
}

TEST(UnitWords, HaveTheEscapesOfC) {
  EXPECT_EQ(split_words(R"(\a\b\f\n\r\t\v\\\"\'\s)", Escapes::kRefused),
            Lines{"\a\b\f\n\r\t\v\\\"' "});
  EXPECT_EQ(split_words(R"(\x41\102\u00e4\U0001F600)", Escapes::kRefused),
            Lines{"AB\xc3\xa4\xf0\x9f\x98\x80"});
  EXPECT_EQ(split_words(R"(\xff\377)", Escapes::kRefused), Lines{"\xff\xff"});
}

TEST(UnitWords, KeepOrRefuseWhatIsNoEscape) {
  for (const std::string bad : {R"(\q)", R"(\0)", R"(\x00)", R"(\xg1)", R"(\400)", R"(\u0000)",
                                R"(\U00110000)", R"(\x4)"}) {
    EXPECT_FALSE(split_words(bad, Escapes::kRefused)) << bad;
    EXPECT_EQ(split_words(bad, Escapes::kRelaxed), Lines{bad});
  }
  EXPECT_EQ(split_words(R"(a\ b\q)", Escapes::kAnything), Lines{"a bq"});
  EXPECT_FALSE(split_words("a\\", Escapes::kAnything));
  EXPECT_EQ(split_words(R"(a "b c\)", Escapes::kLenient), (Lines{"a", "b c"}));
}

}  // namespace
}  // namespace logq::supervise
