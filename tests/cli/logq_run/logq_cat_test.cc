// logq-cat as a whole, with stock journald as the collector.
#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/io.h"
#include "cli/logq_run/programs.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

class LogqCatTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    journald_.emplace();
    fifo_ = directory_.path() + "/fifo";
    ASSERT_EQ(::mkfifo(fifo_.c_str(), 0600), 0);
  }
  // logq-cat with the named pipe as its input.
  Command reading_fifo() {
    return command({"sh", "-c", "exec \"$0\" -t piped <\"$1\"", kLogqCat, fifo_},
                   towards(*journald_));
  }
  Strings messages() { return column(journald_->entries({"SYSLOG_IDENTIFIER=piped"}), "MESSAGE"); }
  bool stored(const Strings& expected) {
    return wait_until([&] { return messages() == expected; });
  }

  TempDir directory_;
  std::string fifo_;
  std::optional<StockJournald> journald_;
};

TEST_F(LogqCatTest, KeepsAPartialLastLine) {
  Command cat = command({kLogqCat, "-t", "piped", "-p", "warning"}, towards(*journald_));
  cat.input = "first\n<3>second\nlast";

  EXPECT_EQ(run_command(cat).status, 0);

  EXPECT_TRUE(stored({"first", "second", "last"}));
  const auto entries = journald_->entries({"SYSLOG_IDENTIFIER=piped"});
  EXPECT_EQ(column(entries, "PRIORITY"), (Strings{"4", "3", "4"}));
  EXPECT_EQ(column(entries, "_LINE_BREAK"), (Strings{"-", "-", "eof"}));
}

TEST_F(LogqCatTest, RunsAProgramLikeSystemdCat) {
  ChildProcess cat(
      command({kLogqCat, "-t", "piped", "sh", "-c", "echo $$; exit 6"}, towards(*journald_)));
  const std::string pid = std::to_string(cat.pid());

  EXPECT_EQ(cat.wait().status, 6);
  EXPECT_TRUE(stored({pid}));
}

TEST_F(LogqCatTest, ReconnectsToARestartedCollector) {
  ChildProcess cat(reading_fifo());
  const auto writer = *base::open_file(fifo_, O_WRONLY);
  ASSERT_TRUE(base::write_all(writer.get(), "before\n"));
  ASSERT_TRUE(stored({"before"}));

  journald_->stop();
  ASSERT_TRUE(base::write_all(writer.get(), "meanwhile\n"));
  ASSERT_TRUE(wait_until([&] { return cat.err().find("closed the stream") != std::string::npos; }));
  journald_->start();

  EXPECT_TRUE(stored({"before", "meanwhile"})) << cat.err();
  EXPECT_NE(cat.err().find("connected to the collector again"), std::string::npos) << cat.err();
}

TEST_F(LogqCatTest, FinishesItsLineWhenToldToStop) {
  ChildProcess cat(reading_fifo());
  const auto writer = *base::open_file(fifo_, O_WRONLY);
  ASSERT_TRUE(base::write_all(writer.get(), "whole\nhal"));
  ASSERT_TRUE(stored({"whole"}));

  cat.signal(SIGTERM);
  ASSERT_TRUE(base::write_all(writer.get(), "f\nleft in the pipe\n"));

  EXPECT_EQ(cat.wait().status, 0);
  const Strings got = messages();
  ASSERT_GE(got.size(), 2U);
  EXPECT_EQ(got[1], "half");
}

TEST(LogqCatAlone, PassesInputThroughWithoutACollector) {
  Command cat = command({kLogqCat}, without_collector());
  cat.input = "one\ntwo";

  const CommandResult result = run_command(cat);

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "one\ntwo");
  EXPECT_EQ(result.err,
            "logq-cat: no collector at /nonexistent/stdout: No such file or directory; input is "
            "passed through to standard output\n");
}

TEST(LogqCatAlone, UsageErrorsAreOneLineAndStatus2) {
  const CommandResult result = run_command(command({kLogqCat, "-p", "loud"}, {}));

  EXPECT_EQ(result.status, 2);
  EXPECT_EQ(result.err, "logq-cat: bad value of --priority: 'loud' (try logq-cat --help)\n");
}

}  // namespace
}  // namespace logq::test
