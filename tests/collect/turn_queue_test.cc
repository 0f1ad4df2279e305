#include "collect/turn_queue.h"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace logq::collect {
namespace {

std::vector<int> in_order(TurnQueue& queue) {
  std::vector<int> order;
  while (!queue.empty())
    order.push_back(queue.pop());
  return order;
}

TEST(TurnQueue, ServesWhoCameFirstAmongOneUsersConnections) {
  TurnQueue queue;
  for (const int connection : {7, 5, 6})
    queue.push(0, connection);

  EXPECT_EQ(queue.size(), 3U);
  EXPECT_THAT(in_order(queue), testing::ElementsAre(7, 5, 6));
  EXPECT_EQ(queue.size(), 0U);
}

TEST(TurnQueue, LetsUsersTakeTurnsHoweverManyConnectionsOneHas) {
  TurnQueue queue;
  for (int connection = 10; connection < 14; ++connection)
    queue.push(1000, connection);
  queue.push(0, 7);
  queue.push(0, 8);

  EXPECT_THAT(in_order(queue), testing::ElementsAre(10, 7, 11, 8, 12, 13));
}

// Whoever always has something to say comes back behind the others.
TEST(TurnQueue, PutsWhoComesBackBehindTheOthers) {
  TurnQueue queue;
  queue.push(1000, 10);
  queue.push(0, 7);
  EXPECT_EQ(queue.pop(), 10);
  queue.push(1000, 10);

  EXPECT_THAT(in_order(queue), testing::ElementsAre(7, 10));
}

}  // namespace
}  // namespace logq::collect
