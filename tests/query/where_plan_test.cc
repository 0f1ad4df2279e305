#include "query/where_plan.h"

#include <cstddef>
#include <fstream>

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "journal/format.h"
#include "query/match_text.h"
#include "query/where_explain.h"
#include "query/where_oracle.h"
#include "query/where_support.h"
#include "support/temp_dir.h"

namespace logq::query {
namespace {

using test::match_text;
using test::parsed;

class WherePlanTest : public testing::Test {
 protected:
  // A journal of these entries, one file.
  void store(const std::vector<std::vector<std::string>>& entries) {
    path_ = dir_.path() + "/system" + std::to_string(++n_files_) + ".journal";
    auto writer = journal::FileWriter::create(path_, journal::WriterOptions{});
    ASSERT_TRUE(writer.has_value());
    std::uint64_t now = 1'700'000'000'000'000;
    const Id128 boot = Id128::random();
    for (const std::vector<std::string>& entry : entries) {
      ++now;
      const std::vector<std::string_view> payloads(entry.begin(), entry.end());
      ASSERT_TRUE((*writer)->append({now, now, boot}, payloads).has_value());
    }
    (*writer)->publish();
    ASSERT_TRUE((*writer)->close().has_value());
    journal_ = std::move(*journal::Journal::open_files({path_}));
  }

  WherePlan planned(std::string_view text, WhereReading reading = WhereReading::kStored) {
    Where where = parsed(text);
    return plan_where(where, where_index(*journal_), reading);
  }
  std::string match_of(std::string_view text, WhereReading reading = WhereReading::kStored) {
    return match_text(planned(text, reading).match);
  }

