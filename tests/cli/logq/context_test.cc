// -A, -B and -C: what is shown beside what is found. GNU grep over the printed lines is the oracle.
#include <random>

#include <gtest/gtest.h>

#include "written_journal.h"

namespace logq::test {
namespace {

class Context : public testing::Test {
 protected:
  // Hits that are alone, side by side, and far from each other; enough for several threads.
  Context() {
    std::mt19937 random(7);
    for (int i = 0; i < 5000; ++i) {
      const bool is_hit = random() % 40 == 0 || (i > 1 && i % 701 < 3);
      journal_.append((is_hit ? "found " : "other ") + std::to_string(i));
    }
  }

  std::string lines(const std::string& arguments) const {
    const std::string logq = std::string(LOGQ_BIN_DIR) + "/logq -q -o short-unix -D ";
    return run_command({{"sh", "-c", logq + journal_.directory() + " " + arguments}, {}, {}}).out;
  }

  WrittenJournal journal_;
};

TEST_F(Context, IsWhatGrepShowsOfTheLines) {
  for (const char* const context :
       {"-A 1", "-B 1", "-C 1", "-A 3 -B 0", "-B 7", "-A 2 -B 5", "-C 40", "-C 600", "-A 5000"}) {
    const std::string ours = lines(std::string("-g found ") + context);
    EXPECT_EQ(ours, lines(std::string("| grep ") + context + " found")) << context;
  }
}

TEST_F(Context, IsThatOfTimeWhereTheNewestComesFirst) {
  EXPECT_EQ(lines("-g found -r -A 2 -B 5"), lines("-r | grep -A 5 -B 2 found"));
  EXPECT_EQ(lines("-g found -r -A 3"), lines("-r | grep -B 3 found"));
}

TEST_F(Context, OfInvertedSearchesIsThatOfTheOthers) {
  EXPECT_EQ(lines("-g other --invert -C 2"), lines("| grep -v -C 2 other"));
}

TEST_F(Context, OfWhatIsCountedWithNIsComplete) {
  const std::string ours = lines("-g 'other 49[0-9]5' --case-sensitive -n +3 -C 1");
  EXPECT_EQ(ours, lines("| grep -m 3 -C 1 'other 49[0-9]5'"));
  EXPECT_EQ(lines("-g 'other 49[0-9]5' -n 2 -A 4"), lines("-r | grep -m 2 -B 4 'other 49[0-9]5'"));
}

TEST_F(Context, LeavesOutWhatOtherConditionsLeaveOut) {
  const std::string where = "--where 'MESSAGE !~ [13579]$'";
  EXPECT_EQ(lines("-g found -C 2 " + where), lines(where + " | grep -C 2 found"));
  EXPECT_EQ(lines("-g found -C 3 -S @1700000000.001000 -U @1700000000.004000"),
            lines("-S @1700000000.001000 -U @1700000000.004000 | grep -C 3 found"));
}

TEST_F(Context, HasNoSeparatorsInFormatsForPrograms) {
  const std::string json = lines("-g found -C 1 -o json");
  EXPECT_EQ(json.find("--\n"), std::string::npos);
  EXPECT_EQ(std::count(json.begin(), json.end(), '\n'),
            std::stol(lines("| grep -C 1 found | grep -vc -- '^--$'")));
}

TEST_F(Context, IsShownOfWhatComesLater) {
  ChildProcess follower(
      {.argv = journal_.command({"-q", "-o", "cat", "-f", "-g", "needle", "-A", "1", "-B", "2"}),
       .environment = {},
       .input = {}});
  const std::string path = "/proc/" + std::to_string(follower.pid()) + "/stat";
  ASSERT_TRUE(
      wait_until([&] { return read_text_file(path).find("(logq) S ") != std::string::npos; }));
  for (const char* const message : {"one", "two", "three", "needle", "four", "five"}) {
    journal_.append(message);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));  // each is a turn of its own
  }
  ASSERT_TRUE(wait_until([&] { return follower.out().find("four") != std::string::npos; }));
  follower.signal(SIGTERM);

  EXPECT_EQ(follower.wait().out, "two\nthree\nneedle\nfour\n");
}

TEST_F(Context, NeedsASearch) {
  for (const char* const option : {"-A", "-B", "-C"}) {
    const CommandResult result = journal_.logq({option, "1"});
    EXPECT_EQ(result.status, 1);
    EXPECT_NE(result.err.find("go with -g"), std::string::npos) << result.err;
    EXPECT_EQ(journal_.logq({option, "x", "-g", "a"}).status, 1);
    EXPECT_EQ(journal_.logq({option, "-1", "-g", "a"}).status, 1);
  }
}

TEST_F(Context, TellsOfABootBeforeTheFirstEntryOfItThatIsShown) {
  Id128 boot;
  for (const int number : {1, 2, 3}) {
    boot.bytes[0] = static_cast<std::uint8_t>(number);
    for (const char* const message : {"MESSAGE=x", "MESSAGE=x", "MESSAGE=end", "MESSAGE=x"})
      if (number != 2 || message[8] != 'e') journal_.append_in_boot(boot, message);
  }
  const std::string out = journal_.logq({"-g", "^end", "-B", "1", "-o", "short-unix"}).out;

  EXPECT_EQ(out.find("-- Boot 0200"), std::string::npos) << out;
  const std::size_t at = out.find("--\n-- Boot 0300");
  ASSERT_NE(at, std::string::npos) << out;
  EXPECT_NE(out.find(": x\n", at), std::string::npos) << out;
}

}  // namespace
}  // namespace logq::test
