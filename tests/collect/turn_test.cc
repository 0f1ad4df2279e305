#include "collect/turn.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "collect/test_event.h"

namespace logq::collect {
namespace {

class TurnTest : public ::testing::Test {
 protected:
  TurnTest() {
    EXPECT_TRUE(turn_.start(event_.get(), [this] { ++turns_; }).has_value());
  }
  void run(int times) {
    for (int i = 0; i < times; ++i)
      ASSERT_GE(sd_event_run(event_.get(), 0), 0);
  }

  TestEvent event_;
  Turn turn_;
  int turns_ = 0;
};

TEST_F(TurnTest, ComesOnlyWhileItIsOn) {
  run(3);
  EXPECT_EQ(turns_, 0);
  turn_.set(true);
  run(3);
  EXPECT_EQ(turns_, 3);
  turn_.set(false);
  run(3);
  EXPECT_EQ(turns_, 3);
}

TEST_F(TurnTest, LeavesOthersTheirTurns) {
  int others = 0;
  const base::UniqueFd ready(::eventfd(1, EFD_CLOEXEC));
  const auto count = [](sd_event_source*, int, std::uint32_t, void* number) {
    ++*static_cast<int*>(number);
    return 0;
  };
  ASSERT_GE(sd_event_add_io(event_.get(), nullptr, ready.get(), EPOLLIN, count, &others), 0);
  turn_.set(true);

  run(20);

  EXPECT_EQ(turns_, 10);
  EXPECT_EQ(others, 10);
}

}  // namespace
}  // namespace logq::collect
