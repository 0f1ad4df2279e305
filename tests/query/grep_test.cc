#include "query/grep.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::query {
namespace {

Grep compiled(std::string_view pattern, CaseRule rule = CaseRule::kAutomatic) {
  auto grep = Grep::compile(pattern, rule);
  EXPECT_TRUE(grep.has_value()) << pattern;
  return std::move(*grep);
}

TEST(Grep, FindsTheLeftmostMatch) {
  Grep grep = compiled("o+");

  EXPECT_EQ(grep.find("foo boo"), (TextSpan{1, 3}));
  EXPECT_EQ(grep.find("bar"), std::nullopt);
}

TEST(Grep, IgnoresCaseUnlessThePatternHasUpperCase) {
  EXPECT_TRUE(compiled("error").find("ERROR"));
  EXPECT_FALSE(compiled("Error").find("ERROR"));
  EXPECT_FALSE(compiled("error", CaseRule::kSensitive).find("ERROR"));
  EXPECT_TRUE(compiled("Error", CaseRule::kInsensitive).find("eRROR"));
}

TEST(Grep, SearchesBytes) {
  EXPECT_EQ(compiled("^..$").find("\u00fc"), (TextSpan{0, 2}));
  EXPECT_EQ(compiled("\\xff.").find("a\xff\xfe"), (TextSpan{1, 3}));
  EXPECT_EQ(compiled("b").find(std::string_view("a\0b", 3)), (TextSpan{2, 3}));
  EXPECT_EQ(compiled(std::string_view("\0", 1)).find(std::string_view("a\0b", 3)),
            (TextSpan{1, 2}));
}

TEST(Grep, MatchesEmptyTexts) {
  EXPECT_EQ(compiled("^$").find(std::string_view()), (TextSpan{0, 0}));
  EXPECT_EQ(compiled("").find("abc"), (TextSpan{0, 0}));
}

TEST(Grep, TreatsLinesAsJournalctlDoes) {
  EXPECT_FALSE(compiled("^second").find("first\nsecond"));
  EXPECT_TRUE(compiled("(?m)^second").find("first\nsecond"));
  EXPECT_FALSE(compiled("first.second").find("first\nsecond"));
}

TEST(Grep, ExplainsABadPattern) {
  const auto grep = Grep::compile("a[", CaseRule::kAutomatic);

  ASSERT_FALSE(grep.has_value());
  EXPECT_EQ(grep.error().offset, 2U);
  EXPECT_EQ(describe_pattern_error("a["),
            "Bad pattern \"a[\": missing terminating ] for character class (at byte 2)");
  EXPECT_EQ(describe_pattern_error("a"), "");
}

TEST(Grep, SearchesTextsThatNeedMoreStackThanACompiledPatternHas) {
  Grep grep = compiled("(.|x)*needle");
  const std::string text(48'000, 'a');

  EXPECT_EQ(grep.find(text + "needle"), (TextSpan{0, text.size() + 6}));

  EXPECT_EQ(grep.failures().n_texts, 0U);
}

TEST(Grep, GivesUpOnATextThatNeedsTooManySteps) {
  Grep grep = compiled("^(a+)+$");

  EXPECT_EQ(grep.find(std::string(200, 'a') + "!"), std::nullopt);
  EXPECT_EQ(grep.find("aaa"), (TextSpan{0, 3}));

  EXPECT_EQ(grep.failures().n_texts, 1U);
  EXPECT_EQ(grep.failures().first_cause, "match limit exceeded");
}

}  // namespace
}  // namespace logq::query
