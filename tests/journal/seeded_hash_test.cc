#include "journal/seeded_hash.h"

#include <algorithm>
#include <unordered_map>

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

TEST(SeededHash, IsTheSameInCopiesAndAnotherInOthers) {
  const SeededHash hash;
  const SeededHash copy = hash;
  const SeededHash other;

  EXPECT_EQ(hash("MESSAGE"), copy("MESSAGE"));
  EXPECT_EQ(hash(4096), copy(4096));
  EXPECT_NE(hash("MESSAGE"), other("MESSAGE"));
  EXPECT_NE(hash(4096), other(4096));
}

// Offsets that a file has chosen so that they would all meet in one bucket of a usual table.
TEST(SeededHash, SpreadsTheMultiplesOfATablesSize) {
  std::unordered_map<std::uint64_t, int, SeededHash> table;
  table.reserve(10'000);
  const std::uint64_t buckets = table.bucket_count();
  for (std::uint64_t i = 0; i < 10'000; ++i)
    table[i * buckets * 8] = 1;
  ASSERT_EQ(table.bucket_count(), buckets);

  std::size_t longest = 0;
  for (std::size_t i = 0; i < buckets; ++i)
    longest = std::max(longest, table.bucket_size(i));
  EXPECT_LT(longest, 30U);
}

}  // namespace
}  // namespace logq::journal
