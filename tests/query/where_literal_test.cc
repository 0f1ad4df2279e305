#include "query/where_literal.h"

#include <gtest/gtest.h>

#include "query/where_support.h"

namespace logq::query {
namespace {

using test::holds;

TEST(WhereLiteral, ComparesNumbersAsNumbersAndAllElseAsText) {
  EXPECT_TRUE(holds("N > 9", {"N=10"}));
  EXPECT_TRUE(holds("N = 10", {"N=010.0"}));
  EXPECT_TRUE(holds("N > -5", {"N=-4.5"}));
  EXPECT_TRUE(holds("N < 18446744073709551617", {"N=18446744073709551616"}));
  EXPECT_TRUE(holds("N < b", {"N=a"}));
  EXPECT_FALSE(holds("N < b", {"N=c"}));
  EXPECT_TRUE(holds("N > 9", {"N=9b"}));  // text: longer
  EXPECT_TRUE(holds("N < 9", {"N=10b"}));
  EXPECT_FALSE(holds("N = 0x10", {"N=16"}));
}

TEST(WhereLiteral, ComparesFieldsOfTheCollectorWithIntegersAsText) {
  EXPECT_TRUE(holds("_PID = 12", {"_PID=12"}));
  EXPECT_FALSE(holds("_PID = 12", {"_PID=012"}));
  EXPECT_TRUE(holds("_PID = 12.0", {"_PID=12"}));
  EXPECT_TRUE(holds("_PID < 100", {"_PID=12"}));
}

TEST(WhereLiteral, ComparesTimeSpansWithTimeSpans) {
  EXPECT_TRUE(holds("RESPONSE_TIME > 0.2s", {"RESPONSE_TIME=250ms"}));
  EXPECT_FALSE(holds("RESPONSE_TIME > 0.2s", {"RESPONSE_TIME=150ms"}));
  EXPECT_TRUE(holds("RESPONSE_TIME = '1min 30s'", {"RESPONSE_TIME=90s"}));
  EXPECT_TRUE(holds("RESPONSE_TIME < 1h", {"RESPONSE_TIME=1m30.5s"}));
  EXPECT_TRUE(holds("RESPONSE_TIME < 1ms", {"RESPONSE_TIME=250\xc2\xb5s"}));
}

TEST(WhereLiteral, ComparesTimeSpansWithNumbersWhereTheNameHasTheUnit) {
  EXPECT_TRUE(holds("JOB_USEC > 1s", {"JOB_USEC=1000001"}));
  EXPECT_FALSE(holds("JOB_USEC > 1s", {"JOB_USEC=1000000"}));
  EXPECT_TRUE(holds("CPU_USAGE_NSEC >= 2s", {"CPU_USAGE_NSEC=2000000000"}));
  EXPECT_FALSE(holds("CPU_USAGE_NSEC >= 2s", {"CPU_USAGE_NSEC=1999999999"}));
  EXPECT_TRUE(holds("WAIT_MS = 250us", {"WAIT_MS=0.25"}));
  EXPECT_TRUE(holds("WAIT_SEC = 250ms", {"WAIT_SEC=.25"}));
  EXPECT_TRUE(holds("JOB_USEC > 1s", {"JOB_USEC=2s"}));
}

TEST(WhereLiteral, ComparesNothingWithATimeSpanThatHasNoUnit) {
  for (const std::string_view text : {"T < 5s", "T <= 5s", "T > 5s", "T >= 5s", "T = 5s"}) {
    EXPECT_FALSE(holds(text, {"T=3"})) << text;
    EXPECT_FALSE(holds(text, {"T=n/a"})) << text;
    EXPECT_FALSE(holds(text, {"T=infinity"})) << text;
  }
}

TEST(WhereLiteral, ComparesSizesWithSizesAndBytes) {
  EXPECT_TRUE(holds("CURRENT_USE > 1G", {"CURRENT_USE=1073741825"}));
  EXPECT_FALSE(holds("CURRENT_USE > 1G", {"CURRENT_USE=1073741824"}));
  EXPECT_TRUE(holds("USE_PRETTY >= 1.5M", {"USE_PRETTY=1536K"}));
  for (const std::string_view text : {"S = 4K", "S = 4KB", "S = 4KiB", "S = '4 KiB'", "S = 4096B"})
    EXPECT_TRUE(holds(text, {"S=4K"})) << text;
  EXPECT_FALSE(holds("S < 4K", {"S=small"}));
}

TEST(WhereLiteral, TakesMForASizeAndComparesMonthsWithSpansOnly) {
  EXPECT_TRUE(holds("S > 5M", {"S=6291456"}));
  EXPECT_TRUE(holds("S > 20d", {"S=1M"}));
  EXPECT_TRUE(holds("S = 5m", {"S=300s"}));
}

TEST(WhereLiteral, KnowsTheNamesOfLevels) {
  EXPECT_TRUE(holds("PRIORITY <= err", {"PRIORITY=3"}));
  EXPECT_FALSE(holds("PRIORITY <= err", {"PRIORITY=4"}));
  EXPECT_FALSE(holds("PRIORITY <= err", {"MESSAGE=x"}));
  EXPECT_TRUE(holds("PRIORITY in (warning, 5)", {"PRIORITY=4"}));
  EXPECT_FALSE(holds("PRIORITY = err", {"PRIORITY=err"}));
  EXPECT_TRUE(holds("MY_PRIORITY = err", {"MY_PRIORITY=err"}));
}

TEST(WhereLiteral, ReadsTimesAsTheOptionsDo) {
  EXPECT_TRUE(holds("_SOURCE_REALTIME_TIMESTAMP >= '2023-11-14 22:13:20 UTC'",
                    {"_SOURCE_REALTIME_TIMESTAMP=1700000000000000"}));
  EXPECT_FALSE(
      holds("_SOURCE_REALTIME_TIMESTAMP > -1h", {"_SOURCE_REALTIME_TIMESTAMP=1699996400000000"}));
  EXPECT_TRUE(
      holds("_SOURCE_REALTIME_TIMESTAMP > -1h", {"_SOURCE_REALTIME_TIMESTAMP=1699996400000001"}));
}

}  // namespace
}  // namespace logq::query
