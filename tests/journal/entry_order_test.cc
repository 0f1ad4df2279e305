#include "journal/entry_order.h"

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

Id128 id_of(std::uint8_t number) {
  Id128 made;
  made.bytes[0] = number;
  return made;
}

// A sequence and a boot by number, then what tells entries apart.
PlacedEntry entry(std::uint8_t sequence,
                  std::uint64_t seqnum,
                  std::uint8_t boot,
                  std::uint64_t monotonic,
                  std::uint64_t realtime) {
  PlacedEntry made;
  made.seqnum_id = id_of(sequence);
  made.info.seqnum = seqnum;
  made.info.boot_id = id_of(boot);
  made.info.monotonic_usec = monotonic;
  made.info.realtime_usec = realtime;
  return made;
}

TEST(EntryOrder, GoesByNumberWithinASequenceWhateverTheTimesSay) {
  EXPECT_LT(compare(entry(1, 5, 1, 900, 900), entry(1, 6, 1, 100, 100)), 0);
  EXPECT_GT(compare(entry(1, 6, 1, 100, 100), entry(1, 5, 1, 900, 900)), 0);
}

TEST(EntryOrder, GoesByMonotonicTimeWithinABootWhateverTheWallClockSays) {
  EXPECT_LT(compare(entry(1, 9, 1, 100, 900), entry(2, 1, 1, 200, 100)), 0);
}

TEST(EntryOrder, GoesByRealtimeWhenBootsAreUnknown) {
  EXPECT_LT(compare(entry(1, 9, 1, 900, 100), entry(2, 1, 2, 100, 200)), 0);
}

TEST(EntryOrder, GoesByTheNewestEntryOfEachBootOfAMachine) {
  BootOrder boots;
  boots.learn(id_of(1), id_of(7), 5000);
  boots.learn(id_of(2), id_of(7), 4000);
  auto later_boot = entry(1, 9, 1, 1, 100);
  auto earlier_boot = entry(2, 1, 2, 1, 200);
  boots.place(later_boot);
  boots.place(earlier_boot);

  EXPECT_GT(compare(later_boot, earlier_boot), 0);
}

TEST(EntryOrder, DoesNotCompareBootsOfDifferentMachines) {
  BootOrder boots;
  boots.learn(id_of(1), id_of(7), 5000);
  boots.learn(id_of(2), id_of(8), 4000);
  auto first = entry(1, 9, 1, 1, 100);
  auto second = entry(2, 1, 2, 1, 200);
  boots.place(first);
  boots.place(second);

  EXPECT_LT(compare(first, second), 0);
}

TEST(EntryOrder, KnowsTheSameEntryFromOneThatOnlyLooksAlike) {
  const auto one = entry(1, 5, 1, 100, 100);
  auto other = one;
  other.info.offset = 4096;
  auto changed = one;
  changed.info.xor_hash = 1;

  EXPECT_TRUE(identical(one, other));
  EXPECT_EQ(compare(one, other), 0);
  EXPECT_FALSE(identical(one, changed));
  EXPECT_NE(compare(one, changed), 0);
}

}  // namespace
}  // namespace logq::journal
