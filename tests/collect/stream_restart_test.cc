// Streams outlive logqd under a service manager that keeps their descriptors.
#include <linux/sockios.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "collect/limits.h"
#include "collect/managed_logqd.h"
#include "collect/stream_state.h"
#include "support/child_process.h"
#include "support/long_tests.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

using collect::StreamKey;

constexpr const char* kHeader = "printer\n\n6\n0\n0\n0\n0\n";

void print(const base::UniqueFd& stream, const std::string& text) {
  ASSERT_EQ(::send(stream.get(), text.data(), text.size(), MSG_NOSIGNAL),
            static_cast<ssize_t>(text.size()));
}

// Prints, and waits until logqd has received it.
void print_received(const base::UniqueFd& stream, const std::string& text) {
  print(stream, text);
  ASSERT_TRUE(wait_until([&] {
    int queued = -1;
    return ::ioctl(stream.get(), SIOCOUTQ, &queued) == 0 && queued == 0;
  }));
}

std::map<std::string, int> count_by_stream(const std::vector<JournalFields>& lines) {
  std::map<std::string, int> counts;
  for (const JournalFields& line : lines)
    ++counts[line.at("_STREAM_ID")];
  return counts;
}

class StreamRestart : public ::testing::Test {
 protected:
  // An open stream that the manager holds as well.
  [[nodiscard]] base::UniqueFd open_stream(const std::string& header = kHeader) {
    const std::size_t before = logqd_.keeper().stored();
    base::UniqueFd stream = connect_unix(logqd_.stdout_socket(), SOCK_STREAM);
    print(stream, header);
    EXPECT_TRUE(wait_until([&] { return logqd_.keeper().stored() > before; }));
    return stream;
  }
  void restart(int signal) {
    logqd_.end(signal);
    logqd_.start();
  }
  [[nodiscard]] bool await_messages(const std::vector<std::string>& expected) const {
    return wait_until([&] { return logqd_.messages().size() >= expected.size(); });
  }

  ManagedLogqd logqd_;
};

class StreamRestartBySignal : public StreamRestart, public ::testing::WithParamInterface<int> {};

TEST_P(StreamRestartBySignal, GoesOnWithAPartialLine) {
  const base::UniqueFd stream = open_stream();
  print_received(stream, "whole\nbe");
  restart(GetParam());
  print_received(stream, "gin");
  restart(GetParam());
  print(stream, "ning\nnext\n");

  const std::vector<std::string> expected{"whole", "beginning", "next"};
  EXPECT_TRUE(await_messages(expected));
  EXPECT_EQ(logqd_.messages(), expected);
  EXPECT_EQ(count_by_stream(logqd_.lines()).size(), 1U);
  for (const JournalFields& line : logqd_.lines())
    EXPECT_FALSE(line.contains("_LINE_BREAK"));
}

TEST_P(StreamRestartBySignal, IsNotNoticedByAClientThatPrintsOn) {
  const int n_lines = rounds(1000, 2000);
  const base::UniqueFd stream = open_stream();
  std::vector<std::string> expected;
  for (int i = 0; i < n_lines; ++i)
    expected.push_back("line " + std::to_string(i) + " to its end");
  std::atomic<int> printed = 0;
  std::thread printer([&] {
    for (const std::string& line : expected) {
      print(stream, line.substr(0, 7));
      std::this_thread::sleep_for(std::chrono::microseconds(300));
      print(stream, line.substr(7) + "\n");
      ++printed;
    }
  });
  while (printed < n_lines) {
    const int target = printed + n_lines / 10;
    ASSERT_TRUE(wait_until([&] { return printed >= std::min(target, n_lines); }));
    restart(GetParam());
  }
  printer.join();

  EXPECT_TRUE(await_messages(expected));
  EXPECT_EQ(logqd_.messages(), expected);
  EXPECT_EQ(count_by_stream(logqd_.lines()).size(), 1U);
}

TEST_P(StreamRestartBySignal, StoresTheLastWordsOfAClientThatExitsMeanwhile) {
  base::UniqueFd stream = open_stream();
  print_received(stream, "first\nla");
  logqd_.end(GetParam());
  print(stream, "st\nunfinished");
  stream.reset();
  logqd_.start();

  const std::vector<std::string> expected{"first", "last", "unfinished"};
  EXPECT_TRUE(await_messages(expected));
  EXPECT_EQ(logqd_.messages(), expected);
  EXPECT_EQ(logqd_.lines().back().at("_LINE_BREAK"), "eof");
  EXPECT_EQ(count_by_stream(logqd_.lines()).size(), 1U);
  EXPECT_TRUE(wait_until([&] { return logqd_.state_files().empty(); }));
  EXPECT_TRUE(wait_until([&] { return logqd_.keeper().stored() == 0; }));
}

