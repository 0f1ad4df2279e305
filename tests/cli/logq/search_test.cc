// -g, -S, -U and the exit status of a search.
#include <gtest/gtest.h>

#include "written_journal.h"

namespace logq::test {
namespace {

class Search : public testing::Test {
 protected:
  Search() {
    for (int i = 0; i < 10; ++i)
      journal_.append_after(1'000'000, (i % 2 == 0 ? "Even " : "odd ") + std::to_string(i));
  }

  std::string found(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-q", "-o", "cat"});
    return journal_.logq(arguments).out;
  }

  std::string at(std::uint64_t second) const {
    return "@" + std::to_string(1'700'000'000 + second);
  }

  WrittenJournal journal_;
};

TEST_F(Search, FindsAPattern) {
  EXPECT_EQ(found({"-g", "odd [13]"}), "odd 1\nodd 3\n");
  EXPECT_EQ(found({"-g", "even 2"}), "Even 2\n");
  EXPECT_EQ(found({"-g", "Odd"}), "");
  EXPECT_EQ(found({"-g", "Odd 1", "--case-sensitive=no"}), "odd 1\n");
  EXPECT_EQ(found({"-g", "even 2", "--case-sensitive"}), "");
}

TEST_F(Search, OfTheLastHitsGoesBackward) {
  EXPECT_EQ(found({"-g", "odd", "-n", "2"}), "odd 9\nodd 7\n");
  EXPECT_EQ(found({"-g", "odd", "-n", "+2"}), "odd 1\nodd 3\n");
}

TEST_F(Search, FailsWhenNothingIsFound) {
  EXPECT_EQ(journal_.logq({"-g", "nothing"}).status, 1);
  EXPECT_EQ(journal_.logq({"-g", "odd"}).status, 0);
  EXPECT_EQ(journal_.logq({"MESSAGE=nothing"}).status, 0);
  EXPECT_EQ(journal_.logq({"-g", "nothing"}).out, "-- No entries --\n");
}

TEST_F(Search, ABadPatternIsShown) {
  const CommandResult result = journal_.logq({"-g", "a["});

  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(result.err.starts_with("logq: Bad pattern \"a[\"")) << result.err;
}

TEST_F(Search, KeepsToTheTimes) {
  EXPECT_EQ(found({"-S", at(9)}), "Even 8\nodd 9\n");
  EXPECT_EQ(found({"-U", at(2)}), "Even 0\nodd 1\n");
  EXPECT_EQ(found({"-S", at(3), "-U", at(4)}), "Even 2\nodd 3\n");
  EXPECT_EQ(found({"-S", at(3), "-U", at(4), "-r"}), "odd 3\nEven 2\n");
}

TEST_F(Search, CountsWithinTheTimes) {
  EXPECT_EQ(found({"-U", at(4), "-n", "2"}), "Even 2\nodd 3\n");
  EXPECT_EQ(found({"-S", at(3), "-n", "1"}), "odd 9\n");
  EXPECT_EQ(found({"-S", at(3), "-n", "+1"}), "Even 2\n");
  EXPECT_EQ(found({"-S", at(9), "-n", "5"}), "Even 8\nodd 9\n");
  EXPECT_EQ(found({"-S", at(3), "-U", at(4), "-n", "5"}), "Even 2\nodd 3\n");
  EXPECT_EQ(found({"-U", at(4), "-r", "-n", "1"}), "odd 3\n");
}

TEST_F(Search, MarksWhatItFound) {
  journal_.append_fields(1, {"MESSAGE=it failed badly", "PRIORITY=3"});

  const auto result = journal_.logq({"-g", "failed", "-q"}, {{"SYSTEMD_COLORS", "1"}});

  EXPECT_NE(result.out.find("it \x1b["), std::string::npos) << result.out;
  EXPECT_NE(result.out.find("failed\x1b["), std::string::npos) << result.out;
}

TEST_F(Search, TakesTheCursorOfAnEntry) {
  const std::string shown = journal_.logq({"-n", "+3", "-q", "-o", "cat", "--show-cursor"}).out;
  const std::string cursor = shown.substr(shown.find("s="), shown.rfind('\n') - shown.find("s="));

  EXPECT_EQ(found({"-c", cursor, "-n", "1"}), "Even 2\n");
  EXPECT_EQ(found({"--after-cursor", cursor, "-n", "1"}), "odd 3\n");
  EXPECT_EQ(found({"-c", cursor, "-r"}), "Even 2\nodd 1\nEven 0\n");
  EXPECT_EQ(found({"--after-cursor", cursor, "-r"}), "odd 1\nEven 0\n");
}

TEST_F(Search, LeavesOutIdentifiersInTheShortFormats) {
  journal_.append_fields(1, {"MESSAGE=noise", "SYSLOG_IDENTIFIER=noisy"});

  EXPECT_EQ(journal_.logq({"-T", "noisy", "-n", "1", "-q"}).out, "");
  EXPECT_EQ(found({"-T", "noisy", "-n", "1"}), "noise\n");
}

}  // namespace
}  // namespace logq::test
