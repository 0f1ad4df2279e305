#include "journal/clock_leap.h"

#include <gtest/gtest.h>

#include "journal/writer_support.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

constexpr std::uint64_t kHour = 3'600'000'000;
constexpr std::uint64_t kDay = 24 * kHour;
constexpr std::uint64_t kBegun = 1'700'000'000'000'000;  // this boot

class ClockLeap : public testing::Test {
 protected:
  void add_file(const std::string& name, std::uint64_t realtime, std::uint64_t monotonic) {
    const auto writer =
        FileWriter::create(directory_.path() + "/" + name, test::small_file()).value();
    ASSERT_TRUE(writer->append({realtime, monotonic, boot_}, test::views({"MESSAGE=x"})));
    ASSERT_TRUE(writer->close());
  }
  [[nodiscard]] std::uint64_t leap(std::uint64_t realtime, std::uint64_t monotonic) const {
    return clock_leap_usec(directory_.path(), {realtime, monotonic}, boot_);
  }

  logq::test::TempDir directory_;
  Id128 boot_ = Id128::random();
};

TEST_F(ClockLeap, IsWhatTheWallClockHasGoneFurtherThanTheOther) {
  add_file("system.journal", kBegun + kHour, kHour);
  EXPECT_EQ(leap(kBegun + 2 * kHour, 2 * kHour), 0U);
  EXPECT_EQ(leap(kBegun + 60 * kDay, 60 * kDay), 0U) << "a log that was quiet for long";
  EXPECT_EQ(leap(kBegun + 2 * kHour + 60 * kDay, 2 * kHour), 60 * kDay);
  EXPECT_EQ(leap(kBegun - 60 * kDay, 2 * kHour), 0U) << "nothing is too old then";
}

TEST_F(ClockLeap, IsStillKnownWhenEntriesHaveBeenStoredSince) {
  add_file("archived.journal", kBegun + 10 * kHour, 10 * kHour);
  add_file("system.journal", kBegun + 60 * kDay, 10 * kHour + 1);
  EXPECT_EQ(leap(kBegun + 60 * kDay + 1, 10 * kHour + 2) / kDay, 59U);
  EXPECT_EQ(leap(kBegun + 60 * kDay + 2 * kHour, 12 * kHour), 0U) << "it has run on for hours";
}

TEST_F(ClockLeap, IsUnknownFromEntriesOfOtherBoots) {
  add_file("system.journal", kBegun, kHour);
  boot_ = Id128::random();
  EXPECT_EQ(leap(kBegun + 1000 * kDay, kHour), 0U);
}

}  // namespace
}  // namespace logq::journal
