#include "collect/kernel_position.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <cstring>
#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

class KernelPositionTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string path() const { return directory_.path() + "/kernel-seqnum"; }
  [[nodiscard]] KernelPosition open(const Id128& boot, std::uint64_t tail = 0) const {
    return std::move(*KernelPosition::open(path(), boot, tail));
  }
  // The file as journald reads and writes it.
  [[nodiscard]] std::uint64_t journald_reads() const {
    std::uint64_t number = 0;
    const std::string bytes = test::read_text_file(path());
    std::memcpy(&number, bytes.data(), sizeof(number));
    return number;
  }
  void journald_writes(std::uint64_t number) const {
    std::string bytes = test::read_text_file(path());
    bytes.resize(std::max<std::size_t>(bytes.size(), sizeof(number)));
    std::memcpy(bytes.data(), &number, sizeof(number));
    test::write_text_file(path(), bytes);
  }

  test::TempDir directory_;
  const Id128 boot_ = Id128::random();
};

TEST_F(KernelPositionTest, BeginsAtTheFirstMessage) {
  EXPECT_EQ(open(boot_).next(), 0U);
  EXPECT_EQ(KernelPosition().next(), 0U);
}

TEST_F(KernelPositionTest, IsKept) {
  open(boot_).set_next(4711);
  EXPECT_EQ(open(boot_).next(), 4711U);
}

TEST_F(KernelPositionTest, IsHandedOverToJournaldAndBack) {
  journald_writes(100);
  EXPECT_EQ(open(boot_).next(), 100U);
  open(boot_).set_next(200);
  EXPECT_EQ(journald_reads(), 200U);
  journald_writes(300);
  EXPECT_EQ(open(boot_).next(), 300U);
}

TEST_F(KernelPositionTest, CountsForItsBootOnly) {
  open(boot_).set_next(4711);
  EXPECT_EQ(open(Id128::random()).next(), 0U);
  EXPECT_EQ(journald_reads(), 0U);
}

TEST_F(KernelPositionTest, MovesOnWhereTheMessageInProgressWasStored) {
  {
    KernelPosition position = open(boot_);
    position.set_next(7);
    position.progress().store({7, true, 42});
  }
  EXPECT_EQ(open(boot_, 65536 + 42).next(), 8U);
}

TEST_F(KernelPositionTest, StaysWhereTheMessageInProgressWasNotStored) {
  {
    KernelPosition position = open(boot_);
    position.set_next(7);
    position.progress().store({7, true, 42});
  }
  EXPECT_EQ(open(boot_, 41).next(), 7U);
}

TEST_F(KernelPositionTest, IsNotFollowedOutOfTheDirectory) {
  std::filesystem::create_symlink("/dev/null", path());
  EXPECT_FALSE(KernelPosition::open(path(), boot_, 0).has_value());
  std::filesystem::remove(path());
  ASSERT_EQ(::mkfifo(path().c_str(), 0600), 0);
  EXPECT_FALSE(KernelPosition::open(path(), boot_, 0).has_value());
}

}  // namespace
}  // namespace logq::collect
