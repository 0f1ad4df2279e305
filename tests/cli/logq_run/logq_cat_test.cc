// logq-cat as a whole, with stock journald as the collector.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <memory>
#include <thread>

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

TEST_F(LogqCatTest, ExitsTwoSecondsAfterATermInALineThatDoesNotEnd) {
  ChildProcess cat(reading_fifo());
  const auto writer = *base::open_file(fifo_, O_WRONLY);
  ASSERT_TRUE(base::write_all(writer.get(), "whole\nprompt> "));
  ASSERT_TRUE(stored({"whole"}));

  cat.signal(SIGTERM);

  EXPECT_EQ(cat.wait().status, 0);
  EXPECT_TRUE(stored({"whole", "prompt>"}));
}

TEST_F(LogqCatTest, ConnectsAnewAtAHangup) {
  ChildProcess cat(reading_fifo());
  const auto writer = *base::open_file(fifo_, O_WRONLY);
  ASSERT_TRUE(base::write_all(writer.get(), "before\n"));
  ASSERT_TRUE(stored({"before"}));

  cat.signal(SIGHUP);
  sleep_briefly();  // else the line may come first
  ASSERT_TRUE(base::write_all(writer.get(), "after\n"));

  ASSERT_TRUE(stored({"before", "after"}));
  const Strings streams = column(journald_->entries({"SYSLOG_IDENTIFIER=piped"}), "_STREAM_ID");
  EXPECT_NE(streams[0], streams[1]);
}