  test::TempDir dir_;
  int n_files_ = 0;
  std::string path_;  // of the last one
  std::unique_ptr<journal::Journal> journal_;
};

TEST_F(WherePlanTest, LooksUpTextsWithoutSeeking) {
  store({{"A=x"}});

  EXPECT_EQ(match_of("A = foo"), "A=foo");
  EXPECT_EQ(match_of("_PID = 12"), "_PID=12");
  EXPECT_EQ(match_of("A in (y, x, y)"), "(A=x | A=y)");
  EXPECT_EQ(match_of("A = x and B = y"), "(A=x & B=y)");
  EXPECT_EQ(match_of("A = x or B = y"), "(A=x | B=y)");
  EXPECT_EQ(match_of("not (A != x or not B = y)"), "(A=x & B=y)");
}

TEST_F(WherePlanTest, SeeksTheValuesThatSatisfyOtherComparisons) {
  store({{"A=1"}, {"A=01"}, {"A=20"}, {"A=foo"}, {"B=1"}, {"B=2"}, {"B=3"}, {"B=4"}});

  EXPECT_EQ(match_of("A = 1"), "(A=01 | A=1)");
  EXPECT_EQ(match_of("A =~ o"), "A=foo");
  EXPECT_EQ(match_of("A > 5 and A < 30"), "((A=foo | A=20) & (A=20 | A=01 | A=1))");
  EXPECT_EQ(match_of("C = 1.5"), "()");
  EXPECT_EQ(match_of("has C"), "()");
}

TEST_F(WherePlanTest, RestrictsNothingWhereAnyEntryMaySatisfy) {
  store({{"A=x"}});

  for (const char* text :
       {"A != x", "A !~ x", "A not in (x)", "not A = x", "not has A", "__SEQNUM = 3",
        "A = x or __SEQNUM = 3", "A = x or B != y", "not (A = x and B = y)"})
    EXPECT_EQ(match_of(text), "all") << text;
}

TEST_F(WherePlanTest, UsesWhatHelpsOfAConjunction) {
  store({{"A=x"}});

  EXPECT_EQ(match_of("A = x and B != y and (C != 1 or D = z)"), "A=x");
  EXPECT_EQ(planned("B != y and A = x").settled, 0b10U);
}

TEST_F(WherePlanTest, SettlesAnAlternativeOnlyAsAWhole) {
  store({{"A=x"}});

  EXPECT_EQ(planned("A = x or B = y").settled, 0b11U);
  EXPECT_EQ(planned("(A = x and C != z) or B = y").settled, 0U);
  EXPECT_EQ(planned("(A = x and C != z or B = y) and D = z").settled, 0b1000U);
}

TEST_F(WherePlanTest, SeeksNothingWhenFollowing) {
  store({{"A=1"}, {"A=2"}, {"B=x"}});

  EXPECT_EQ(match_of("A > 1", WhereReading::kFollowing), "all");
  EXPECT_EQ(match_of("has A", WhereReading::kFollowing), "all");
  EXPECT_EQ(match_of("A > 1 and B = y", WhereReading::kFollowing), "B=y");
}

TEST_F(WherePlanTest, SeeksNothingWhenFewEntriesAreLeft) {
  store({{"A=1", "B=x"}, {"A=2"}});

  const WherePlan plan = planned("A > 1 and B = x");

  EXPECT_EQ(match_text(plan.match), "B=x");
  EXPECT_EQ(plan.leaves[0].way, WherePlan::Way::kFewEntries);
  EXPECT_EQ(plan.n_entries, 1U);
}

TEST_F(WherePlanTest, LooksAtEachEntryWhereTheListOfValuesIsBroken) {
  store({{"A=1"}, {"A=2"}, {"A=3"}});
  const journal::FileOffset data = journal_->files().front()->find_data("A=2");
  std::fstream file(path_, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(data + offsetof(journal::DataObject, next_field_offset)));
  file.write("\xff\xff\xff\xff\xff\xff\xff\x7f", 8).flush();

  const WherePlan plan = planned("A < 3");

  EXPECT_EQ(match_text(plan.match), "all");
  EXPECT_EQ(plan.leaves[0].way, WherePlan::Way::kDamaged);
  EXPECT_EQ(match_of("A in (x, y)"), "(A=x | A=y)");
}

// An index of which nothing is stored.
struct MadeIndex {
  WhereIndex index;
  MadeIndex(std::uint64_t values, std::uint64_t entries_each, std::uint64_t entries) {
    index.for_each_value = [values](std::string_view field, const WhereIndex::Visit& visit) {
      for (std::uint64_t i = 0; i < values; ++i) {
        if (!visit(std::string(field) + "=" + std::to_string(i))) break;
      }
      return true;
    };
    index.n_entries_with = [entries_each](std::string_view) { return entries_each; };
    index.n_entries = entries;
  }
  [[nodiscard]] WherePlan plan(std::string_view text) const {
    Where where = parsed(text);
    return plan_where(where, index, WhereReading::kStored);
  }
};

TEST(WherePlan, GivesUpOnFieldsOfManyValues) {
  EXPECT_EQ(MadeIndex(10'000, 1, 1'000'000).plan("A = 5").leaves[0].way, WherePlan::Way::kIndex);
  EXPECT_EQ(MadeIndex(10'001, 1, 1'000'000).plan("A = 5").leaves[0].way,
            WherePlan::Way::kManyValues);
  EXPECT_EQ(MadeIndex(1'000, 1, 1'000'000).plan("A < 100").leaves[0].way, WherePlan::Way::kIndex);
  EXPECT_EQ(MadeIndex(1'000, 1, 1'000'000).plan("A <= 100").leaves[0].way,
            WherePlan::Way::kManyValues);
}

TEST(WherePlan, GoesAlongTheIndexOnlyWhereThatIsQuicker) {
  const MadeIndex half(2, 500'000, 1'000'000);
  EXPECT_EQ(half.plan("A = 0.0").leaves[0].way, WherePlan::Way::kIndex);
  EXPECT_EQ(MadeIndex(10, 100'000, 1'000'000).plan("A <= 3").leaves[0].way, WherePlan::Way::kIndex);
  EXPECT_EQ(MadeIndex(10, 100'000, 1'000'000).plan("A <= 8").leaves[0].way,
            WherePlan::Way::kNoGain);
}

TEST(WherePlan, DoesNotTrustValuesThatAreNotAllThere) {
  MadeIndex damaged(3, 1, 100);
  damaged.index.for_each_value = [](std::string_view, const WhereIndex::Visit&) { return false; };

  const WherePlan plan = damaged.plan("A > 1");

  EXPECT_EQ(plan.match.kind, journal::Match::Kind::kAll);
  EXPECT_EQ(plan.leaves[0].way, WherePlan::Way::kDamaged);
}

TEST(WherePlan, IsExplained) {
  const MadeIndex index(3, 20'000, 1'000'000);
  Where where = parsed("A = x and not (B = 1 or C < 2) and (__SEQNUM > 3 or D = y) and E >= 2");

  EXPECT_EQ(explain_where(where, plan_where(where, index.index, WhereReading::kStored)),
            "and\n"
            "  A = x            index: 1 value, 20000 entries\n"
            "  not or\n"
            "    B = 1          each entry: entries without the field satisfy it\n"
            "    C < 2          each entry: entries without the field satisfy it\n"
            "  or\n"
            "    __SEQNUM > 3   each entry: not a stored field\n"
            "    D = y          each entry: needed for an alternative\n"
            "  E >= 2           index: 1 value, 20000 entries\n"
            "looks at 20000 of 1000000 entries at most\n");
}

TEST(WherePlan, IsExplainedWhereEverythingIsLookedAt) {
  const MadeIndex index(3, 20'000, 1'000'000);
  Where where = parsed("A != x");

  EXPECT_EQ(explain_where(where, plan_where(where, index.index, WhereReading::kStored)),
            "A != x   each entry: entries without the field satisfy it\n"
            "looks at 1000000 of 1000000 entries\n");
}

// Entry by entry what a plain evaluation says: the match selects all that hold, and with what it
// settles nothing else.
TEST_F(WherePlanTest, NeverLosesAnEntryNorSettlesTooMuch) {
  std::mt19937 random(48);
  std::vector<test::EntryFields> fields;
  std::vector<std::vector<std::string>> entries;
  for (int i = 0; i < 300; ++i) {
    fields.push_back(test::random_fields(random));
    std::vector<std::string>& entry = entries.emplace_back();
    for (const auto& [name, value] : fields.back())
      entry.push_back(name + "=" + value);
    fields.back().emplace("__SEQNUM", std::to_string(i + 1));
  }
  store(entries);
  int n_restricted = 0;
  for (int i = 0; i < 600; ++i) {
    const auto oracle = test::WhereOracle::random(random, 3);
    Where where = parsed(oracle.text());
    const WherePlan plan = plan_where(where, where_index(*journal_), WhereReading::kStored);
    n_restricted += plan.match.kind != journal::Match::Kind::kAll ? 1 : 0;
    std::vector<std::uint64_t> found;
    journal_->set_match(plan.match);
    journal_->seek_head();
    std::uint64_t n_looked_at = 0;
    while (journal_->next()) {
      ++n_looked_at;
      std::uint64_t leaves = plan.settled | where.leaves_of(journal_->entry());
      for (const std::string_view payload : journal_->payloads())
        leaves |= where.leaves_of(payload);
      if (where.holds(leaves)) found.push_back(journal_->entry().seqnum);
    }
    std::vector<std::uint64_t> expected;
    for (std::size_t k = 0; k < fields.size(); ++k) {
      if (oracle.holds(fields[k])) expected.push_back(k + 1);
    }
    EXPECT_LE(n_looked_at, plan.n_entries) << oracle.text();
    ASSERT_EQ(found, expected) << oracle.text() << "\n" << explain_where(where, plan);
  }
  EXPECT_GT(n_restricted, 150);
}

}  // namespace
}  // namespace logq::query
