#include "journal/item_order.h"

#include <algorithm>
#include <random>
#include <vector>

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

using Offsets = std::vector<std::uint32_t>;

Offsets sorted(Offsets offsets) {
  ItemOrder order;
  offsets.resize(order.sort_distinct(offsets));
  return offsets;
}

TEST(ItemOrder, KeepsWhatIsInOrder) {
  EXPECT_EQ(sorted({}), Offsets{});
  EXPECT_EQ(sorted({8}), Offsets{8});
  EXPECT_EQ(sorted({8, 16, 0xfffffff8U}), (Offsets{8, 16, 0xfffffff8U}));
}

TEST(ItemOrder, ComparesOffsetsAsUnsigned) {
  EXPECT_EQ(sorted({0xfffffff8U, 0x80000000U, 0x7ffffff8U, 8}),
            (Offsets{8, 0x7ffffff8U, 0x80000000U, 0xfffffff8U}));
}

TEST(ItemOrder, DropsRepeatedOffsets) {
  EXPECT_EQ(sorted({8, 8}), Offsets{8});
  EXPECT_EQ(sorted({24, 8, 24, 16, 8, 24}), (Offsets{8, 16, 24}));
}

TEST(ItemOrder, IsRightWhateverItWasBefore) {
  std::mt19937 random(4711);
  ItemOrder order;
  Offsets places(20);
  for (int round = 0; round < 2000; ++round) {
    // Mostly the values of the entry before, some of them new, now and then given twice.
    for (std::uint32_t& place : places)
      if (place == 0 || random() % 16 == 0)
        place = static_cast<std::uint32_t>(8 * (1 + random() % 999));
    Offsets offsets = places;
    offsets.resize(2 + random() % 19);
    Offsets expected = offsets;
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());

    offsets.resize(order.sort_distinct(offsets));
    ASSERT_EQ(offsets, expected) << round;
  }
}

TEST(ItemOrder, IsThatOfASortAtEveryLength) {
  std::mt19937 random(4711);
  for (std::size_t size = 0; size < 200; ++size) {
    Offsets offsets(size);
    for (std::uint32_t& offset : offsets)
      offset = static_cast<std::uint32_t>(8 * (1 + random() % (2 * size)));
    Offsets expected = offsets;
    std::sort(expected.begin(), expected.end());
    expected.erase(std::unique(expected.begin(), expected.end()), expected.end());

    EXPECT_EQ(sorted(offsets), expected) << size;
  }
}

}  // namespace
}  // namespace logq::journal
