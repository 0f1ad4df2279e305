#include "query/priority_range.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

TEST(PriorityRange, ALevelMeansItAndAllMoreSevere) {
  EXPECT_EQ(*parse_priority_range("4"), (PriorityRange{0, 4}));
  EXPECT_EQ(*parse_priority_range("warning"), (PriorityRange{0, 4}));
  EXPECT_EQ(*parse_priority_range("emerg"), (PriorityRange{0, 0}));
}

TEST(PriorityRange, TwoLevelsMayComeInEitherOrder) {
  EXPECT_EQ(*parse_priority_range("err..warning"), (PriorityRange{3, 4}));
  EXPECT_EQ(*parse_priority_range("6..1"), (PriorityRange{1, 6}));
}

TEST(PriorityRange, RefusesWhatJournalctlRefuses) {
  for (const std::string_view text :
       {"", "8", "010", "0x8", "3 ", "-1", "foo", "warn", "ERR", "..3", "3..", "1..2..3"})
    EXPECT_FALSE(parse_priority_range(text).has_value()) << text;
}

TEST(PriorityRange, MatchesEachLevelOfTheRange) {
  const journal::Match match = match_priorities({2, 3});

  ASSERT_EQ(match.operands.size(), 2U);
  EXPECT_EQ(match.operands[0].payload, "PRIORITY=2");
  EXPECT_EQ(match.operands[1].payload, "PRIORITY=3");
}

TEST(PriorityRange, AllLevelsAskNothing) {
  EXPECT_EQ(match_priorities({0, 7}).kind, journal::Match::Kind::kAll);
}

TEST(PriorityRange, LevelsAreNumbersAsSystemdReadsThem) {
  for (const std::string_view text : {"3", " 3", "03", "+3", "0x3", "0b11", "0o3"}) {
    EXPECT_EQ(parse_priority_range(text).value(), (PriorityRange{0, 3})) << text;
  }
}

}  // namespace
}  // namespace logq::query
