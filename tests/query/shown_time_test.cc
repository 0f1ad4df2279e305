#include "query/shown_time.h"

#include <gtest/gtest.h>

namespace logq::query {
namespace {

TEST(ShownTime, ReadsNumbersAsLenientlyAsJournalctl) {
  EXPECT_EQ(parse_source_realtime("1600000000123456"), 1'600'000'000'123'456U);
  EXPECT_EQ(parse_source_realtime(" +12"), 12U);
  EXPECT_EQ(parse_source_realtime("0x10"), 16U);
  EXPECT_EQ(parse_source_realtime("010"), 8U);
  EXPECT_EQ(parse_source_realtime("0o10"), 8U);
  EXPECT_EQ(parse_source_realtime("0b10"), 2U);
}

TEST(ShownTime, OtherTextIsNoTime) {
  for (const char* text : {"", " ", "x", "-1", "12x", "1 2", "99999999999999999999999"})
    EXPECT_EQ(parse_source_realtime(text), std::nullopt) << text;
}

TEST(ShownTime, ATimeHasBounds) {
  EXPECT_EQ(parse_source_realtime("0"), std::nullopt);
  EXPECT_EQ(parse_source_monotonic("0"), 0U);
  EXPECT_EQ(parse_source_realtime("36028797018963967"), kTimeUsecMax - 1);
  EXPECT_EQ(parse_source_realtime("36028797018963968"), std::nullopt);
  EXPECT_EQ(parse_source_monotonic("36028797018963968"), std::nullopt);
}

}  // namespace
}  // namespace logq::query
