#include "supervise/multilog_pattern.h"

#include <string>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

// The examples of multilog's manual, and what follows from its words.
TEST(MultilogPattern, WithoutStarsMatchesItselfOnly) {
  EXPECT_TRUE(matches_multilog_pattern("hello", "hello"));
  EXPECT_FALSE(matches_multilog_pattern("hello", "hello world"));
  EXPECT_FALSE(matches_multilog_pattern("hello", "hell"));
  EXPECT_TRUE(matches_multilog_pattern("", ""));
  EXPECT_FALSE(matches_multilog_pattern("", "x"));
}

TEST(MultilogPattern, AStarStopsAtTheFirstOfTheNextCharacter) {
  const std::string_view line = "named[135]: Cleaned cache of 3121 RRs";
  EXPECT_TRUE(matches_multilog_pattern("named[*]: Cleaned cache *", line));
  EXPECT_TRUE(matches_multilog_pattern("*b", "aab"));
  EXPECT_FALSE(matches_multilog_pattern("*ab", "aab"));  // a shell's pattern would match
  EXPECT_FALSE(matches_multilog_pattern("a*c", "abcc"));
}

TEST(MultilogPattern, AStarAtTheEndMatchesAnything) {
  EXPECT_TRUE(matches_multilog_pattern("*", ""));
  EXPECT_TRUE(matches_multilog_pattern("*", std::string_view("a\0\xff", 3)));
  EXPECT_TRUE(matches_multilog_pattern("STAT*", "STAT"));
}

TEST(MultilogPattern, ASecondStarIsTheCharacterThatTheFirstStopsAt) {
  EXPECT_TRUE(matches_multilog_pattern("**", "x*y"));
  EXPECT_FALSE(matches_multilog_pattern("**", "xy"));
}

}  // namespace
}  // namespace logq::supervise
