#include "collect/progress_word.h"

#include <gtest/gtest.h>

namespace logq::collect {
namespace {

constexpr ProgressWord in_progress(std::uint64_t position, std::uint16_t seqnum) {
  return {position, true, seqnum};
}

std::uint64_t position_after(const ProgressWord& found, std::uint64_t tail_seqnum) {
  const ProgressWord resolved = resolve_run(found, tail_seqnum);
  EXPECT_FALSE(resolved.in_progress);
  return resolved.position;
}

TEST(ProgressOfARun, StaysWhereItWasWhenNothingWasStored) {
  EXPECT_EQ(position_after(in_progress(7, 100), 99), 7U);
  EXPECT_EQ(position_after(in_progress(7, 0), 0xffff), 7U);
}

TEST(ProgressOfARun, MovesOnByTheEntriesThatWereStored) {
  EXPECT_EQ(position_after(in_progress(7, 100), 100), 8U);
  EXPECT_EQ(position_after(in_progress(7, 100), 102), 10U);
  EXPECT_EQ(position_after(in_progress(7, 100), 99 + kBatchEntriesMax), 7 + kBatchEntriesMax);
}

TEST(ProgressOfARun, GoesOnWhereTheLowBitsOfNumbersBeginAgain) {
  EXPECT_EQ(position_after(in_progress(7, 0xffff), 0x5ffff), 8U);
  EXPECT_EQ(position_after(in_progress(7, 0xffff), 0x60001), 10U);
}

// A number that no run can have reached is not of this run.
TEST(ProgressOfARun, IsNotMovedByNumbersFarAway) {
  EXPECT_EQ(position_after(in_progress(7, 100), 100 + kBatchEntriesMax), 7U);
  EXPECT_EQ(position_after(in_progress(7, 100), 40'000), 7U);
}

TEST(ProgressOfARun, IsLeftAloneWhereNothingWasInProgress) {
  EXPECT_EQ(position_after({7, false, 100}, 100), 7U);
}

}  // namespace
}  // namespace logq::collect
