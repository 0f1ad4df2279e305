// Which options go together, and what one means for another.
#include "logq/options/option_rules.h"

#include <gtest/gtest.h>

#include "command_line.h"

namespace logq::cli {
namespace {

TEST(OptionRules, SourcesExcludeEachOther) {
  for (const std::vector<std::string>& pair : std::vector<std::vector<std::string>>{
           {"-D", "/x", "--file=/y"}, {"-D", "/x", "--root=/y"}, {"-i", "/x", "--root=/y"}})
    EXPECT_EQ(refused(pair),
              "please specify at most one of -D/--directory=, -i/--file=, -M/--machine=, --root=");
}

TEST(OptionRules, OnlyOneThingSaysWhereToBegin) {
  for (const std::vector<std::string>& pair :
       std::vector<std::vector<std::string>>{{"-S", "today", "-c", "x"},
                                             {"-c", "x", "--after-cursor=y"},
                                             {"--cursor-file=/x", "-S", "today"},
                                             {"--cursor-file=/x", "--after-cursor=y"}})
    EXPECT_TRUE(refused(pair).starts_with("please specify only one of --since=")) << pair[0];
}

TEST(OptionRules, TimeGoesForward) {
  EXPECT_EQ(refused({"-S", "2020-01-02", "-U", "2020-01-01"}), "--since= must be before --until=");
  EXPECT_EQ(refused({"-S", "2020-01-01", "-U", "2020-01-01"}), "accepted");
}

TEST(OptionRules, WhatHasAnEndCannotBeFollowed) {
  EXPECT_NE(refused({"-f", "-r"}), "accepted");
  EXPECT_NE(refused({"-f", "-n", "+5"}), "accepted");
  EXPECT_NE(refused({"-r", "-n", "+5"}), "accepted");
  EXPECT_EQ(refused({"-n", "+5"}), "accepted");
}

TEST(OptionRules, BootsAreOfOneMachine) {
  EXPECT_NE(refused({"-b", "-m"}), "accepted");
  EXPECT_NE(refused({"--list-boots", "-m"}), "accepted");
  EXPECT_EQ(refused({"-k", "-m"}), "accepted");
  EXPECT_EQ(refused({"-f", "-m"}), "accepted");
}

TEST(OptionRules, ListsOfFieldsTakeNoFilters) {
  EXPECT_NE(refused({"-N", "-p", "3"}), "accepted");
  EXPECT_NE(refused({"-F", "FOO", "-u", "x"}), "accepted");
  EXPECT_EQ(refused({"-F", "FOO", "-q"}), "accepted");
  EXPECT_EQ(refused({"-N", "FOO=1"}), "extraneous arguments starting with 'FOO=1'");
}

TEST(OptionRules, FollowingKernelAndPagerEndMeanThisBoot) {
  for (const char* const option : {"-f", "-k", "-e"}) {
    EXPECT_EQ(parsed({option})->range.boot, "") << option;
    EXPECT_FALSE(parsed({option, "-m"})->range.boot.has_value()) << option;
    EXPECT_EQ(parsed({option, "-b", "all"})->range.boot, "all") << option;
  }
  EXPECT_FALSE(parsed({})->range.boot.has_value());
}

TEST(OptionRules, FollowShowsTenUnlessToldOtherwise) {
  EXPECT_EQ(parsed({"-f"})->display.lines, 10U);
  EXPECT_EQ(parsed({"-f", "-n", "3"})->display.lines, 3U);
  EXPECT_FALSE(parsed({"-f", "--no-tail"})->display.lines.has_value());
  EXPECT_FALSE(parsed({"-f", "-n", "all"})->display.lines.has_value());
  EXPECT_FALSE(parsed({"-f", "-S", "today"})->display.lines.has_value());
  EXPECT_EQ(parsed({"-e"})->display.lines, 1000U);
  EXPECT_EQ(parsed({"-e", "-n", "5"})->display.lines, 5U);
}

TEST(OptionRules, SearchingForTheLastHitsGoesBackward) {
  EXPECT_TRUE(parsed({"-g", "x", "-n", "5"})->display.reverse);
  EXPECT_FALSE(parsed({"-g", "x"})->display.reverse);
  EXPECT_FALSE(parsed({"-g", "x", "-n", "+5"})->display.reverse);
  EXPECT_FALSE(parsed({"-g", "x", "-n", "5", "-f"})->display.reverse);
}

TEST(OptionRules, UnitsOfAUserAreUserUnits) {
  const auto options = parsed({"--user", "-u", "a", "--user-unit", "b"});

  EXPECT_TRUE(options->filter.units.empty());
  EXPECT_EQ(options->filter.user_units, (std::vector<std::string>{"b", "a"}));
  EXPECT_EQ(parsed({"--user", "--system", "-u", "a"})->filter.units.size(), 1U);
}

TEST(OptionRules, RotationComesBeforeVacuumingInEitherOrder) {
  for (const std::vector<std::string>& order : std::vector<std::vector<std::string>>{
           {"--rotate", "--vacuum-size=1M"}, {"--vacuum-size=1M", "--rotate"}}) {
    EXPECT_EQ(parsed(order)->command, Command::kVacuum) << order[0];
    EXPECT_TRUE(parsed(order)->rotate_first) << order[0];
  }
  EXPECT_FALSE(parsed({"--vacuum-files=3"})->rotate_first);
  EXPECT_EQ(parsed({"--rotate"})->command, Command::kRotate);
}

TEST(OptionRules, WhatIsNotSupportedIsRefusedByName) {
  for (const char* const option : {"--image=x", "--image-policy=x", "--interval=3",
                                   "--verify-key=x", "--setup-keys", "--force", "--introspect-cli"})
    EXPECT_NE(refused({option}).find("support"), std::string::npos) << option << refused({option});
}

}  // namespace
}  // namespace logq::cli
