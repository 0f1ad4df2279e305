#include "supervise/spool_file.h"

#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

class SpoolFileTest : public testing::Test {
 protected:
  Result<SpoolFile> open(std::uint64_t max_bytes = 100) {
    return SpoolFile::open(path_, max_bytes);
  }

  test::TempDir directory_;
  std::string path_ = directory_.path() + "/spool";
};

TEST_F(SpoolFileTest, GivesBackWhatWasAppendedInOrder) {
  auto spool = *open();
  EXPECT_TRUE(spool.empty());
  EXPECT_TRUE(spool.append("one\n"));
  EXPECT_TRUE(spool.append("two\n"));

  EXPECT_EQ(*spool.peek(6), "one\ntw");
  spool.pop("one\n");
  EXPECT_EQ(*spool.peek(100), "two\n");
  spool.pop("two\n");
  EXPECT_TRUE(spool.empty());
}

TEST_F(SpoolFileTest, HoldsNoMoreThanItMay) {
  auto spool = *open(8);
  EXPECT_TRUE(spool.append("one\n"));
  EXPECT_FALSE(spool.append("three\n"));
  EXPECT_EQ(spool.room(), 4U);
  EXPECT_TRUE(spool.append("two\n"));

  spool.pop("one\n");
  EXPECT_EQ(spool.room(), 4U);
  spool.pop("two\n");
  EXPECT_EQ(spool.room(), 8U);
}

TEST_F(SpoolFileTest, GivesRoomBackAlsoWhenItIsNeverEmpty) {
  auto spool = *open(std::uint64_t{1} << 20);
  const std::string line(9'999, 'x');
  ASSERT_TRUE(spool.append("first\n"));
  for (int i = 0; i < 1000; ++i) {
    ASSERT_TRUE(spool.append(line + "\n"));
    spool.pop(*spool.peek(10'000));
  }

  struct stat status {};
  ASSERT_EQ(::stat(path_.c_str(), &status), 0);
  EXPECT_LT(status.st_blocks * 512, 100'000);
  EXPECT_EQ(spool.bytes(), 6U);
}

TEST_F(SpoolFileTest, TakesBackWhatGoesInFront) {
  {
    auto spool = *open(4);
    ASSERT_TRUE(spool.put_back("one\n"));
    ASSERT_FALSE(spool.append("x"));
    ASSERT_TRUE(spool.put_back("zero\n"));
    EXPECT_EQ(*spool.peek(100), "zero\none\n");
  }
  EXPECT_EQ(*(*open()).peek(100), "zero\none\n");
}

TEST_F(SpoolFileTest, TakesBackWhatGoesInFrontOfMuch) {
  auto spool = *open(std::uint64_t{8} << 20);
  std::string lines;
  for (int i = 0; lines.size() < std::size_t{3} << 20; ++i)
    lines += std::to_string(i) + "\n";
  ASSERT_TRUE(spool.append(lines));

  ASSERT_TRUE(spool.put_back("zero\n"));

  EXPECT_TRUE(*spool.peek(lines.size() + 5) == "zero\n" + lines);
  EXPECT_EQ(spool.bytes(), lines.size() + 5);
}

// As on a full disk.
TEST_F(SpoolFileTest, IsASpoolFileAlsoWhenThereWasNoRoomForItAtFirst) {
  ::signal(SIGXFSZ, SIG_IGN);
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit none{0, before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &none), 0);
  auto spool = open();
  const bool is_kept = spool && spool->append("one\n");
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &before), 0);
  ASSERT_TRUE(spool);
  EXPECT_FALSE(is_kept);

  EXPECT_TRUE(spool->append("one\n"));
  spool = fail(Error::make(Errc::kClosed, "as if killed"));

  EXPECT_EQ(*(*open()).peek(100), "one\n");
}

TEST_F(SpoolFileTest, GoesOnAfterAKillWithTheLineThatWasUnderWay) {
  {
    auto spool = *open();
    ASSERT_TRUE(spool.append("one\ntwo\nthree\n"));
    spool.pop("one\nt");
  }
  auto spool = *open();

  EXPECT_EQ(*spool.peek(100), "two\nthree\n");
}

TEST_F(SpoolFileTest, IsOfOneLoggerOnly) {
  const auto spool = *open();

  EXPECT_EQ(open().error().code, Errc::kBusy);
}

TEST_F(SpoolFileTest, RefusesAFileOfSomebodyElse) {
  test::write_text_file(path_, "something that is no spool");

  EXPECT_EQ(open().error().code, Errc::kCorrupt);
  EXPECT_EQ(test::read_text_file(path_), "something that is no spool");
}

TEST_F(SpoolFileTest, IsEmptyWhenItWasCutButNotYetNoted) {
  ASSERT_TRUE((*open()).append("one\n"));
  std::string bytes = test::read_text_file(path_);
  bytes[8] = 20;  // all was read
  test::write_text_file(path_, bytes.substr(0, 16));

  EXPECT_TRUE((*open()).empty());
}

}  // namespace
}  // namespace logq::supervise
