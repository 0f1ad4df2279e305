#include "journal/preparation.h"

#include <future>
#include <memory>

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

TEST(Preparation, HandsOverWhatWasMadeOnce) {
  WorkerThread worker;
  Preparation<std::unique_ptr<int>> number;
  EXPECT_FALSE(number.is_asked());
  number.ask(worker, []() -> Result<std::unique_ptr<int>> { return std::make_unique<int>(7); });
  EXPECT_TRUE(number.is_asked());
  worker.wait_for_posted();
  auto taken = number.take();
  ASSERT_TRUE(taken.made);
  EXPECT_EQ(**taken.made, 7);
  EXPECT_FALSE(taken.waited);
  EXPECT_FALSE(number.is_asked());
  EXPECT_FALSE(number.take().made);
}

TEST(Preparation, IsNotMadeOnceItWasTakenTooEarly) {
  std::promise<void> go;
  bool made = false;
  Preparation<int> number;
  {
    WorkerThread worker([gate = go.get_future().share()] { gate.wait(); });
    number.ask(worker, [&]() -> Result<int> {
      made = true;
      return 7;
    });
    const auto taken = number.take();
    EXPECT_FALSE(taken.made);
    EXPECT_FALSE(taken.waited);
    go.set_value();
  }
  EXPECT_FALSE(made);
}

TEST(Preparation, IsWaitedForWhileItIsBeingMade) {
  std::promise<void> begun;
  std::promise<void> go;
  WorkerThread worker;
  Preparation<int> number;
  number.ask(worker, [&]() -> Result<int> {
    begun.set_value();
    go.get_future().wait();
    return 7;
  });
  begun.get_future().wait();
  auto taken = std::async(std::launch::async, [&] { return number.take(); });
  EXPECT_EQ(taken.wait_for(std::chrono::milliseconds(1)), std::future_status::timeout);
  go.set_value();
  const auto result = taken.get();
  EXPECT_EQ(result.made, 7);
}

TEST(Preparation, AFailureIsNothingAndCanBeAskedForAgain) {
  WorkerThread worker;
  Preparation<int> number;
  number.ask(worker, []() -> Result<int> { return fail(Error::system(ENOSPC, "make")); });
  worker.wait_for_posted();
  EXPECT_FALSE(number.take().made);
  number.ask(worker, []() -> Result<int> { return 8; });
  worker.wait_for_posted();
  EXPECT_EQ(number.take().made, 8);
}

}  // namespace
}  // namespace logq::journal
