#include "logq/occasionally.h"

#include <thread>

#include <gtest/gtest.h>

#include "client/fake_transport.h"
#include "logq/logger.h"

namespace logq {
namespace {

using namespace std::chrono_literals;
using TimePoint = std::chrono::steady_clock::time_point;

// Runs `body` on eight threads at once and adds up what they say.
template <typename Body>
std::uint64_t total_of_threads(const Body& body) {
  std::atomic<std::uint64_t> total{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i)
    threads.emplace_back([&] { total += body(); });
  for (std::thread& thread : threads)
    thread.join();
  return total;
}

TEST(Occasionally, OnceIsForTheFirstCallerOfAllThreads) {
  Once once;
  const auto winners = total_of_threads([&] {
    std::uint64_t count = 0;
    for (int i = 0; i < 1000; ++i)
      count += once.due() ? 1U : 0U;
    return count;
  });

  EXPECT_EQ(winners, 1U);
  EXPECT_FALSE(once.due());
}

TEST(Occasionally, EveryNCountsFromTheFirstCaller) {
  EveryN third(3);
  std::string turns;
  for (int i = 0; i < 7; ++i) {
    const Turn turn = third.due();
    turns += turn ? std::to_string(turn.suppressed) : ".";
  }

  EXPECT_EQ(turns, "0..2..2");
}

TEST(Occasionally, EveryFirstAndEveryNoneAreAlways) {
  EveryN first(1);
  EveryN none(0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(first.due());
    EXPECT_TRUE(none.due());
  }
}

TEST(Occasionally, EveryNLosesNoCountBetweenThreads) {
  EveryN tenth(10);
  const auto turns = total_of_threads([&] {
    std::uint64_t count = 0;
    for (int i = 0; i < 1000; ++i)
      count += tenth.due() ? 1U : 0U;
    return count;
  });

  EXPECT_EQ(turns, 800U);
}

TEST(Occasionally, AnIntervalHasOneTurnAndTellsHowManyHadNone) {
  Every second(1s);
  const TimePoint start{};

  EXPECT_TRUE(second.due_at(start));
  EXPECT_FALSE(second.due_at(start));
  EXPECT_FALSE(second.due_at(start + 1s - 1ns));
  const Turn next = second.due_at(start + 1s);
  EXPECT_TRUE(next);
  EXPECT_EQ(next.suppressed, 2U);
  EXPECT_FALSE(second.due_at(start + 1500ms));
  EXPECT_EQ(second.due_at(start + 1h).suppressed, 1U);
}

TEST(Occasionally, AnEndlessIntervalHasOneTurnAndNoIntervalHasAll) {
  Every never(std::chrono::nanoseconds::max());
  EXPECT_TRUE(never.due());
  EXPECT_FALSE(never.due());

  Every always(0s);
  EXPECT_TRUE(always.due_at(TimePoint{}));
  EXPECT_TRUE(always.due_at(TimePoint{}));
}

TEST(Occasionally, ThreadsShareAnInterval) {
  Every hour(1h);
  const TimePoint start{};
  const auto turns = total_of_threads([&] {
    std::uint64_t count = 0;
    for (int i = 0; i < 1000; ++i)
      count += hour.due_at(start) ? 1U : 0U;
    return count;
  });

  EXPECT_EQ(turns, 1U);
  EXPECT_EQ(hour.due_at(start + 1h).suppressed, 7999U);
}

TEST(Occasionally, EachPlaceInTheSourceCountsForItself) {
  int first = 0;
  int second = 0;
  std::uint64_t often = 0;
  int rarely = 0;
  for (std::uint64_t n = 2; often < 4;) {
    if (LOGQ_ONCE) ++first;
    if (LOGQ_ONCE) ++second;
    if (const auto turn = LOGQ_EVERY_N(n)) often += 1 + turn.suppressed;
    if (LOGQ_EVERY(1h)) ++rarely;
  }

  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 1);
  EXPECT_EQ(often, 5U);
  EXPECT_EQ(rarely, 1);
}

TEST(Occasionally, TheEntryOfATurnSaysHowManyWereSuppressed) {
  test::Recording recording;
  const Logger log({}, std::make_unique<test::FakeTransport>(recording));
  for (int i = 0; i < 6; ++i) {
    if (const auto turn = LOGQ_EVERY_N(5)) log.info("still at it", suppressed(turn));
  }

  ASSERT_EQ(recording.entries.size(), 2U);
  EXPECT_EQ(test::value_of(recording.entries[0], "N_SUPPRESSED"), "0");
  EXPECT_EQ(test::value_of(recording.entries[1], "N_SUPPRESSED"), "4");
}

}  // namespace
}  // namespace logq
