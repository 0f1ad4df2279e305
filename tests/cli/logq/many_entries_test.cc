// More entries than are formatted on one thread.
#include <signal.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include <gtest/gtest.h>

#include "written_journal.h"

namespace logq::test {
namespace {

constexpr int kEntries = 9000;

class ManyEntries : public testing::Test {
 protected:
  ManyEntries() {
    for (int i = 0; i < kEntries; ++i) {
      if (i == kEntries / 2) journal_.begin_file("system-later.journal");
      journal_.append("entry " + std::to_string(i));
    }
  }

  // What "-o cat" prints of the entries from `first` that lie `step` apart.
  static std::string lines(int first, int step, int count) {
    std::string text;
    for (int i = 0; i < count; ++i)
      text += "entry " + std::to_string(first + i * step) + "\n";
    return text;
  }

  CommandResult cat(std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"-q", "-o", "cat"});
    return journal_.logq(arguments);
  }

  WrittenJournal journal_;
};

TEST_F(ManyEntries, AreAllPrintedInOrder) {
  EXPECT_EQ(cat({}).out, lines(0, 1, kEntries));
  EXPECT_EQ(cat({"-r"}).out, lines(kEntries - 1, -1, kEntries));
}

TEST_F(ManyEntries, AreSearchedInOrder) {
  EXPECT_EQ(cat({"-g", "7$"}).out, lines(7, 10, kEntries / 10));
  EXPECT_EQ(cat({"-g", "7$", "-r"}).out, lines(kEntries - 3, -10, kEntries / 10));
}

TEST_F(ManyEntries, ShowAsManyHitsAsAreWantedAndNoMore) {
  EXPECT_EQ(cat({"-g", "[05]$", "-n", "+1200"}).out, lines(0, 5, 1200));
  EXPECT_EQ(cat({"-g", "[05]$", "-n", "1200"}).out, lines(kEntries - 5, -5, 1200));
  EXPECT_EQ(cat({"-n", "+4321"}).out, lines(0, 1, 4321));
}

TEST_F(ManyEntries, LeaveTheCursorAtTheLastHitThatIsShown) {
  const std::string out = cat({"-g", "[05]$", "-n", "+1200", "--show-cursor"}).out;
  const std::size_t at = out.find("-- cursor: ");
  ASSERT_NE(at, std::string::npos);
  const std::string cursor = out.substr(at + 11, out.find('\n', at) - at - 11);

  EXPECT_EQ(cat({"-c", cursor, "-n", "+2"}).out, lines(5995, 1, 2));
}

TEST_F(ManyEntries, AreFollowedFromTheLastOneShown) {
  ChildProcess follower(
      {.argv = journal_.command({"-q", "-o", "cat", "-f", "-g", "[05]$", "-n", "5"}),
       .environment = {},
       .input = {}});
  const std::string first = lines(kEntries - 5, 5, 1);
  ASSERT_TRUE(wait_until([&] { return follower.out().find(first) != std::string::npos; }));
  journal_.append("later 5");
  ASSERT_TRUE(wait_until([&] { return follower.out().find("later 5") != std::string::npos; }));
  follower.signal(SIGTERM);

  EXPECT_EQ(follower.wait().out, first + "later 5\n");
}

TEST_F(ManyEntries, AreToldInTurnWhereEachCountsFromTheOneBefore) {
  const CommandResult result = journal_.logq({"-q", "-o", "short-delta"});

  // One microsecond apart, all but the first of each boot.
  std::size_t count = 0;
  for (std::size_t at = 0; (at = result.out.find("<    0.000001 >", at)) != std::string::npos; ++at)
    ++count;
  EXPECT_EQ(count, static_cast<std::size_t>(kEntries - 1)) << result.out.substr(0, 500);
}

