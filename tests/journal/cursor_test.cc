#include "journal/cursor.h"

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

constexpr const char* kText =
    "s=0123456789abcdef0123456789abcdef;i=2a;b=fedcba9876543210fedcba9876543210;m=ff;"
    "t=60a24181e4000;x=deadbeef00000001";

TEST(Cursor, ReadsAndWritesTheTextOfJournalctl) {
  const auto cursor = Cursor::parse(kText);

  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->seqnum, 42U);
  EXPECT_EQ(cursor->monotonic_usec, 255U);
  EXPECT_EQ(cursor->xor_hash, 0xdeadbeef00000001U);
  EXPECT_EQ(cursor->to_string(), kText);
}

TEST(Cursor, IgnoresKeysItDoesNotKnow) {
  const auto cursor = Cursor::parse("z=what;t=10");

  ASSERT_TRUE(cursor);
  EXPECT_EQ(cursor->realtime_usec, 16U);
}

TEST(Cursor, NeedsEnoughToFindAnEntry) {
  EXPECT_TRUE(Cursor::parse("m=1;b=fedcba9876543210fedcba9876543210"));
  EXPECT_FALSE(Cursor::parse(""));
  EXPECT_FALSE(Cursor::parse("i=2a"));
  EXPECT_FALSE(Cursor::parse("m=1"));
  EXPECT_FALSE(Cursor::parse("x=1;z=2"));
}

TEST(Cursor, RefusesWhatIsNotANumber) {
  EXPECT_FALSE(Cursor::parse("t="));
  EXPECT_FALSE(Cursor::parse("t=g1"));
  EXPECT_FALSE(Cursor::parse("t=1;s=short"));
  EXPECT_FALSE(Cursor::parse("t=1;x=zz"));
  EXPECT_FALSE(Cursor::parse("t"));
}

TEST(Cursor, RefusesEmptyPartsAndLongKeys) {
  EXPECT_FALSE(Cursor::parse("t=1;"));
  EXPECT_FALSE(Cursor::parse(";t=1"));
  EXPECT_FALSE(Cursor::parse("t=1;;m=2"));
  EXPECT_FALSE(Cursor::parse("t=1;qq=2"));
}

// As scanf(3), which is what journalctl reads them with.
TEST(Cursor, TakesNumbersWithAPrefixAndWithSomethingBehindThem) {
  EXPECT_EQ(Cursor::parse("t=0x1f")->realtime_usec, 31U);
  EXPECT_EQ(Cursor::parse("t= 1f")->realtime_usec, 31U);
  EXPECT_EQ(Cursor::parse("t=1fgh")->realtime_usec, 31U);
  EXPECT_EQ(Cursor::parse("t=1;t=2")->realtime_usec, 2U);
}

}  // namespace
}  // namespace logq::journal
