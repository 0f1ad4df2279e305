#include "supervise/pipe_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "base/io.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;

class PipeInputTest : public testing::Test {
 protected:
  void SetUp() override {
    std::array<int, 2> ends{};
    ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC | O_NONBLOCK), 0);
    out_ = base::UniqueFd(ends[0]);
    in_ = base::UniqueFd(ends[1]);
  }
  void write(std::string_view bytes) { ASSERT_TRUE(base::write_all(in_.get(), bytes)); }
  // What a successor finds.
  std::string left() {
    std::array<char, 4096> buffer{};
    const ssize_t count = ::read(out_.get(), buffer.data(), buffer.size());
    return {buffer.data(), count < 0 ? 0 : static_cast<std::size_t>(count)};
  }

  base::UniqueFd out_;
  base::UniqueFd in_;
};

TEST_F(PipeInputTest, LeavesInThePipeWhatWasNotTaken) {
  PipeInput input(out_.get());
  write("one\ntwo\n");

  EXPECT_EQ(*input.look(), "one\ntwo\n");
  EXPECT_EQ(*input.look(), "one\ntwo\n");
  EXPECT_TRUE(input.take(4));

  EXPECT_EQ(left(), "two\n");
}

TEST_F(PipeInputTest, HoldsTheBeginningOfALineAndGoesOnBehindIt) {
  PipeInput input(out_.get());
  write("one\ntw");
  EXPECT_EQ(*input.look(), "one\ntw");
  EXPECT_TRUE(input.take(4));
  EXPECT_TRUE(input.hold());
  EXPECT_EQ(left(), "");

  write("o\nthree\n");
  EXPECT_EQ(*input.look(), "two\nthree\n");
  EXPECT_TRUE(input.take(4));

  EXPECT_EQ(input.held_bytes(), 0U);
  EXPECT_EQ(left(), "three\n");
}

TEST_F(PipeInputTest, LeavesTheBeginningOfALineInThePipeForAWhile) {
  PipeInput input(out_.get());
  write("one\ntw");
  EXPECT_EQ(*input.look(), "one\ntw");
  EXPECT_TRUE(input.take(4));
  EXPECT_EQ(input.rest(), "tw");

  EXPECT_EQ(input.leave_line(), 0us);  // there may be more already
  auto last = input.leave_line();
  int looks = 0;
  for (auto pause = last; pause; pause = input.leave_line(), ++looks) {
    EXPECT_EQ(*input.look(), "tw");
    EXPECT_GE(*pause, *last);
    last = pause;
  }

  EXPECT_LT(looks, 20);  // an idle logger sleeps
  EXPECT_GT(*last, 10ms);
}

TEST_F(PipeInputTest, LeavesALineThatGrows) {
  PipeInput input(out_.get());
  std::string line;
  for (int i = 0; i < 1000; ++i) {
    write(".");
    EXPECT_EQ(*input.look(), line += ".");
    EXPECT_TRUE(input.leave_line());
  }
}

TEST_F(PipeInputTest, TakesALineThatFillsThePipe) {
  ASSERT_EQ(::fcntl(in_.get(), F_SETPIPE_SZ, 8192), 8192);
  PipeInput input(out_.get());
  write(std::string(3000, '.'));
  std::ignore = input.look();
  EXPECT_TRUE(input.leave_line());

  write(std::string(3000, '.'));  // a page of its own
  EXPECT_EQ(input.look()->size(), 6000U);

  EXPECT_FALSE(input.leave_line());
}

TEST_F(PipeInputTest, DoesNotWaitForBytesThatSomebodyElseHasRead) {
  ::fcntl(out_.get(), F_SETFL, 0);  // a read would wait
  PipeInput input(out_.get());
  write("one\ntwo\n");
  EXPECT_EQ(input.look()->size(), 8U);
  std::array<char, 6> stolen{};
  ASSERT_EQ(::read(out_.get(), stolen.data(), stolen.size()), 6);

  const auto taken = input.take(8);

  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, Errc::kClosed);
}

TEST_F(PipeInputTest, TellsTheEnd) {
  PipeInput input(out_.get());
  EXPECT_EQ(*input.look(), "");
  EXPECT_FALSE(input.at_end());
  write("last");
  in_.reset();

  EXPECT_EQ(*input.look(), "last");
  EXPECT_FALSE(input.at_end());
  EXPECT_TRUE(input.hold());
  EXPECT_EQ(*input.look(), "last");
  EXPECT_TRUE(input.at_end());
}

TEST(PipeInputOfAFile, IsRead) {
  const test::TempDir directory;
  const auto file = *base::open_file(directory.path() + "/file", O_RDWR | O_CREAT, 0600);
  ASSERT_TRUE(base::write_all(file.get(), "one\ntwo\n"));
  ::lseek(file.get(), 0, SEEK_SET);
  PipeInput input(file.get(), 5);

  EXPECT_EQ(*input.look(), "one\nt");
  EXPECT_TRUE(input.take(4));
  EXPECT_EQ(*input.look(), "two\n");
  EXPECT_TRUE(input.take(4));
  EXPECT_EQ(*input.look(), "");
  EXPECT_TRUE(input.at_end());
}

}  // namespace
}  // namespace logq::supervise
