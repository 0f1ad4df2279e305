#include "query/where.h"

#include <gtest/gtest.h>

#include "query/where_oracle.h"
#include "query/where_support.h"
#include "support/allocation_count.h"

namespace logq::query {
namespace {

using test::holds;
using test::parsed;

TEST(Where, HoldsWhenSomeValueOfAFieldDoes) {
  EXPECT_TRUE(holds("A = 2", {"A=1", "A=2"}));
  EXPECT_TRUE(holds("A > 1", {"A=1", "A=2"}));
  EXPECT_TRUE(holds("A =~ ^b", {"A=ab", "A=ba"}));
  EXPECT_TRUE(holds("A in (2, 3)", {"A=1", "A=3"}));
}

TEST(Where, NegatesComparisonsAsAWhole) {
  EXPECT_FALSE(holds("A != 2", {"A=1", "A=2"}));
  EXPECT_FALSE(holds("A !~ ^b", {"A=ab", "A=ba"}));
  EXPECT_FALSE(holds("A not in (2, 3)", {"A=1", "A=3"}));
  EXPECT_TRUE(holds("A != 2", {"A=1"}));
}

TEST(Where, NegationsHoldWithoutTheFieldAndOrdersDoNot) {
  for (const char* text :
       {"A != 1", "A !~ 1", "A not in (1)", "not A = 1", "not A < 1", "not has A"})
    EXPECT_TRUE(holds(text, {"B=1"})) << text;
  for (const char* text : {"A = 1", "A < 1", "A >= 1", "A =~ 1", "A in (1)", "has A"})
    EXPECT_FALSE(holds(text, {"B=1"})) << text;
}

TEST(Where, LooksAtWholeNamesOnly) {
  for (const char* payload : {"AB=1", "A", "=1", "", "A\0=1", "B=A=1"})
    EXPECT_FALSE(holds("has A", {payload})) << payload;
  EXPECT_TRUE(holds("has A", {"A="}));
  EXPECT_TRUE(holds("A = ''", {"A="}));
}

TEST(Where, TakesValuesAsBytes) {
  using namespace std::string_view_literals;
  EXPECT_TRUE(holds(R"(A = "a\x00b")", {"A=a\0b"sv}));
  EXPECT_TRUE(holds(R"(A =~ "a\x00b")", {"A=a\0b"sv}));
  EXPECT_TRUE(holds("A > b", {"A=\xff"}));
}

TEST(Where, CountsCaseInPatterns) {
  EXPECT_FALSE(holds("A =~ foo", {"A=Foo"}));
  EXPECT_TRUE(holds("A =~ '(?i)foo'", {"A=Foo"}));
}

TEST(Where, AsksTheEntryItself) {
  journal::EntryInfo entry;
  entry.seqnum = 48;
  entry.realtime_usec = 1'699'999'999'999'999;
  entry.monotonic_usec = 90'000'001;
  const auto holds_of_it = [&entry](std::string_view text) {
    Where where = parsed(text);
    return where.holds(where.leaves_of(entry));
  };
  EXPECT_TRUE(holds_of_it("__SEQNUM = 48 and __SEQNUM < 49"));
  EXPECT_FALSE(holds_of_it("__SEQNUM in (47, 49)"));
  EXPECT_TRUE(holds_of_it("__REALTIME_TIMESTAMP < '2023-11-14 22:13:20 UTC'"));
  EXPECT_FALSE(holds_of_it("__REALTIME_TIMESTAMP < '2023-11-14 22:13:19 UTC'"));
  EXPECT_TRUE(holds_of_it("__MONOTONIC_TIMESTAMP > 90s"));
  EXPECT_FALSE(holds_of_it("__MONOTONIC_TIMESTAMP > 91s"));
  EXPECT_TRUE(holds_of_it("has __SEQNUM"));
  // A stored field of such a name comes from a damaged file.
  EXPECT_FALSE(holds("__SEQNUM = 1", {"__SEQNUM=1"}));
}

TEST(Where, HasRoomForAllLeaves) {
  std::string text = "A = 0";
  for (int i = 1; i < 64; ++i)
    text += " and (B = " + std::to_string(i);
  Where deep = parsed(text + std::string(63, ')'));
  EXPECT_TRUE(deep.holds(~std::uint64_t{0}));
  EXPECT_FALSE(deep.holds(~std::uint64_t{0} >> 1));
  EXPECT_EQ(deep.leaves_of("B=63"), std::uint64_t{1} << 63);
}

TEST(Where, JoinsExpressionsByAnd) {
  std::vector<Where> parts;
  parts.push_back(parsed("A = 1 or B = 1"));
  parts.push_back(parsed("C = 1"));
  parts.push_back(parsed("D = 1 and E = 1"));
  WhereResult all = Where::all_of(std::move(parts));
  ASSERT_TRUE(all.has_value());
  EXPECT_EQ(all->to_text(), "(A = 1 or B = 1) and C = 1 and D = 1 and E = 1");
  EXPECT_TRUE(holds(*all, {"B=1", "C=1", "D=1", "E=1"}));
  EXPECT_FALSE(holds(*all, {"B=1", "D=1", "E=1"}));
}

TEST(Where, RefusesToJoinTooMany) {
  std::string many = "A = 1";
  for (int i = 1; i < 40; ++i)
    many += " or A = 1";
  std::vector<Where> parts;
  parts.push_back(parsed(many));
  parts.push_back(parsed(many));
  EXPECT_FALSE(Where::all_of(std::move(parts)).has_value());
}

TEST(Where, IsTheSameAsItsClone) {
  Where where = parsed("A =~ '^x' and B != 1 or __SEQNUM > 3");
  Result<Where> clone = where.clone();
  ASSERT_TRUE(clone.has_value());
  EXPECT_EQ(clone->to_text(), where.to_text());
  EXPECT_TRUE(holds(*clone, {"A=xy"}));
  EXPECT_FALSE(holds(*clone, {"A=xy", "B=1"}));
}

TEST(Where, CountsValuesOnWhichAPatternWasGivenUp) {
  auto where = Where::parse("A =~ '^(a+)+$' or B =~ '^(a+)+$'", {0, 1000});
  ASSERT_TRUE(where.has_value());
  const std::string value = std::string(40, 'a') + "b";
  EXPECT_EQ(where->leaves_of("A=" + value), 0U);
  EXPECT_EQ(where->leaves_of("B=" + value), 0U);
  EXPECT_EQ(where->failures().n_texts, 2U);
  EXPECT_EQ(where->failures().first_cause, "match limit exceeded");
}

TEST(Where, AllocatesNothingForAPayload) {
  Where where = parsed("A > 5 and B > 5s and C in (1, x) and D =~ x+ and E < 4K");
  const std::uint64_t before = test::allocation_count();
  for (const char* payload : {"A=17", "B=1min 3s", "C=x", "D=xxx", "E=3.5K", "MESSAGE=hello"})
    static_cast<void>(where.leaves_of(payload));
  EXPECT_EQ(test::allocation_count(), before);
}

// What is random here comes from fixed seeds.
TEST(Where, MeansWhatAPlainEvaluationSays) {
  std::mt19937 random(20231114);
  int n_held = 0;
  for (int i = 0; i < 2000; ++i) {
    const auto oracle = test::WhereOracle::random(random, 4);
    Where where = parsed(oracle.text());
    Where again = parsed(where.to_text());
    EXPECT_EQ(again.tree(), where.tree());
    EXPECT_EQ(again.to_text(), where.to_text());
    for (int k = 0; k < 20; ++k) {
      test::EntryFields fields = test::random_fields(random);
      journal::EntryInfo entry;
      entry.seqnum = random() % 12;
      std::uint64_t leaves = where.leaves_of(entry);
      for (const auto& [name, value] : fields)
        leaves |= where.leaves_of(name + "=" + value);
      std::string shown;
      for (const auto& [name, value] : fields)
        shown += "\n" + name + "=" + value;
      fields.emplace("__SEQNUM", std::to_string(entry.seqnum));
      const bool expected = oracle.holds(fields);
      n_held += expected ? 1 : 0;
      ASSERT_EQ(where.holds(leaves), expected) << oracle.text() << shown;
    }
  }
  EXPECT_GT(n_held, 5000);
  EXPECT_LT(n_held, 35000);
}

}  // namespace
}  // namespace logq::query
