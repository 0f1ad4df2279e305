#include "supervise/pipe_input.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "base/io.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

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

TEST_F(PipeInputTest, LeavesACutLineInThePipeWhileThereIsMore) {
  PipeInput input(out_.get(), 6);
  write("one\ntwo\n");
  EXPECT_EQ(*input.look(), "one\ntw");
  EXPECT_TRUE(input.take(4));

  EXPECT_TRUE(input.hold());

  EXPECT_EQ(input.held_bytes(), 0U);
  EXPECT_EQ(*input.look(), "two\n");
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