TEST_P(StreamRestartBySignal, RestoresAsManyStreamsAsTheManagerKeeps) {
  const bool is_killed = GetParam() == SIGKILL;
  const std::size_t n_streams =
      is_killed || rounds(0, 1) > 0 ? collect::kStreamsKeptMax : collect::kStreamsKeptMax / 8;
  std::vector<base::UniqueFd> streams;
  for (std::size_t i = 0; i < n_streams; ++i) {
    streams.push_back(connect_unix(logqd_.stdout_socket(), SOCK_STREAM));
    print(streams.back(), std::string(kHeader) + "before\n");
  }
  ASSERT_TRUE(wait_until([&] { return logqd_.keeper().stored() == n_streams; }));
  EXPECT_EQ(logqd_.state_files().size(), n_streams);
  restart(GetParam());
  for (const base::UniqueFd& stream : streams)
    print(stream, "after\n");
  logqd_.sync();

  const auto counts = count_by_stream(logqd_.lines());
  EXPECT_EQ(counts.size(), n_streams);
  for (const auto& [id, count] : counts)
    EXPECT_EQ(count, 2) << id;
}

// The claim of a process is as good as before, that of a later process with its PID is none.
TEST_P(StreamRestartBySignal, KeepsTheUnitOfAStreamAndItsOpener) {
  const base::UniqueFd stream = open_stream("printer\nclaimed.service\n6\n0\n0\n0\n0\n");
  restart(GetParam());
  print(stream, "by stream\n");
  const base::UniqueFd native = connect_unix(logqd_.native_socket(), SOCK_DGRAM);
  print(native, "MESSAGE=by datagram\n");
  logqd_.sync();

  const auto found = run_command({{"journalctl", "-q", "-D", logqd_.storage_dir(), "-o", "cat",
                                   "_SYSTEMD_UNIT=claimed.service"},
                                  {},
                                  {}});
  EXPECT_EQ(found.out, "by stream\nby datagram\n");
}

INSTANTIATE_TEST_SUITE_P(Signals,
                         StreamRestartBySignal,
                         ::testing::Values(SIGTERM, SIGKILL),
                         [](const auto& tested) {
                           return std::string(tested.param == SIGTERM ? "Term" : "Kill");
                         });

TEST_F(StreamRestart, EndsAStreamWhoseDescriptorIsLost) {
  const base::UniqueFd stream = open_stream();
  print_received(stream, "partial");
  EXPECT_EQ(logqd_.state_files(), std::vector<std::string>{logqd_.state_files().at(0)})
      << "one stream, one file";
  logqd_.end(SIGKILL);
  logqd_.keeper().forget_all();
  write_text_file(logqd_.streams_dir() + "/8:123.tmp4", "left over");
  write_text_file(logqd_.streams_dir() + "/somebody's", "not a stream's");
  logqd_.start();

  EXPECT_EQ(logqd_.messages(), std::vector<std::string>{"partial"});
  EXPECT_EQ(logqd_.lines().at(0).at("_LINE_BREAK"), "eof");
  EXPECT_EQ(logqd_.state_files(), std::vector<std::string>{"somebody's"});
}

TEST_F(StreamRestart, TellsTheClientOfADescriptorWithoutState) {
  const base::UniqueFd stream = open_stream();
  const base::UniqueFd other = open_stream();
  print_received(stream, "first\n");
  logqd_.end(SIGKILL);
  for (const std::string& name : logqd_.state_files())
    write_text_file(logqd_.streams_dir() + "/" + name, "PRIORITY=6\nSTREAM_ID=nonsense\n");
  logqd_.start();

  EXPECT_LT(::send(stream.get(), "x", 1, MSG_NOSIGNAL), 0);
  EXPECT_NE(logqd_.err().find("2 passed streams have no state"), std::string::npos) << logqd_.err();
  EXPECT_TRUE(logqd_.state_files().empty());
  EXPECT_TRUE(wait_until([&] { return logqd_.keeper().stored() == 0; }));
}

TEST_F(StreamRestart, BelievesNoStateThatAnotherUserCouldHaveWritten) {
  const base::UniqueFd stream = open_stream();
  logqd_.end(SIGKILL);
  ASSERT_EQ(::chmod((logqd_.streams_dir() + "/" + logqd_.state_files().at(0)).c_str(), 0666), 0);
  logqd_.start();

  EXPECT_LT(::send(stream.get(), "x", 1, MSG_NOSIGNAL), 0);
}