TEST_F(LogqCatTest, LeavesThePipeToASuccessorWhenItIsStoppedWhileNobodyReads) {
  const auto pipe = *base::open_file(fifo_, O_RDWR);
  ASSERT_EQ(signal_process(journald_->pid(), SIGSTOP), true);
  std::vector<std::unique_ptr<ChildProcess>> loggers;
  loggers.push_back(std::make_unique<ChildProcess>(reading_fifo()));
  std::string lines;
  Strings expected;
  const std::string kDots(20'000, '.');
  for (int i = 0; i < 3000; ++i) {
    expected.push_back("line " + std::to_string(i) + kDots);
    lines += expected.back() + "\n";
  }
  std::thread service([&] { ASSERT_TRUE(base::write_all(pipe.get(), lines)); });
  int times_full = 0;
  ASSERT_TRUE(wait_until([&] {
    int bytes = 0;
    times_full = ::ioctl(pipe.get(), FIONREAD, &bytes) == 0 && bytes > 60'000 ? times_full + 1 : 0;
    return times_full > 30;
  }));
  loggers[0]->signal(SIGTERM);
  EXPECT_EQ(loggers[0]->wait().status, 0);
  signal_process(journald_->pid(), SIGCONT);
  loggers.push_back(std::make_unique<ChildProcess>(reading_fifo()));
  service.join();

  // The collector reads both streams in turns, and has the beginning of a line from the first.
  std::ranges::sort(expected);
  EXPECT_TRUE(wait_until([&] {
    Strings got = messages();
    std::erase_if(got, [&](const std::string& line) { return !line.ends_with(kDots); });
    std::ranges::sort(got);
    return got == expected;
  }));
}

TEST_F(LogqCatTest, HasTheCollectorRotateAtAnAlarm) {
  ChildProcess cat(reading_fifo());
  const auto writer = *base::open_file(fifo_, O_WRONLY);
  ASSERT_TRUE(base::write_all(writer.get(), "before\n"));
  ASSERT_TRUE(stored({"before"}));
  const auto archives = [&] {
    std::size_t count = 0;
    for (const auto& file : std::filesystem::recursive_directory_iterator(journald_->storage_dir()))
      if (file.path().filename().string().starts_with("system@")) ++count;
    return count;
  };
  ASSERT_EQ(archives(), 0U);

  cat.signal(SIGALRM);

  EXPECT_TRUE(wait_until([&] { return archives() == 1; })) << cat.err();
  ASSERT_TRUE(base::write_all(writer.get(), "after\n"));
  EXPECT_TRUE(stored({"before", "after"}));
  EXPECT_EQ(cat.err(), "");
}

TEST_F(LogqCatTest, SaysInTheLogHowManyLinesItHasDropped) {
  signal_process(journald_->pid(), SIGSTOP);
  constexpr std::size_t kLines = 3000;
  std::string lines;
  for (std::size_t i = 0; i < kLines; ++i)
    lines += std::string(20'000, '.') + "\n";
  const std::string fed = directory_.path() + "/fed";
  write_text_file(fed, lines);
  ChildProcess cat(
      command({"sh", "-c", "cat \"$1\" \"$2\" | \"$0\" -t piped -u hello --overflow=drop", kLogqCat,
               fed, fifo_},
              towards(*journald_)));
  const auto writer = *base::open_file(fifo_, O_WRONLY);  // all lines have been read
  signal_process(journald_->pid(), SIGCONT);

  const auto reports = [&] {
    return journald_->entries({"MESSAGE_ID=c1370f8363ae4fe991461ce3e95939d1"});
  };
  ASSERT_TRUE(wait_until([&] { return !reports().empty(); })) << cat.err();
  const JournalFields report = reports().front();
  EXPECT_EQ(report.at("UNIT"), "hello.service");
  EXPECT_EQ(report.at("MESSAGE"),
            report.at("N_DROPPED") + " lines dropped: the collector did not take them in time");
  const std::size_t dropped = std::stoul(report.at("N_DROPPED"));
  EXPECT_TRUE(wait_until([&] {
    const auto kept = journald_->entries({"SYSLOG_IDENTIFIER=piped", "_TRANSPORT=stdout"});
    return kept.size() == kLines - dropped;
  }));
}

TEST_F(LogqCatTest, SpoolsForTheNextLoggerWhatNoCollectorTakes) {
  journald_->stop();
  const Command logger =
      command({"sh", "-c", "exec \"$0\" -t piped --overflow=spool:1M --spool-file=\"$2\" <\"$1\"",
               kLogqCat, fifo_, directory_.path() + "/spool"},
              towards(*journald_));
  const auto pipe = *base::open_file(fifo_, O_RDWR);
  ChildProcess killed(logger);
  ASSERT_TRUE(base::write_all(pipe.get(), "one\ntwo\n"));
  ASSERT_TRUE(wait_until(
      [&] { return read_text_file(directory_.path() + "/spool").ends_with("one\ntwo\n"); }));
  killed.signal(SIGKILL);
  killed.wait();
  ChildProcess stopped(logger);
  ASSERT_TRUE(base::write_all(pipe.get(), "three\n"));
  ASSERT_TRUE(wait_until(
      [&] { return read_text_file(directory_.path() + "/spool").ends_with("three\n"); }));
  stopped.signal(SIGTERM);
  EXPECT_EQ(stopped.wait().status, 0);
  EXPECT_NE(stopped.err().find("14 bytes wait in the spool"), std::string::npos) << stopped.err();

  journald_->start();
  ChildProcess last(logger);
  ASSERT_TRUE(base::write_all(pipe.get(), "four\n"));

  EXPECT_TRUE(stored({"one", "two", "three", "four"})) << last.err();
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

TEST(LogqCatAlone, SelectsShowsAndKeepsAsItsScriptSays) {
  const TempDir directory;
  const std::string status = directory.path() + "/status";
  Command cat = command({kLogqCat, "+*", "-debug*", "e", "-*", "+STAT*", "=" + status, "./main"},
                        without_collector());
  cat.input = "debug: a\nstarted\nSTAT 1\nSTAT 2";

  const CommandResult result = run_command(cat);

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "STAT 1\nSTAT 2");
  EXPECT_TRUE(result.err.ends_with("\nstarted\nSTAT 1\nSTAT 2\n")) << result.err;
  EXPECT_NE(result.err.find("not used: ./main (the collector keeps"), std::string::npos);
  EXPECT_EQ(read_text_file(status), "STAT 2" + std::string(995, '\n'));
}

TEST(LogqCatAlone, ABadScriptIsOneLineAndStatus100) {
  const CommandResult result = run_command(command({kLogqCat, "t", "bogus"}, {}));

  EXPECT_EQ(result.status, 100);
  EXPECT_EQ(result.err, "logq-cat: unknown action 'bogus' (try logq-cat --help)\n");
}

TEST(LogqCatAlone, AStatusFileThatCannotBeHadIsStatus111) {
  const CommandResult result =
      run_command(command({kLogqCat, "=/nonexistent/status"}, without_collector()));

  EXPECT_EQ(result.status, 111);
  EXPECT_EQ(result.err, "logq-cat: /nonexistent/status: open: No such file or directory\n");
}

TEST(LogqCatAlone, DropsAreToldWhereNobodyListens) {
  Command cat = command({kLogqCat, "--overflow=drop"}, without_collector());
  cat.input = "one\ntwo";

  const CommandResult result = run_command(cat);

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "");
  EXPECT_EQ(result.err, "logq-cat: 2 lines were dropped\n");
}

}  // namespace
}  // namespace logq::test
