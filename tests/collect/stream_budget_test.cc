#include "collect/stream_budget.h"

#include <gtest/gtest.h>

namespace logq::collect {
namespace {

TEST(StreamBudget, IsSpentWhenAllTogetherHoldMoreThanTheLimit) {
  StreamBudget budget(100);
  budget.note(7, 60);
  budget.note(8, 40);
  EXPECT_FALSE(budget.is_spent());

  budget.note(8, 41);
  EXPECT_TRUE(budget.is_spent());
  EXPECT_EQ(budget.total(), 101U);
}

TEST(StreamBudget, KnowsWhoHoldsMost) {
  StreamBudget budget(0);
  budget.note(7, 60);
  budget.note(8, 70);
  budget.note(9, 65);
  EXPECT_EQ(budget.largest(), 8);

  budget.note(8, 10);
  EXPECT_EQ(budget.largest(), 9);
}

TEST(StreamBudget, ForgetsWhoHoldsNothing) {
  StreamBudget budget(10);
  budget.note(7, 60);
  budget.note(7, 0);
  budget.note(9, 0);

  EXPECT_EQ(budget.total(), 0U);
  EXPECT_FALSE(budget.is_spent());
}

}  // namespace
}  // namespace logq::collect
