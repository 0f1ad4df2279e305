#include "journal/storage_limits.h"

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

constexpr std::uint64_t kKiB = std::uint64_t{1} << 10;
constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
constexpr std::uint64_t kGiB = std::uint64_t{1} << 30;

TEST(StorageLimits, AreSharesOfTheFileSystem) {
  const auto limits = storage_limits({}, 10 * kGiB);

  EXPECT_EQ(limits.max_use_bytes, kGiB);
  EXPECT_EQ(limits.keep_free_bytes, 512 * kMiB);
  EXPECT_EQ(limits.max_file_bytes, 128 * kMiB);
  EXPECT_EQ(limits.min_file_bytes, 512 * kKiB);
  EXPECT_EQ(limits.min_use_bytes, 16 * kMiB);
  EXPECT_EQ(limits.max_files, 100U);
}

TEST(StorageLimits, HaveAnUpperEnd) {
  const auto limits = storage_limits({}, 1000 * kGiB);

  EXPECT_EQ(limits.max_use_bytes, 4 * kGiB);
  EXPECT_EQ(limits.keep_free_bytes, 4 * kGiB);
  EXPECT_EQ(limits.max_file_bytes, 128 * kMiB);
}

TEST(StorageLimits, HaveALowerEnd) {
  const auto limits = storage_limits({}, 4 * kMiB);

  // Two files of the smallest size fit.
  EXPECT_EQ(limits.max_use_bytes, kMiB);
  EXPECT_EQ(limits.max_file_bytes, 512 * kKiB);
  EXPECT_EQ(limits.min_use_bytes, kMiB);
}

TEST(StorageLimits, AreSmallForAFileSystemOfUnknownSize) {
  const auto limits = storage_limits({}, 0);

  EXPECT_EQ(limits.max_use_bytes, kMiB);
  EXPECT_EQ(limits.keep_free_bytes, kMiB);
}

TEST(StorageLimits, FollowTheConfiguration) {
  const auto limits = storage_limits({.max_use_bytes = 200 * kMiB,
                                      .keep_free_bytes = 0,
                                      .max_file_bytes = 10'000'000,
                                      .max_files = 7},
                                     10 * kGiB);

  EXPECT_EQ(limits.max_use_bytes, 200 * kMiB);
  EXPECT_EQ(limits.keep_free_bytes, 0U);
  EXPECT_EQ(limits.max_file_bytes, 10'002'432U);  // whole pages
  EXPECT_EQ(limits.max_files, 7U);
}

TEST(StorageLimits, LeaveRoomForTwoFilesOfTheLargestSize) {
  const auto limits =
      storage_limits({.max_use_bytes = 10 * kMiB, .max_file_bytes = 64 * kMiB}, 10 * kGiB);

  EXPECT_EQ(limits.max_use_bytes, 128 * kMiB);
}

TEST(StorageLimits, EndCompactFilesBelowFourGigabytes) {
  const StorageSettings settings{.max_use_bytes = 100 * kGiB, .max_file_bytes = 9 * kGiB};

  EXPECT_EQ(storage_limits(settings, 1000 * kGiB).max_file_bytes, 4 * kGiB - 1);
  EXPECT_EQ(storage_limits(settings, 1000 * kGiB, false).max_file_bytes, 9 * kGiB);
}

TEST(StorageLimits, DoNotOverflow) {
  const StorageSettings settings{.max_use_bytes = kGiB, .max_file_bytes = UINT64_MAX - 8191};

  const auto limits = storage_limits(settings, 1000 * kGiB, false);
  EXPECT_GE(limits.max_use_bytes, limits.max_file_bytes);
}

class CurrentLimit : public testing::Test {
 protected:
  StorageLimits limits_ = storage_limits({}, 10 * kGiB);  // 1 GiB, 512 MiB free, at least 16 MiB
};

TEST_F(CurrentLimit, IsTheMaximumWhileThereIsRoom) {
  EXPECT_EQ(current_limit(limits_, 100 * kMiB, 5 * kGiB), kGiB);
}

TEST_F(CurrentLimit, KeepsSpaceFreeForOthers) {
  EXPECT_EQ(current_limit(limits_, 100 * kMiB, 700 * kMiB), 288 * kMiB);
}

TEST_F(CurrentLimit, DoesNotGiveUpWhatIsUsedToMakeRoomForOthers) {
  EXPECT_EQ(current_limit(limits_, 100 * kMiB, 0), 100 * kMiB);
}

TEST_F(CurrentLimit, GrantsTheMinimumOnAFullDisk) {
  EXPECT_EQ(current_limit(limits_, 0, 0), 16 * kMiB);
}

}  // namespace
}  // namespace logq::journal
