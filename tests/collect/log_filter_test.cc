#include "collect/log_filter.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::collect {
namespace {

using namespace std::string_literals;

LogFilter with_patterns(const std::string& attribute) {
  LogFilter filter;
  filter.set_patterns(attribute);
  return filter;
}

TEST(LogFilter, KeepsEverythingByDefault) {
  EXPECT_TRUE(LogFilter().keeps(7, "anything"));
}

TEST(LogFilter, DiscardsLessImportantLevels) {
  LogFilter filter;
  filter.set_level_max(4);

  EXPECT_TRUE(filter.keeps(4, "warning"));
  EXPECT_FALSE(filter.keeps(5, "notice"));

  filter.set_level_max(std::nullopt);
  EXPECT_TRUE(filter.keeps(7, "debug"));
}

TEST(LogFilter, WantsOneOfTheFirstListAndNoneOfTheSecond) {
  const LogFilter filter = with_patterns(
      "^a\0b$\0\xff"
      "secret\0"s);

  EXPECT_TRUE(filter.keeps(6, "a message"));
  EXPECT_TRUE(filter.keeps(6, "ends in b"));
  EXPECT_FALSE(filter.keeps(6, "something else"));
  EXPECT_FALSE(filter.keeps(6, "a secret"));
  EXPECT_FALSE(filter.keeps(6, "A message"));
}

TEST(LogFilter, OneListAloneIsEnough) {
  EXPECT_FALSE(with_patterns("\xff"
                             "noise\0"s)
                   .keeps(6, "some noise"));
  EXPECT_TRUE(with_patterns("\xff"
                            "noise\0"s)
                  .keeps(6, "news"));
  EXPECT_FALSE(with_patterns("news\0\xff"s).keeps(6, "some noise"));
  EXPECT_TRUE(with_patterns("\xff"s).keeps(6, "anything"));
}

TEST(LogFilter, KeepsEntriesWithoutAMessage) {
  EXPECT_TRUE(with_patterns("news\0\xff"s).keeps(6, ""));
}

TEST(LogFilter, FiltersNothingWhereTheListsAreDamaged) {
  for (const std::string& attribute : {"noise\0"s,
                                       "\xff"
                                       "(noise\0"s,
                                       ""s}) {
    EXPECT_TRUE(with_patterns(attribute).keeps(6, "noise")) << attribute;
  }
  EXPECT_FALSE(with_patterns("\xff"
                             "noise"s)
                   .keeps(6, "noise"));  // not terminated
}

TEST(LogFilter, KeepsAMessageThatWouldTakeForeverToMatch) {
  const std::string hostile = std::string(5000, 'a') + "!";

  EXPECT_TRUE(with_patterns("\xff"
                            "^(a+)+$\0"s)
                  .keeps(6, hostile));
  EXPECT_TRUE(with_patterns("^(a+)+$\0\xff"s).keeps(6, hostile));
}

// Takes hours where only the steps of a match are counted, since each is one loop over the text.
TEST(LogFilter, IsDoneInTimeWithPatternsWhoseLoopsPcre2DoesNotCount) {
  std::string hostile = "\xff";
  for (int i = 0; i < 200; ++i)
    hostile += "a*a*a*[bc" + std::to_string(i) + "]" + '\0';
  const LogFilter filter = with_patterns(hostile);

  for (int message = 0; message < 1000; ++message)
    ASSERT_TRUE(filter.keeps(6, std::string(60'000, 'a')));
}

TEST(LogFilter, FindsAMatchAnywhereInALongMessage) {
  const LogFilter filter = with_patterns(
      "\xff"
      "(?<=x)needle$\0"s);

  for (const std::size_t before : {0U, 1U, 2U, 3U, 1022U, 1023U, 1024U, 5000U, 60'000U}) {
    EXPECT_FALSE(filter.keeps(6, std::string(before, '-') + "xneedle")) << before;
    EXPECT_TRUE(filter.keeps(6, std::string(before, '-') + "yneedle")) << before;
  }
}

TEST(LogFilter, ForgetsPatternsThatAreTakenBack) {
  LogFilter filter = with_patterns(
      "\xff"
      "noise\0"s);
  filter.set_patterns("");

  EXPECT_TRUE(filter.keeps(6, "noise"));
}

}  // namespace
}  // namespace logq::collect
