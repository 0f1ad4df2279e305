#include "collect/waiting_datagrams.h"

#include <unistd.h>

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr uid_t kHog = 64'001;
constexpr uid_t kOther = 64'002;
constexpr std::size_t kSlots = 64;

DatagramJob job_of(uid_t user, std::uint64_t arrival, std::size_t bytes = 1000) {
  DatagramJob job;
  job.control.credentials = Credentials{1, user, user};
  job.arrival = arrival;
  job.bytes = bytes;
  return job;
}

// One datagram of whoever is next, which is so much work.
std::uint64_t serve_one(WaitingDatagrams& waiting, std::size_t work, std::uint64_t usec = 0) {
  const uid_t user = waiting.begin_turn();
  const DatagramJob job = waiting.pop(user);
  waiting.end_turn(user, work, usec);
  return job.arrival;
}

TEST(WaitingDatagrams, LetsUsersTakeTurnsHoweverMuchOneHas) {
  WaitingDatagrams waiting(kSlots);
  for (std::uint64_t i = 1; i <= 3; ++i)
    waiting.push(job_of(kHog, i));
  waiting.push(job_of(kOther, 4));
  waiting.push(job_of(kOther, 5));

  std::vector<std::uint64_t> order;
  while (!waiting.empty())
    order.push_back(serve_one(waiting, kWorkPerTurn));

  EXPECT_THAT(order, testing::ElementsAre(1, 4, 2, 5, 3));
}

TEST(WaitingDatagrams, WhoHasTakenMoreWaitsForIt) {
  WaitingDatagrams waiting(kSlots);
  waiting.push(job_of(kHog, 1));
  waiting.push(job_of(kHog, 2));
  for (std::uint64_t i = 3; i <= 7; ++i)
    waiting.push(job_of(kOther, i));

  std::vector<std::uint64_t> order{serve_one(waiting, 4 * kWorkPerTurn)};
  while (!waiting.empty())
    order.push_back(serve_one(waiting, kWorkPerTurn));

  EXPECT_THAT(order, testing::ElementsAre(1, 3, 4, 5, 6, 2, 7));
}

TEST(WaitingDatagrams, TakesWhatWasInterruptedBackToItsPlace) {
  WaitingDatagrams waiting(kSlots);
  waiting.push(job_of(kHog, 7));
  waiting.push(job_of(kHog, 9));
  waiting.put_back(job_of(kHog, 8));
  waiting.put_back(job_of(kHog, 6));

  std::vector<std::uint64_t> order;
  while (!waiting.empty())
    order.push_back(serve_one(waiting, 1));

  EXPECT_THAT(order, testing::ElementsAre(6, 7, 8, 9));
}

// Two datagrams wait of four; what the first one took says how long they will take.
WaitingDatagrams with_costs(uid_t user, std::uint64_t usec_each) {
  WaitingDatagrams waiting(4);
  for (std::uint64_t i = 1; i <= 3; ++i)
    waiting.push(job_of(user, i));
  serve_one(waiting, 1, usec_each);
  return waiting;
}

TEST(WaitingDatagrams, RefusesNothingOfWhoseDatagramsAreCheap) {
  const WaitingDatagrams waiting = with_costs(kHog, kOwedUsecLeast / 4);

  EXPECT_TRUE(waiting.has_fill(kHog));
  EXPECT_FALSE(waiting.is_refusable(kHog));
  EXPECT_EQ(waiting.reading(), WaitingDatagrams::Reading::kNot);
}

TEST(WaitingDatagrams, ReadsOnForOthersOnceMuchIsOwed) {
  const WaitingDatagrams waiting = with_costs(kHog, kOwedUsecLeast);

  EXPECT_TRUE(waiting.is_refusable(kHog));
  EXPECT_FALSE(waiting.is_refusable(kOther));
  EXPECT_EQ(waiting.reading(), WaitingDatagrams::Reading::kForOthers);
}

TEST(WaitingDatagrams, RefusesNothingOfRootAndOfItsOwnUser) {
  for (const uid_t user : {uid_t{0}, ::geteuid()}) {
    const WaitingDatagrams waiting = with_costs(user, kOwedUsecMax);

    EXPECT_FALSE(waiting.is_refusable(user));
    EXPECT_EQ(waiting.reading(), WaitingDatagrams::Reading::kNot);
  }
}

TEST(WaitingDatagrams, IsReadForWhileNobodyHasHisFill) {
  WaitingDatagrams waiting(kSlots);
  waiting.push(job_of(kHog, 1));
  waiting.push(job_of(kHog, 2));
  serve_one(waiting, 1, kOwedUsecMax / 2);

  EXPECT_EQ(waiting.reading(), WaitingDatagrams::Reading::kOn);
}

TEST(WaitingDatagrams, KnowsWhoseCameBeforeAFile) {
  WaitingDatagrams waiting(kSlots);
  DatagramJob job = job_of(kHog, 1);
  job.behind = 5;
  waiting.push(std::move(job));

  EXPECT_TRUE(waiting.has_earlier(1, 6));
  EXPECT_FALSE(waiting.has_earlier(1, 5));
  EXPECT_FALSE(waiting.has_earlier(2, 6));
}

}  // namespace
}  // namespace logq::collect
