// Colours, links and the width of the terminal, from the environment.
#include "logq/show/terminal.h"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace logq::cli {
namespace {

using Variables = std::map<std::string, std::string>;

Terminal judged(const Variables& variables, bool is_terminal = true, std::size_t columns = 0) {
  const Environment environment = [&variables](const char* name) -> const char* {
    const auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  };
  return judge_terminal(environment, is_terminal, columns);
}

TEST(Terminal, HasColoursUnlessItIsDumb) {
  EXPECT_TRUE(judged({{"TERM", "xterm"}}).colours);
  EXPECT_FALSE(judged({{"TERM", "dumb"}}).colours);
  EXPECT_FALSE(judged({}).colours);
  EXPECT_FALSE(judged({{"TERM", "xterm"}}, false).colours);
}

TEST(Terminal, TheUserHasTheLastWordOnColours) {
  EXPECT_FALSE(judged({{"TERM", "xterm"}, {"SYSTEMD_COLORS", "no"}}).colours);
  EXPECT_TRUE(judged({{"SYSTEMD_COLORS", "1"}}, false).colours);
  EXPECT_FALSE(judged({{"TERM", "xterm"}, {"NO_COLOR", "1"}}).colours);
  EXPECT_TRUE(judged({{"TERM", "xterm"}, {"NO_COLOR", ""}}).colours);
  EXPECT_TRUE(judged({{"TERM", "xterm"}, {"NO_COLOR", "1"}, {"SYSTEMD_COLORS", "yes"}}).colours);
  EXPECT_FALSE(judged({{"LOGQ_COLORS", "off"}, {"SYSTEMD_COLORS", "yes"}}, false).colours);
}

TEST(Terminal, ColoursMayBeCounted) {
  EXPECT_EQ(judged({{"SYSTEMD_COLORS", "16"}}, false).colour_depth, query::ColourDepth::k16);
  EXPECT_EQ(judged({{"SYSTEMD_COLORS", "256"}}, false).colour_depth, query::ColourDepth::k256);
  EXPECT_TRUE(judged({{"SYSTEMD_COLORS", "16"}}, false).colours);
  EXPECT_FALSE(judged({{"TERM", "xterm"}, {"SYSTEMD_COLORS", "auto-16"}}, false).colours);
  EXPECT_TRUE(judged({{"TERM", "xterm"}, {"SYSTEMD_COLORS", "auto-16"}}).colours);
}

TEST(Terminal, NonsenseInAVariableIsPassedOver) {
  EXPECT_TRUE(judged({{"TERM", "xterm"}, {"SYSTEMD_COLORS", "purple"}}).colours);
  EXPECT_EQ(judged({{"COLUMNS", "wide"}}, true, 132).columns, 132U);
  EXPECT_EQ(judged({{"COLUMNS", "0"}}, true, 132).columns, 132U);
}

TEST(Terminal, ColumnsComeFromTheUserThenTheWindow) {
  EXPECT_EQ(judged({{"COLUMNS", "100"}}, true, 132).columns, 100U);
  EXPECT_EQ(judged({}, true, 132).columns, 132U);
  EXPECT_EQ(judged({}, false, 0).columns, 80U);
}

TEST(Terminal, LinksCanBeSwitchedOff) {
  EXPECT_TRUE(judged({{"TERM", "xterm"}}).hyperlinks);
  EXPECT_FALSE(judged({{"TERM", "xterm"}, {"SYSTEMD_URLIFY", "0"}}).hyperlinks);
}

}  // namespace
}  // namespace logq::cli
