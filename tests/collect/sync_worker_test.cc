#include "collect/sync_worker.h"

#include <unistd.h>

#include <atomic>
#include <memory>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/no_threads.h"

namespace logq::collect {
namespace {

using std::chrono::hours;

TEST(SyncWorker, SyncsAtOnceWhenAsked) {
  std::atomic<int> syncs = 0;
  SyncWorker worker([&]() -> Result<void> { return ++syncs, Result<void>(); }, hours(1));

  worker.request(SyncWorker::Urgency::kSoon);
  worker.request(SyncWorker::Urgency::kNow);

  EXPECT_TRUE(test::wait_until([&] { return syncs == 1; }));
}

TEST(SyncWorker, RequestsDuringASyncShareTheNextOne) {
  std::atomic<int> syncs = 0;
  std::atomic<bool> blocked = true;
  SyncWorker worker(
      [&]() -> Result<void> {
        ++syncs;
        while (blocked)
          test::sleep_briefly();
        return {};
      },
      hours(1));
  worker.request(SyncWorker::Urgency::kNow);
  ASSERT_TRUE(test::wait_until([&] { return syncs == 1; }));

  for (int i = 0; i < 100; ++i)
    worker.request(SyncWorker::Urgency::kNow);
  blocked = false;

  EXPECT_TRUE(test::wait_until([&] { return syncs == 2; }));
}

TEST(SyncWorker, ANumberedSyncBeginsAfterTheCallAndIsAnnounced) {
  std::atomic<int> syncs = 0;
  std::atomic<bool> blocked = true;
  SyncWorker worker(
      [&]() -> Result<void> {
        ++syncs;
        while (blocked)
          test::sleep_briefly();
        return {};
      },
      hours(1));
  worker.request(SyncWorker::Urgency::kNow);
  ASSERT_TRUE(test::wait_until([&] { return syncs == 1; }));

  const std::uint64_t number = worker.request_numbered();
  blocked = false;
  std::uint64_t announced = 0;
  ASSERT_TRUE(test::wait_until(
      [&] { return ::read(worker.ended_fd(), &announced, sizeof announced) == sizeof announced; }));

  EXPECT_EQ(number, 2U);
  EXPECT_EQ(worker.last().number, 2U);
  EXPECT_EQ(announced, 1U);  // of the first nobody was told: nobody waits for that one
  EXPECT_FALSE(worker.last().failure.has_value());
}

TEST(SyncWorker, CountsFailures) {
  SyncWorker worker([]() -> Result<void> { return fail(Error::system(EIO, "fsync")); }, hours(1));

  worker.request(SyncWorker::Urgency::kNow);

  EXPECT_TRUE(test::wait_until([&] { return worker.failures() == 1; }));
}

TEST(SyncWorker, SyncsItselfWhereNoThreadCanBeHadAndStartsOneLater) {
  std::atomic<int> syncs = 0;
  std::unique_ptr<SyncWorker> worker;
  {
    const test::NoThreads none;
    worker = std::make_unique<SyncWorker>([&]() -> Result<void> { return ++syncs, Result<void>(); },
                                          hours(1));
    EXPECT_FALSE(worker->has_thread());
    worker->request(SyncWorker::Urgency::kSoon);
    EXPECT_EQ(syncs, 1) << "nobody else would do it in time";
  }
  worker->request(SyncWorker::Urgency::kSoon);

  EXPECT_TRUE(worker->has_thread());
  EXPECT_EQ(syncs, 1);
}

}  // namespace
}  // namespace logq::collect
