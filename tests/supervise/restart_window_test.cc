#include "supervise/restart_window.h"

#include <limits>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

TEST(RestartWindow, MovesWithTheTime) {
  RestartWindow window(2, 10);

  EXPECT_TRUE(window.admit(100));
  EXPECT_TRUE(window.admit(105));
  EXPECT_FALSE(window.admit(110));  // the first still counts
  EXPECT_FALSE(window.admit(111));  // and what was not admitted does
  EXPECT_TRUE(window.admit(122));
}

TEST(RestartWindow, WithoutIntensityNothingIsAdmitted) {
  RestartWindow window(0, 10);

  EXPECT_FALSE(window.admit(100));
}

TEST(RestartWindow, OfInfinitePeriodForgetsNothingUntilItIsReset) {
  RestartWindow window(1, std::numeric_limits<std::uint64_t>::max());

  EXPECT_TRUE(window.admit(0));
  EXPECT_FALSE(window.admit(std::numeric_limits<std::uint64_t>::max()));
  window.reset();
  EXPECT_TRUE(window.admit(std::numeric_limits<std::uint64_t>::max()));
}

}  // namespace
}  // namespace logq::supervise
