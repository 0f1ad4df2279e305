// logq-cat as a whole, with stock journald as the collector.
#include <fcntl.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "base/io.h"
#include "cli/logq_run/programs.h"
#include "support/line_difference.h"
#include "support/stream_listener.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

std::size_t bytes_in(int pipe) {
  int bytes = 0;
  return ::ioctl(pipe, FIONREAD, &bytes) == 0 ? static_cast<std::size_t>(bytes) : 0;
}

// Until what is in a pipe does not change for a while: nobody takes it, and nothing is added.
bool wait_until_stuck(int pipe) {
  std::size_t before = 0;
  int times = 0;
  return wait_until([&] {
    const std::size_t bytes = bytes_in(pipe);
    times = bytes != 0 && bytes == std::exchange(before, bytes) ? times + 1 : 0;
    return times > 60;
  });
}

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
  ChildProcess stopped(reading_fifo());
  std::string lines;
  Strings expected;
  const std::string kDots(20'000, '.');
  for (int i = 0; i < 3000; ++i) {
    expected.push_back("line " + std::to_string(i) + kDots);
    lines += expected.back() + "\n";
  }
  std::thread service([&] { ASSERT_TRUE(base::write_all(pipe.get(), lines)); });
  EXPECT_TRUE(wait_until_stuck(pipe.get()));
  stopped.signal(SIGTERM);
  EXPECT_EQ(stopped.wait().status, 0);
  signal_process(journald_->pid(), SIGCONT);
  ChildProcess successor(reading_fifo());
  service.join();

  // The collector reads both streams in turns, and has the beginning of a line from the first.
  std::string difference;
  EXPECT_TRUE(wait_until([&] {
    Strings got = messages();
    std::erase_if(got, [&](const std::string& line) {
      return line.starts_with("line ") && !line.ends_with(kDots);
    });
    difference = line_difference(expected, got);
    return difference.empty();
  })) << difference;
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

// Lines through a named pipe towards a collector of the test's own, which reads when it wants.
class LogqCatStoppedTest : public testing::Test {
 protected:
  void SetUp() override {
    ASSERT_EQ(::mkfifo(fifo_.c_str(), 0600), 0);
    pipe_ = *base::open_file(fifo_, O_RDWR);
  }
  void TearDown() override {
    if (service_.joinable()) service_.join();
  }
  Command logger() {
    return command({"sh", "-c", "exec \"$0\" -t piped <\"$1\"", kLogqCat, fifo_},
                   {{"LOGQ_STDOUT_SOCKET", collector_.path()}});
  }
  // Writes them from now on, in pieces of so many bytes, each when most of the last was read.
  void write_lines(int count, std::size_t line_bytes, std::size_t piece_bytes) {
    for (int i = 0; i < count; ++i)
      expected_.push_back("line " + std::to_string(i) + std::string(line_bytes, '.'));
    service_ = std::thread([this, piece_bytes] {
      std::string text;
      for (const std::string& line : expected_)
        text += line + "\n";
      for (std::size_t at = 0; at < text.size(); at += piece_bytes) {
        ASSERT_TRUE(base::write_all(pipe_.get(), std::string_view(text).substr(at, piece_bytes)));
        wait_until([&] { return bytes_in(pipe_.get()) < piece_bytes; }, kPieceTime);
      }
    });
  }
  // Lets a logger have the rest of the lines, and returns what its stream brings.
  std::string read_rest() {
    ChildProcess last(logger());
    const auto stream = collector_.accept();
    std::thread stop([&] {
      service_.join();
      wait_until([&] { return bytes_in(pipe_.get()) == 0; });
      last.signal(SIGTERM);
    });
    std::string text = StreamListener::read(stream.get());
    stop.join();
    return text;
  }
  // What streams have brought, without their headers.
  static Strings lines_of(const std::string& streams) {
    Strings lines;
    std::istringstream text(streams);
    for (std::string line; std::getline(text, line);)
      if (line.ends_with('.')) lines.push_back(line);
    return lines;
  }

  static constexpr std::chrono::milliseconds kPieceTime{2};
  TempDir directory_;
  std::string fifo_ = directory_.path() + "/fifo";
  base::UniqueFd pipe_;
  StreamListener collector_{directory_.path() + "/stdout"};
  Strings expected_;
  std::thread service_;
};

// Nearly always there is a part of a line before the logger when the collector's queue is full.
TEST_F(LogqCatStoppedTest, LeavesALineWholeHoweverItWasWritten) {
  ChildProcess stopped(logger());
  const auto stream = collector_.accept();
  write_lines(1500, 20'000, 17'000);
  EXPECT_TRUE(wait_until_stuck(pipe_.get()));

  stopped.signal(SIGTERM);

  EXPECT_EQ(stopped.wait().status, 0);
  std::string got = StreamListener::read(stream.get());
  got.erase(got.rfind('\n') + 1);  // the beginning of the line that comes whole
  EXPECT_EQ(line_difference(expected_, lines_of(got + read_rest())), "");
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
