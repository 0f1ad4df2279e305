#include "supervise/spool_file.h"

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

TEST_F(SpoolFileTest, TakesNoMoreThanItMayUntilItIsEmpty) {
  auto spool = *open(8);
  EXPECT_TRUE(spool.append("one\n"));
  EXPECT_FALSE(spool.append("three\n"));
  EXPECT_EQ(spool.room(), 4U);
  EXPECT_TRUE(spool.append("two\n"));

  spool.pop(*spool.peek(100));

  EXPECT_EQ(spool.room(), 8U);
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
