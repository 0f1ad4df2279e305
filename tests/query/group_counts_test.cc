#include "query/group_counts.h"

#include <map>
#include <random>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace logq::query {
namespace {

using Counts = std::map<std::vector<ValueId>, std::uint64_t>;
using Entry = std::vector<std::vector<ValueId>>;  // the values of each field

Counts counts_of(const GroupCounts& counts) {
  Counts found;
  for (const Group& group : counts.groups()) {
    EXPECT_TRUE(found.emplace(group.values, group.count).second) << "a group told twice";
  }
  return found;
}

void add(GroupCounts& counts, const Entry& entry) {
  for (std::size_t field = 0; field < entry.size(); ++field) {
    for (const ValueId value : entry[field])
      counts.add(field, value);
  }
  counts.end_entry();
}

// One row of the cross product after the other.
void count_naively(const Entry& entry, std::vector<ValueId>& begun, Counts& counts) {
  if (begun.size() == entry.size()) {
    ++counts[begun];
    return;
  }
  std::set<ValueId> values(entry[begun.size()].begin(), entry[begun.size()].end());
  if (values.empty()) values.insert(kNoValue);
  for (const ValueId value : values) {
    begun.push_back(value);
    count_naively(entry, begun, counts);
    begun.pop_back();
  }
}

Entry random_entry(std::mt19937& random, std::size_t n_fields) {
  Entry entry(n_fields);
  for (std::vector<ValueId>& values : entry) {
    for (std::size_t n = random() % 4; n > 0; --n)
      values.push_back(static_cast<ValueId>(1 + random() % 5));
  }
  return entry;
}

TEST(DistinctValues, NumberTextsFromOneInTheOrderOfTheirFirstMention) {
  DistinctValues values;
  std::string text = "a";

  EXPECT_EQ(values.id_of(text), 1U);
  text = "b";  // what was handed in need not stay
  EXPECT_EQ(values.id_of(text), 2U);
  EXPECT_EQ(values.id_of(""), 3U);
  EXPECT_EQ(values.id_of(std::string_view("a\0", 2)), 4U);
  EXPECT_EQ(values.id_of("a"), 1U);

  EXPECT_EQ(values.text(1), "a");
  EXPECT_EQ(values.text(3), "");
  EXPECT_EQ(values.text(4).size(), 2U);
  EXPECT_EQ(values.size(), 4U);
}

TEST(GroupCounts, AnEntryCountsOnceForEachOfItsValues) {
  GroupCounts counts(1);
  add(counts, {{7, 8, 7}});
  add(counts, {{7}});

  EXPECT_EQ(counts_of(counts), (Counts{{{7}, 2}, {{8}, 1}}));
}

TEST(GroupCounts, AnEntryWithoutTheFieldHasNoValue) {
  GroupCounts counts(2);
  add(counts, {{}, {3}});
  add(counts, {{}, {}});

  EXPECT_EQ(counts_of(counts), (Counts{{{kNoValue, 3}, 1}, {{kNoValue, kNoValue}, 1}}));
}

TEST(GroupCounts, AnEntryThatIsDroppedLeavesNothing) {
  GroupCounts counts(2);
  counts.add(0, 1);
  counts.add(1, 2);
  counts.drop_entry();
  add(counts, {{1}, {}});

  EXPECT_EQ(counts_of(counts), (Counts{{{1, kNoValue}, 1}}));
}

TEST(GroupCounts, AreThoseOfAPlainCount) {
  std::mt19937 random(1);
  for (std::size_t n_fields = 1; n_fields <= 4; ++n_fields) {
    GroupCounts counts(n_fields);
    Counts expected;
    for (int i = 0; i < 300; ++i) {
      const Entry entry = random_entry(random, n_fields);
      add(counts, entry);
      std::vector<ValueId> begun;
      count_naively(entry, begun, expected);
    }
    EXPECT_EQ(counts_of(counts), expected) << n_fields;
    EXPECT_EQ(counts.n_cut(), 0U);
  }
}

TEST(GroupCounts, MergedAreThoseOfOneCount) {
  std::mt19937 random(2);
  GroupCounts all(3);
  std::vector<GroupCounts> parts(3, GroupCounts(3));
  for (int i = 0; i < 600; ++i) {
    const Entry entry = random_entry(random, 3);
    add(all, entry);
    add(parts[random() % parts.size()], entry);
  }

  GroupCounts merged(3);
  for (const GroupCounts& part : parts)
    merged.merge(part);

  EXPECT_EQ(counts_of(merged), counts_of(all));
}

TEST(GroupCounts, AnEntryMadeToBeCostlyIsCutAndTold) {
  Entry costly(8);
  for (std::vector<ValueId>& values : costly) {
    for (ValueId value = 1; value <= 100; ++value)
      values.push_back(value);
  }
  GroupCounts counts(8);
  add(counts, costly);
  add(counts, {{1}, {1}, {1}, {1}, {1}, {1}, {1}, {1}});
  GroupCounts merged(8);
  merged.merge(counts);

  EXPECT_EQ(counts.groups().size(), GroupCounts::kMaxCombinations);
  EXPECT_EQ(counts.n_cut(), 1U);
  EXPECT_EQ(merged.n_cut(), 1U);
}

// They are no more than the entry has fields, and an index counts all of them, too.
TEST(GroupCounts, OfOneFieldAllValuesAreCounted) {
  Entry large(1);
  for (ValueId value = 1; value <= 10'000; ++value)
    large[0].push_back(value);
  GroupCounts counts(1);
  add(counts, large);

  EXPECT_EQ(counts.groups().size(), 10'000U);
  EXPECT_EQ(counts.n_cut(), 0U);
}

TEST(GroupCounts, AsManyCombinationsAsAreAllowedAreNotCut) {
  Entry large(2);
  for (ValueId value = 1; value <= 64; ++value) {
    large[0].push_back(value);
    large[1].push_back(value);
  }
  GroupCounts counts(2);
  add(counts, large);

  EXPECT_EQ(counts.groups().size(), GroupCounts::kMaxCombinations);
  EXPECT_EQ(counts.n_cut(), 0U);
}

}  // namespace
}  // namespace logq::query