TEST_F(StreamRestart, GoesOnWithAPartialLineUnderAnotherLimit) {
  const base::UniqueFd stream = open_stream();
  print_received(stream, "whole\n" + std::string(100, 'x'));
  logqd_.end(SIGKILL);
  logqd_.configure("LineMax=1M\n");
  logqd_.start();
  print_received(stream, std::string(100'000, 'y'));
  logqd_.end(SIGTERM);
  logqd_.configure("LineMax=90\n");
  logqd_.start();
  print(stream, "z\n");

  ASSERT_TRUE(wait_until([&] {
    const auto messages = logqd_.messages();
    return !messages.empty() && messages.back().ends_with("z");
  }));
  std::string joined;
  for (const std::string& message : logqd_.messages())
    joined += message;
  EXPECT_EQ(joined, "whole" + std::string(100, 'x') + std::string(100'000, 'y') + "z");
  EXPECT_EQ(count_by_stream(logqd_.lines()).size(), 1U);
}

TEST_F(StreamRestart, ForgetsAStreamThatEnds) {
  base::UniqueFd stream = open_stream();
  EXPECT_EQ(logqd_.state_files().size(), 1U);
  struct stat status {};
  ASSERT_EQ(::stat((logqd_.streams_dir() + "/" + logqd_.state_files().at(0)).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  stream.reset();

  EXPECT_TRUE(wait_until([&] { return logqd_.keeper().stored() == 0; }));
  EXPECT_TRUE(logqd_.state_files().empty());
}

TEST_F(StreamRestart, TakesAStreamWithoutItsReceivedBytes) {
  const base::UniqueFd stream = open_stream();
  print(stream, "first\n");
  logqd_.sync();
  logqd_.end(SIGKILL);
  std::filesystem::remove(logqd_.runtime_dir() + "/receive-streams");
  logqd_.start();
  print(stream, "second\n");

  const std::vector<std::string> expected{"first", "second"};
  EXPECT_TRUE(await_messages(expected));
  EXPECT_EQ(logqd_.messages(), expected);
  EXPECT_EQ(count_by_stream(logqd_.lines()).size(), 1U);
}

class StockStreams : public ::testing::Test {
 protected:
  void SetUp() override {
    if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    // It inherits the manager's address, and nobody else does.
    ::setenv("NOTIFY_SOCKET", keeper_.notify_socket().c_str(), 1);
    journald_ = std::make_unique<StockJournald>();
    ::unsetenv("NOTIFY_SOCKET");
    before_ = keeper_.stored();  // the probes of its start may come and go
  }

  FdKeeper keeper_;
  std::unique_ptr<StockJournald> journald_;
  std::size_t before_ = 0;
};

// KEY=value of a file, but for what must differ.
std::map<std::string, std::string> common_keys(const std::string& text) {
  std::map<std::string, std::string> keys;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const std::string line = text.substr(at, end - at);
    at = end + 1;
    const std::size_t equals = line.find('=');
    if (!line.starts_with('#')) keys[line.substr(0, equals)] = line.substr(equals + 1);
  }
  keys["STREAM_ID"] = std::to_string(keys["STREAM_ID"].size());
  keys.erase("LOGQ_OPENER");
  return keys;
}

std::string state_of(const std::string& runtime_dir) {
  std::string text;
  wait_until([&] {
    std::error_code missing;
    for (const auto& at : std::filesystem::directory_iterator(runtime_dir + "/streams", missing))
      text = read_text_file(at.path().string());
    return text.find("STREAM_ID") != std::string::npos;
  });
  return text;
}

TEST_F(StockStreams, HaveTheSameStateFiles) {
  for (const std::string& header :
       {std::string(kHeader), std::string("\n\n0\n1\n1\n1\n1\n"),
        std::string("id\\e\"n't \t \xc3\xa4 \x01\x7f z\nunit\\x2d@1.service\n302\n1\n0\n1\n0\n"),
        std::string("i\nnot a unit\n6\n0\n0\n0\n0\n"), std::string(" \n\n6\n0\n0\n0\n0\n")}) {
    ManagedLogqd logqd;
    base::UniqueFd ours = connect_unix(logqd.stdout_socket(), SOCK_STREAM);
    print(ours, header);
    base::UniqueFd theirs = connect_unix(journald_->stdout_socket(), SOCK_STREAM);
    print(theirs, header);
    EXPECT_EQ(common_keys(state_of(logqd.runtime_dir())),
              common_keys(state_of(journald_->runtime_dir())))
        << header;
    theirs.reset();
    EXPECT_TRUE(wait_until(
        [&] { return std::filesystem::is_empty(journald_->runtime_dir() + "/streams"); }));
  }
}

TEST_F(StockStreams, GoOnUnderLogqd) {
  const base::UniqueFd stream = connect_unix(journald_->stdout_socket(), SOCK_STREAM);
  print_received(stream, "by \"root\"\nunit.service\n29\n1\n0\n0\n0\n<4>first\n");
  ASSERT_TRUE(wait_until([&] { return keeper_.stored() > before_; }));
  const auto first = journald_->entries({"_TRANSPORT=stdout"});
  ASSERT_EQ(first.size(), 1U);
  journald_->stop();

  const ManagedLogqd logqd(journald_->runtime_dir(), keeper_);
  print(stream, "<4>second\n");
  ASSERT_TRUE(wait_until([&] { return logqd.lines().size() == 1; }));
  const auto second = logqd.lines().at(0);
  for (const char* field : {"_STREAM_ID", "SYSLOG_IDENTIFIER", "SYSLOG_FACILITY", "PRIORITY"})
    EXPECT_EQ(second.at(field), first[0].at(field)) << field;
  EXPECT_EQ(second.at("_SYSTEMD_UNIT"), "unit.service");
}

}  // namespace
}  // namespace logq::test
