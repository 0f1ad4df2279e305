#include "collect/file_lane.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>

#include <gtest/gtest.h>

namespace logq::collect {
namespace {

constexpr std::uint64_t kLongUsec = 60'000'000;

TEST(FileLane, DoesWorkElsewhere) {
  FileLane lane;
  std::thread::id who;

  lane.run([&who] { who = std::this_thread::get_id(); });
  lane.wait(kLongUsec);

  EXPECT_FALSE(lane.is_busy());
  EXPECT_NE(who, std::this_thread::get_id());
}

TEST(FileLane, LetsGoOfThingsOnItsThread) {
  std::thread::id who;
  {
    FileLane lane;
    lane.dispose({static_cast<void*>(&who), [](void* thing) {
                    *static_cast<std::thread::id*>(thing) = std::this_thread::get_id();
                  }});
  }

  EXPECT_NE(who, std::thread::id());
  EXPECT_NE(who, std::this_thread::get_id());
}

// As a file system does that never answers.
TEST(FileLane, ThatHangsKeepsNobody) {
  struct Gate {
    std::mutex mutex;
    std::condition_variable changed;
    bool open = false;
    bool passed = false;
  };
  const auto gate = std::make_shared<Gate>();
  {
    FileLane lane;
    lane.run([gate] {
      std::unique_lock lock(gate->mutex);
      gate->changed.wait(lock, [&] { return gate->open; });
      gate->passed = true;
      gate->changed.notify_all();
    });
    lane.wait(1000);
    EXPECT_TRUE(lane.is_busy());
  }

  std::unique_lock lock(gate->mutex);
  EXPECT_FALSE(gate->passed);
  gate->open = true;
  gate->changed.notify_all();
  EXPECT_TRUE(gate->changed.wait_for(lock, std::chrono::seconds(60), [&] { return gate->passed; }));
}

}  // namespace
}  // namespace logq::collect
