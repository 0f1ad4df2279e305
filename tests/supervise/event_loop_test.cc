#include "supervise/event_loop.h"

#include <sys/epoll.h>
#include <sys/eventfd.h>

#include <string>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "base/unique_fd.h"

namespace logq::supervise {
namespace {

base::UniqueFd readable() {
  return base::UniqueFd(::eventfd(1, EFD_CLOEXEC));
}

TEST(EventLoop, HandlesWhatAProcessSaysBeforeThatItHasEnded) {
  EventLoop loop = *EventLoop::create();
  std::string order;
  const auto word = readable();
  const auto end = readable();
  EventSource timer = *loop.add_timer([&] { order += "time "; });
  EventSource ends;
  EventSource words;
  ends = *loop.watch(end.get(), EPOLLIN, Turn::kEnd, [&](std::uint32_t) {
    order += "end ";
    ends.pause();
  });
  words = *loop.watch(word.get(), EPOLLIN, Turn::kWord, [&](std::uint32_t) {
    order += "word ";
    words.pause();
  });
  timer.set_time(1);
  for (int i = 0; i < 3; ++i)
    ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(order, "word end time ");
}

TEST(EventLoop, AHandlerMayDestroyItsSource) {
  EventLoop loop = *EventLoop::create();
  const auto fd = readable();
  EventSource source;
  std::string text(100, 'x');  // lives in the handler
  std::string seen;
  source = *loop.watch(fd.get(), EPOLLIN, Turn::kWord, [&source, &seen, text](std::uint32_t) {
    source.reset();
    seen = text;
  });
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(seen, text);
  EXPECT_FALSE(source.is_open());
}

TEST(EventLoop, ATimerGoesOffOnce) {
  EventLoop loop = *EventLoop::create();
  int count = 0;
  EventSource once = *loop.add_timer([&] { ++count; });
  EventSource later = *loop.add_timer([&] { count += 10; });
  once.set_time(1);
  later.set_time(base::monotonic_usec() + 1000);
  ASSERT_TRUE(loop.run_once());
  ASSERT_TRUE(loop.run_once());
  EXPECT_EQ(count, 11);
}

}  // namespace
}  // namespace logq::supervise
