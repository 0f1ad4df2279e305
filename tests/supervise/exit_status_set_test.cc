#include "supervise/exit_status_set.h"

#include <signal.h>

#include <sstream>
#include <string>

#include <gtest/gtest.h>

#include "support/child_process.h"

namespace logq::supervise {
namespace {

using Code = ProcessExit::Code;

TEST(ExitStatusSet, ContainsStatusesByNumberAndNameAndSignals) {
  ExitStatusSet set;

  for (const char* item : {"TEMPFAIL", "250", "SIGKILL"}) {
    EXPECT_TRUE(set.add(item)) << item;
  }

  EXPECT_TRUE(set.contains({Code::kExited, 75}));
  EXPECT_TRUE(set.contains({Code::kExited, 250}));
  EXPECT_TRUE(set.contains({Code::kKilled, SIGKILL}));
  EXPECT_TRUE(set.contains({Code::kDumped, SIGKILL}));
  EXPECT_FALSE(set.contains({Code::kExited, SIGKILL}));
  EXPECT_FALSE(set.contains({Code::kKilled, 75}));
  EXPECT_FALSE(set.contains({Code::kExited, 0}));
}

TEST(ExitStatusSet, RefusesWhatNoProcessEndsWith) {
  ExitStatusSet set;

  for (const char* item : {"", "256", "-1", "SIGFOO", "tempfail", "1x", "SIG"}) {
    EXPECT_FALSE(set.add(item)) << item;
  }

  EXPECT_TRUE(set.statuses.none() && set.signals.none());
}

TEST(ExitStatusSet, KnowsSignalsByNumberNameAndDistance) {
  EXPECT_EQ(parse_signal("TERM"), SIGTERM);
  EXPECT_EQ(parse_signal("SIGTERM"), SIGTERM);
  EXPECT_EQ(parse_signal("15"), SIGTERM);
  EXPECT_EQ(parse_signal("SIGRTMIN+1"), SIGRTMIN + 1);
  EXPECT_EQ(parse_signal("RTMAX"), SIGRTMAX);
  EXPECT_EQ(parse_signal("RTMAX-2"), SIGRTMAX - 2);
  for (const char* text : {"0", "65", "-1", "term", "", "RTMIN-1", "RTMIN+99", "RTMIN+"}) {
    EXPECT_EQ(parse_signal(text), 0) << text;
  }
}

TEST(ExitStatusSet, KnowsEveryStatusThatSystemdNames) {
  const auto listed = test::run_command(
      {.argv = {"systemd-analyze", "exit-status", "--no-pager"}, .environment = {}, .input = {}});
  if (listed.status != 0) GTEST_SKIP() << "no systemd-analyze here";
  std::istringstream lines(listed.out);
  std::string name;
  std::string number;
  std::getline(lines, name);  // the heading

  int compared = 0;
  for (std::string rest; lines >> name >> number; std::getline(lines, rest), ++compared) {
    EXPECT_EQ(parse_exit_status(name), std::stoi(number)) << name;
    EXPECT_EQ((ProcessExit{Code::kExited, std::stoi(number)}.status_text()), number + "/" + name);
  }
  EXPECT_GT(compared, 60);
}

}  // namespace
}  // namespace logq::supervise