// With two threads eight batches are made ahead, each of which has one of the large entries.
TEST_F(ManyEntries, ThatAreLargeDoNotFillTheMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer takes more address space than the limit leaves";
#endif
  const std::vector<std::string> try_it = {"taskset", "-c", "0,1", "true"};
  if (std::thread::hardware_concurrency() < 2 || run_command({try_it, {}, {}}).status != 0) {
    GTEST_SKIP() << "needs the first two processors";
  }
  const std::string large(std::size_t{12} << 20, 'x');
  for (int i = 0; i < 20 * 512; ++i)
    journal_.append(i % 512 == 0 ? large : "small");

  std::string command = "ulimit -d 163840; exec taskset -c 0,1";  // 160 MiB, with stacks
  for (const std::string& argument : journal_.command({"-q", "-o", "cat", "--no-pager"}))
    command += " " + argument;
  const CommandResult result = run_command({{"sh", "-c", command + " | wc -c"}, {}, {}});

  const std::size_t large_bytes = 20 * (large.size() + 1);
  const std::size_t small_bytes = std::size_t{20} * 511 * 6 + lines(0, 1, kEntries).size();
  EXPECT_EQ(result.out, std::to_string(large_bytes + small_bytes) + "\n") << result.err;
}

// All that stands around one hit, which is known only when it comes.
TEST_F(ManyEntries, OfContextThatAreLargeDoNotFillTheMemory) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer takes more memory than the limit leaves";
#endif
  constexpr int kAround = 600;
  constexpr std::size_t kMostKib = 64 * 1024;
  const std::string large(std::size_t{512} << 10, 'x');
  for (int i = 0; i < kAround; ++i)
    journal_.append(large);
  const std::vector<std::string> asked = {"-q", "-o", "cat", "-g", "needle", "-C", "1000"};
  std::vector<std::string> followed = asked;
  followed.insert(followed.end(), {"-f", "--no-tail"});
  std::string command = "exec";
  for (const std::string& word : journal_.command(followed))
    command += " " + word;
  ChildProcess follower({{"sh", "-c", command + " >/dev/null"}, {}, {}});
  const std::string state = "/proc/" + std::to_string(follower.pid()) + "/stat";
  ASSERT_TRUE(
      wait_until([&] { return read_text_file(state).find("(logq) S ") != std::string::npos; }));
  EXPECT_LT(anonymous_kib(follower.pid()), kMostKib);

  journal_.append("needle");
  command = "ulimit -d 163840; exec taskset -c 0";
  for (const std::string& word : journal_.command(asked))
    command += " " + word;
  const CommandResult result = run_command({{"sh", "-c", command + " | wc -c"}, {}, {}});

  const std::size_t others = lines(kEntries - 400, 1, 400).size();
  EXPECT_EQ(result.out, std::to_string(kAround * (large.size() + 1) + others + 7) + "\n")
      << result.err;
}

// As long as something of it may still be shown, a file that was deleted is there for who follows.
TEST_F(ManyEntries, AreShownAroundAHitOfAnotherFileWhenTheirsIsDeleted) {
  ChildProcess follower(
      {.argv = journal_.command({"-q", "-o", "cat", "-f", "--no-tail", "-g", "needle", "-B", "3"}),
       .environment = {},
       .input = {}});
  journal_.append("first needle");
  ASSERT_TRUE(wait_until([&] { return follower.out().find("first") != std::string::npos; }));
  journal_.append("before");
  journal_.begin_file("last.journal");
  std::filesystem::remove(journal_.directory() + "/system.journal");
  std::filesystem::remove(journal_.directory() + "/system-later.journal");
  journal_.append("between");
  std::this_thread::sleep_for(std::chrono::milliseconds(100));  // turns in which it finds them gone
  journal_.append("second needle");
  ASSERT_TRUE(wait_until([&] { return follower.out().find("second") != std::string::npos; }));
  follower.signal(SIGTERM);

  EXPECT_EQ(follower.wait().out,
            lines(kEntries - 3, 1, 3) + "first needle\nbefore\nbetween\nsecond needle\n");
}

}  // namespace
}  // namespace logq::test
