#include "base/ordered_work.h"

#include <atomic>
#include <chrono>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace logq::base {
namespace {

struct Number {
  int value = 0;
  std::thread::id done_by;
};

OrderedWork<Number>::Worker doubling() {
  return [](Number& job) {
    // Later jobs are done sooner, so that order is not a matter of luck.
    std::this_thread::sleep_for(std::chrono::microseconds(200 - job.value % 200));
    job.value *= 2;
    job.done_by = std::this_thread::get_id();
  };
}

std::unique_ptr<Number> number(int value) {
  auto job = std::make_unique<Number>();
  job->value = value;
  return job;
}

TEST(OrderedWork, GivesJobsBackInTheOrderTheyWerePutIn) {
  OrderedWork<Number> work(&doubling);
  work.start_threads(3);
  int taken = 0;
  for (int i = 0; i < 400; ++i) {
    work.put(number(i));
    while (work.size() > 16)
      ASSERT_EQ(work.take()->value, 2 * taken++);
    while (auto job = work.take_if_done())
      ASSERT_EQ(job->value, 2 * taken++);
  }
  while (work.size() > 0)
    ASSERT_EQ(work.take()->value, 2 * taken++);
  EXPECT_EQ(taken, 400);
}

TEST(OrderedWork, DoesJobsOnTheOwnersThreadWhereThereIsNoOther) {
  OrderedWork<Number> work(&doubling);
  work.put(number(1));
  EXPECT_EQ(work.take_if_done(), nullptr);
  EXPECT_EQ(work.take()->done_by, std::this_thread::get_id());
  EXPECT_EQ(work.size(), 0U);
}

TEST(OrderedWork, HelpsWhileItWaits) {
  std::atomic<bool> may_end = false;
  const auto make_worker = [&]() -> OrderedWork<Number>::Worker {
    return [&](Number& job) {
      // The first job is done only once another one was, which its own thread cannot do.
      while (job.value == 0 && !may_end)
        std::this_thread::yield();
      job.done_by = std::this_thread::get_id();
      if (job.value == 1) may_end = true;
    };
  };
  OrderedWork<Number> work(make_worker);
  work.start_threads(1);
  work.put(number(0));
  // Once the thread has begun with it the owner is left with the second.
  work.put(number(1));
  const auto first = work.take();
  const auto second = work.take();
  EXPECT_NE(first->done_by, second->done_by);
}

TEST(OrderedWork, GivesEachThreadAWorkerOfItsOwn) {
  int made = 0;
  OrderedWork<Number> work([&made] {
    ++made;
    return doubling();
  });
  work.start_threads(2);
  EXPECT_EQ(made, 3);
  EXPECT_EQ(work.threads(), 2U);
}

TEST(OrderedWork, DropsWhatNobodyBeganWithAtItsEnd) {
  std::atomic<int> done = 0;
  {
    OrderedWork<Number> work(
        [&done]() -> OrderedWork<Number>::Worker { return [&done](Number& /*job*/) { ++done; }; });
    for (int i = 0; i < 5; ++i)
      work.put(number(i));
  }
  EXPECT_EQ(done, 0);
}

}  // namespace
}  // namespace logq::base
