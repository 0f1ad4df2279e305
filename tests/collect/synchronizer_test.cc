// Rounds of a sync over sources that a test makes up.
#include "collect/synchronizer.h"

#include <memory>

#include <gtest/gtest.h>

#include "collect/test_event.h"

namespace logq::collect {
namespace {

using std::chrono::hours;

class Rounds : public ::testing::Test {
 protected:
  Rounds() {
    synchronizer_ = std::make_unique<Synchronizer>(
        worker_, std::vector<Synchronizer::Input>{counting(slow_, 3), counting(quick_, 1)});
    EXPECT_TRUE(synchronizer_->start(event_.get()));
  }
  struct Source {
    int marks = 0;
    int steps = 0;
  };
  static Synchronizer::Input counting(Source& source, int needed) {
    return {[&source] {
              ++source.marks;
              source.steps = 0;
            },
            [&source, needed] { return ++source.steps == needed; }};
  }
  void run_until(const int& count, int wanted) {
    while (count < wanted)
      ASSERT_GE(sd_event_run(event_.get(), UINT64_MAX), 0);
  }
  Synchronizer::Done counted(int& count) {
    return [&count](const Result<void>& synced) { count += synced.has_value() ? 1 : 100; };
  }

  TestEvent event_;
  Source slow_;
  Source quick_;
  std::atomic<int> syncs_ = 0;
  std::function<Result<void>()> sync_ = [] { return Result<void>(); };
  SyncWorker worker_{[this] { return ++syncs_, sync_(); }, hours(1)};
  std::unique_ptr<Synchronizer> synchronizer_;
};

TEST_F(Rounds, EverySourceIsEmptiedBeforeTheSync) {
  int answered = 0;
  sync_ = [this] {
    EXPECT_EQ(slow_.steps, 3);
    return Result<void>();
  };
  synchronizer_->request(counted(answered));
  EXPECT_EQ(answered, 0);
  run_until(answered, 1);

  EXPECT_EQ(slow_.steps, 3);
  EXPECT_EQ(quick_.steps, 1);  // not asked again once it was empty
  EXPECT_EQ(syncs_, 1);
}

TEST_F(Rounds, RequestsDuringARoundShareTheNextOne) {
  int first = 0;
  int later = 0;
  synchronizer_->request(counted(first));
  for (int i = 0; i < 10; ++i)
    synchronizer_->request(counted(later));

  run_until(first, 1);
  EXPECT_EQ(later, 0);
  run_until(later, 10);

  EXPECT_EQ(slow_.marks, 2);
  EXPECT_EQ(syncs_, 2);
}

TEST_F(Rounds, AFailureIsTold) {
  int answered = 0;
  sync_ = [] { return Result<void>(fail(Error::system(EIO, "fsync"))); };
  synchronizer_->request(counted(answered));
  run_until(answered, 100);

  EXPECT_EQ(worker_.last().failure->sys_errno, EIO);
}

TEST_F(Rounds, AtTheEndEverybodyIsAnswered) {
  int answered = 0;
  synchronizer_->request(counted(answered));
  synchronizer_->request(counted(answered));

  synchronizer_->finish({});

  EXPECT_EQ(answered, 2);
}

TEST_F(Rounds, WhoAsksFromWithinAnAnswerIsServedToo) {
  int answered = 0;
  synchronizer_->request([&](const Result<void>&) { synchronizer_->request(counted(answered)); });

  run_until(answered, 1);

  EXPECT_EQ(syncs_, 2);
}

}  // namespace
}  // namespace logq::collect
