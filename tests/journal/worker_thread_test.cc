#include "journal/worker_thread.h"

#include <pthread.h>
#include <signal.h>

#include <future>
#include <vector>

#include <gtest/gtest.h>

namespace logq::journal {
namespace {

TEST(WorkerThread, DoesWhatWasPostedInItsOrder) {
  std::vector<int> done;
  WorkerThread worker;
  for (int i = 0; i < 100; ++i)
    worker.post([&done, i] { done.push_back(i); });
  worker.wait_for_posted();
  ASSERT_EQ(done.size(), 100U);
  for (int i = 0; i < 100; ++i)
    EXPECT_EQ(done[static_cast<std::size_t>(i)], i);
}

TEST(WorkerThread, ItsEndDoesWhatIsLeft) {
  int before = 0;
  int done = 0;
  {
    WorkerThread worker([&] { ++before; });
    for (int i = 0; i < 10; ++i)
      worker.post([&] { ++done; });
  }
  EXPECT_EQ(done, 10);
  EXPECT_EQ(before, 10);
}

TEST(WorkerThread, WaitsOnlyWhileTooMuchIsPosted) {
  std::promise<void> go;
  WorkerThread worker([gate = go.get_future().share()] { gate.wait(); });
  EXPECT_FALSE(worker.wait_until_at_most(0));
  worker.post([] {});
  worker.post([] {});
  EXPECT_FALSE(worker.wait_until_at_most(2));
  go.set_value();
  worker.wait_until_at_most(0);  // ends
  EXPECT_FALSE(worker.wait_until_at_most(0));
}

TEST(WorkerThread, LeavesSignalsToTheProgram) {
  sigset_t mask;
  WorkerThread worker;
  worker.post([&] { pthread_sigmask(SIG_SETMASK, nullptr, &mask); });
  worker.wait_for_posted();
  for (const int theirs : {SIGTERM, SIGINT, SIGHUP, SIGCHLD, SIGUSR1})
    EXPECT_EQ(sigismember(&mask, theirs), 1) << theirs;
  for (const int own : {SIGBUS, SIGSEGV, SIGABRT})
    EXPECT_EQ(sigismember(&mask, own), 0) << own;
}

}  // namespace
}  // namespace logq::journal
