#include "collect/idle_exit.h"

#include <gtest/gtest.h>

#include "collect/test_event.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kTickUsec = 1000;

class IdleExitTest : public testing::Test {
 protected:
  // How often it looked before it ended the loop.
  int looks_until_exit(const IdleExit::Work& work) {
    int looks = 0;
    IdleExit idle(
        [&] {
          ++looks;
          return work();
        },
        [this] { sd_event_exit(event_.get(), 0); }, kTickUsec);
    EXPECT_TRUE(idle.start(event_.get()).has_value());
    EXPECT_EQ(sd_event_loop(event_.get()), 0);
    return looks;
  }

  TestEvent event_;
};

TEST_F(IdleExitTest, EndsWhenNothingWasDoneFromLookToLook) {
  EXPECT_EQ(looks_until_exit([] { return 7; }), IdleExit::kTicks + 1);
}

TEST_F(IdleExitTest, BeginsAnewWithEverythingThatIsDone) {
  std::uint64_t done = 0;

  EXPECT_EQ(looks_until_exit([&] { return done < 4 ? ++done : done; }), 4 + IdleExit::kTicks);
}

TEST_F(IdleExitTest, StaysWhileSomebodyIsConnected) {
  int looks = 0;
  const int kConnected = 2 * IdleExit::kTicks;

  EXPECT_EQ(looks_until_exit([&]() -> std::optional<std::uint64_t> {
              return ++looks <= kConnected ? std::nullopt : std::optional<std::uint64_t>(7);
            }),
            kConnected + IdleExit::kTicks + 1);
}

}  // namespace
}  // namespace logq::collect
