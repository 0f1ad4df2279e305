#include "supervise/pipe_relay.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/io.h"
#include "support/child_process.h"
#include "support/stream_listener.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;
using test::StreamListener;

std::string numbered_lines(std::size_t bytes) {
  std::string lines;
  for (int i = 1'000'000; lines.size() < bytes; ++i)
    lines += std::to_string(i) + " is the number of this line\n";
  return lines;
}

class PipeRelayTest : public testing::Test {
 protected:
  void SetUp() override {
    ::signal(SIGPIPE, SIG_IGN);
    fallback_ = *base::open_file(directory_.path() + "/fallback", O_WRONLY | O_CREAT, 0600);
  }

  RelayOptions options(std::chrono::milliseconds patience = test::kHangs) {
    return {.header = "H\n",
            .connect =
                [this] {
                  return connect_stream({{socket_, false}});
                },
            .warn = [this](const std::string& line) { warnings_.push_back(line); },
            .fallback_fd = fallback_.get(),
            .patience = patience};
  }
  [[nodiscard]] std::string passed_through() const {
    return test::read_text_file(directory_.path() + "/fallback");
  }

  test::TempDir directory_;
  std::string socket_ = directory_.path() + "/stdout";
  base::UniqueFd fallback_;
  std::vector<std::string> warnings_;
};

TEST_F(PipeRelayTest, SendsTheHeaderThenTheBytesAsTheyAre) {
  StreamListener listener(socket_);
  PipeRelay relay(options());

  EXPECT_EQ(relay.relay("one\ntw"), 6U);
  EXPECT_EQ(relay.relay(std::string("o\n\0partial", 10)), 10U);
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_EQ(StreamListener::read(listener.accept().get()),
            std::string("H\none\ntwo\n\0partial", 18));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(PipeRelayTest, PassesInputThroughWhereThereIsNoCollectorAndSaysSoOnce) {
  PipeRelay relay(options());

  EXPECT_EQ(relay.relay("one\n"), 4U);
  EXPECT_EQ(relay.relay("two\n"), 4U);

  EXPECT_EQ(passed_through(), "one\ntwo\n");
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find(socket_), std::string::npos);
}

TEST_F(PipeRelayTest, SendsARestartedCollectorWhatItsPredecessorHadNotRead) {
  auto listener = std::make_unique<StreamListener>(socket_);
  PipeRelay relay(options());
  auto first = listener->accept();
  ASSERT_EQ(relay.relay("seen\n"), 5U);
  ASSERT_EQ(StreamListener::read(first.get(), 7), "H\nseen\n");
  ASSERT_EQ(relay.relay("queued\n"), 7U);

  first.reset();
  listener = std::make_unique<StreamListener>(socket_);
  ASSERT_EQ(relay.relay("after\n"), 6U);
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_EQ(StreamListener::read(listener->accept().get()), "H\nqueued\nafter\n");
  ASSERT_EQ(warnings_.size(), 2U);
  EXPECT_NE(warnings_[0].find("; 7 bytes"), std::string::npos) << warnings_[0];
}

TEST_F(PipeRelayTest, GivesUpOnACollectorThatDoesNotComeBackButLosesNothing) {
  auto listener = std::make_unique<StreamListener>(socket_);
  PipeRelay relay(options(50ms));
  listener->accept().reset();
  listener.reset();

  EXPECT_EQ(relay.relay("kept\n"), 5U);

  EXPECT_EQ(passed_through(), "kept\n");
  EXPECT_EQ(warnings_.size(), 2U);
}

TEST_F(PipeRelayTest, DoesNotKeepAStopWaitingForTheCollector) {
  StreamListener listener(socket_);
  RelayOptions stopping = options(10min);
  stopping.stop_requested = [] { return true; };
  PipeRelay relay(std::move(stopping));
  listener.accept().reset();
  ::unlink(socket_.c_str());

  EXPECT_EQ(relay.relay("kept\n"), 5U);

  EXPECT_EQ(passed_through(), "kept\n");
}

TEST_F(PipeRelayTest, ResendsACutLineWhole) {
  auto listener = std::make_unique<StreamListener>(socket_);
  PipeRelay relay(options());
  auto first = listener->accept();
  // More than the socket takes: the send is under way when the reader goes.
  const std::string flood(std::size_t{64} << 20, 'x');
  std::thread collector([&] {
    StreamListener::read(first.get(), 100);
    first.reset();
    listener = std::make_unique<StreamListener>(socket_);
    first = listener->accept();
    EXPECT_EQ(StreamListener::read(first.get()), "H\n" + flood + "\n");
  });

  EXPECT_EQ(relay.relay(flood + "\n"), flood.size() + 1);
  relay.finish(std::chrono::steady_clock::now() + test::kHangs);
  collector.join();
}

TEST_F(PipeRelayTest, SaysWhenBytesCanGoNowhere) {
  RelayOptions nowhere = options();
  nowhere.fallback_fd = -1;
  PipeRelay relay(std::move(nowhere));

  EXPECT_EQ(relay.relay("lost\n"), 0U);
  EXPECT_TRUE(relay.has_failed());
}

TEST_F(PipeRelayTest, StopsAtALineWhileTheCollectorDoesNotRead) {
  StreamListener listener(socket_);
  RelayOptions stopping = options();
  stopping.stop_requested = [] { return true; };
  PipeRelay relay(std::move(stopping));
  const auto stream = listener.accept();
  std::string lines;
  while (lines.size() < std::size_t{64} << 20)
    lines += "a line of thirty-two characters\n";

  const std::size_t taken = relay.relay(lines);
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_LT(taken, lines.size());
  EXPECT_EQ(taken % 32, 0U);
  const std::string got = StreamListener::read(stream.get()).substr(2);
  EXPECT_EQ(got.substr(0, taken), lines.substr(0, taken));
  EXPECT_LT(got.size() - taken, 32U);  // of the line that is left
}

// The beginning is out of the pipe, and the collector has it: what follows is not given to it
// twice.
// The rest stays where it was for a successor, whole lines of it.
TEST_F(PipeRelayTest, StopsWhileNobodyReadsWhatItPassesThrough) {
  std::array<int, 2> pipe{};
  ASSERT_EQ(::pipe2(pipe.data(), O_CLOEXEC), 0);
  const base::UniqueFd reader(pipe[0]);
  const base::UniqueFd writer(pipe[1]);
  RelayOptions stopping = options();
  stopping.fallback_fd = writer.get();
  stopping.stop_requested = [] { return true; };
  PipeRelay relay(std::move(stopping));
  std::string lines;
  while (lines.size() < std::size_t{1} << 20)
    lines += "thirty bytes in a line is odd\n";

  const std::size_t taken = relay.relay(lines);
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_FALSE(relay.has_failed());
  EXPECT_LT(taken, lines.size());
  EXPECT_GT(taken, 0U);
  EXPECT_EQ(taken % 30, 0U);
  std::string passed(lines.size(), ' ');
  passed.resize(static_cast<std::size_t>(::read(reader.get(), passed.data(), passed.size())));
  EXPECT_EQ(passed.substr(0, taken), lines.substr(0, taken));
  EXPECT_LT(passed.size() - taken, 30U);  // of the line that is left
}

TEST_F(PipeRelayTest, StopsInALineThatItHasBegunAndSaysWhere) {
  StreamListener listener(socket_);
  RelayOptions stopping = options();
  stopping.stop_requested = [] { return true; };
  PipeRelay relay(std::move(stopping));
  const auto stream = listener.accept();
  ASSERT_EQ(relay.relay("begun"), 5U);
  const std::string rest = std::string(std::size_t{64} << 20, 'x') + "\nnext\n";

  const std::size_t taken = relay.relay(rest);
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_GT(taken, 0U);
  EXPECT_LT(taken, rest.size());
  const std::string got = StreamListener::read(stream.get());
  EXPECT_EQ(got.size(), taken + 7);
  EXPECT_TRUE(got == "H\nbegun" + rest.substr(0, taken));
}

TEST_F(PipeRelayTest, BlocksUntilTheCollectorComesWhenToldTo) {
  RelayOptions blocking = options();
  blocking.overflow = Overflow::kBlock;
  PipeRelay relay(std::move(blocking));
  std::unique_ptr<StreamListener> listener;
  std::thread collector([&] {
    test::sleep_briefly();
    listener = std::make_unique<StreamListener>(socket_);
  });

  EXPECT_EQ(relay.relay("waited\n"), 7U);
  collector.join();
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_EQ(StreamListener::read(listener->accept().get()), "H\nwaited\n");
  EXPECT_EQ(passed_through(), "");
}

TEST_F(PipeRelayTest, DropsAndCountsWhatTheCollectorDoesNotTake) {
  StreamListener listener(socket_);
  RelayOptions dropping = options();
  std::uint64_t reported = 0;
  dropping.overflow = Overflow::kDrop;
  dropping.report_drops = [&](std::uint64_t lines) {
    reported += lines;
    return true;
  };
  PipeRelay relay(std::move(dropping));
  const auto stream = listener.accept();
  constexpr std::uint64_t kLines = 2'000'000;
  for (std::uint64_t i = 0; i < kLines; i += 1000) {
    std::string lines;
    for (std::uint64_t k = i; k < i + 1000; ++k)
      lines += std::to_string(10'000'000 + k) + "\n";
    ASSERT_EQ(relay.relay(lines), lines.size());
  }
  EXPECT_EQ(reported, 0U);  // while it does not take any
  std::string got;
  std::thread collector([&] { got = StreamListener::read(stream.get()); });
  ASSERT_TRUE(test::wait_until([&] {
    relay.look_after();
    return !relay.has_work();
  }));
  ASSERT_EQ(relay.relay("last\n"), 5U);
  relay.finish(std::chrono::steady_clock::now() + test::kHangs);
  collector.join();

  EXPECT_GT(reported, 0U);
  EXPECT_EQ(got.substr(got.size() - 5), "last\n");
  const std::size_t bytes = got.size() - 2 - 5;
  EXPECT_EQ(bytes % 9, 0U);  // no line is cut
  EXPECT_EQ(bytes / 9 + reported, kLines);
}

TEST_F(PipeRelayTest, SpoolsInOrderWhileThereIsNoCollector) {
  const std::string spool = directory_.path() + "/spool";
  const auto spooling = [&] {
    RelayOptions made = options();
    made.overflow = Overflow::kSpool;
    made.spool.emplace(*SpoolFile::open(spool, 1 << 20));
    return made;
  };
  {
    PipeRelay stopped(spooling());
    EXPECT_EQ(stopped.relay("one\n"), 4U);
    stopped.finish(std::chrono::steady_clock::now());
  }
  PipeRelay relay(spooling());
  EXPECT_EQ(relay.relay("two\n"), 4U);
  StreamListener listener(socket_);
  ASSERT_TRUE(test::wait_until([&] {
    relay.look_after();
    return !relay.is_held_up();
  }));
  EXPECT_EQ(relay.relay("three\n"), 6U);
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_EQ(StreamListener::read(listener.accept().get()), "H\none\ntwo\nthree\n");
  EXPECT_EQ(passed_through(), "");
}

TEST_F(PipeRelayTest, SpoolsWhatADeadCollectorHadNotRead) {
  const std::string path = directory_.path() + "/spool";
  auto listener = std::make_unique<StreamListener>(socket_);
  {
    RelayOptions spooling = options();
    spooling.overflow = Overflow::kSpool;
    spooling.spool.emplace(*SpoolFile::open(path, 1 << 20));
    PipeRelay relay(std::move(spooling));
    const auto first = listener->accept();
    ASSERT_EQ(relay.relay("one\ntwo\n"), 8U);
    listener.reset();
  }
  {
    RelayOptions spooling = options();
    spooling.overflow = Overflow::kSpool;
    spooling.spool.emplace(*SpoolFile::open(path, 1 << 20));
    listener = std::make_unique<StreamListener>(socket_);
    PipeRelay relay(std::move(spooling));
    auto first = listener->accept();
    ASSERT_EQ(relay.relay("three\n"), 6U);
    first.reset();
    listener.reset();
    ASSERT_EQ(relay.relay("four\n"), 5U);
    relay.finish(std::chrono::steady_clock::now());
  }
  const auto left = SpoolFile::open(path, 1 << 20);

  EXPECT_EQ(*left->peek(100), "three\nfour\n");
  EXPECT_EQ(passed_through(), "");
}

TEST_F(PipeRelayTest, PutsAsideWhatADeadCollectorHadNotReadAlsoWhenItBlocks) {
  const std::string path = directory_.path() + "/spool";
  const auto blocking = [&] {
    RelayOptions made = options();
    made.overflow = Overflow::kBlock;
    made.stop_requested = [] { return true; };
    made.open_spool = [&]() -> std::optional<SpoolFile> { return *SpoolFile::open(path, 0); };
    return made;
  };
  auto listener = std::make_unique<StreamListener>(socket_);
  {
    PipeRelay killed(blocking());
    auto first = listener->accept();
    ASSERT_EQ(killed.relay("one\ntwo\n"), 8U);
    EXPECT_EQ(test::read_text_file(path), "");
    first.reset();
    listener.reset();
    ASSERT_EQ(killed.relay("three\n"), 0U);  // it stays in the pipe
  }
  listener = std::make_unique<StreamListener>(socket_);
  RelayOptions next = blocking();
  next.spool.emplace(*SpoolFile::open(path, 0));
  PipeRelay relay(std::move(next));
  ASSERT_EQ(relay.relay("three\n"), 6U);
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_EQ(StreamListener::read(listener->accept().get()), "H\none\ntwo\nthree\n");
}

// The collector stands still, with a part of a line, and so does its successor's.
TEST_F(PipeRelayTest, SpoolsALineWholeOfWhichAPartWasSent) {
  const std::string path = directory_.path() + "/spool";
  StreamListener listener(socket_);
  const std::string lines = numbered_lines(std::size_t{64} << 20);
  base::UniqueFd stream;
  {
    RelayOptions spooling = options();
    spooling.overflow = Overflow::kSpool;
    spooling.spool.emplace(*SpoolFile::open(path, lines.size()));
    PipeRelay killed(std::move(spooling));
    stream = listener.accept();
    ASSERT_EQ(killed.relay(lines), lines.size());
  }
  std::string got = StreamListener::read(stream.get()).substr(2);
  ASSERT_NE(got.back(), '\n');
  got.erase(got.rfind('\n') + 1);

  got += *SpoolFile::open(path, 0)->peek(lines.size());

  EXPECT_TRUE(got == lines);
}

// It was sent a part of a line, and dies; then the logger is stopped.
TEST_F(PipeRelayTest, LeavesALineBehindOnceThatADeadCollectorHadAPartOf) {
  const std::string path = directory_.path() + "/spool";
  const std::string lines = numbered_lines(std::size_t{64} << 20);
  auto listener = std::make_unique<StreamListener>(socket_);
  base::UniqueFd stream;
  int asked = 0;
  RelayOptions stopping = options();
  stopping.overflow = Overflow::kBlock;
  stopping.open_spool = [&]() -> std::optional<SpoolFile> { return *SpoolFile::open(path, 0); };
  stopping.stop_requested = [&] {
    stream.reset();
    listener.reset();
    return ++asked > 10;
  };
  PipeRelay relay(std::move(stopping));
  stream = listener->accept();

  const std::size_t taken = relay.relay(lines);
  relay.finish(std::chrono::steady_clock::now());

  ASSERT_GT(taken, 0U);
  EXPECT_TRUE(test::read_text_file(path).substr(16) + lines.substr(taken) == lines);
}

TEST_F(PipeRelayTest, LeavesWholeLinesToASuccessorWhenTheSpoolIsFull) {
  RelayOptions full = options();
  full.overflow = Overflow::kSpool;
  full.spool.emplace(*SpoolFile::open(directory_.path() + "/spool", 10));
  full.stop_requested = [] { return true; };
  PipeRelay relay(std::move(full));

  EXPECT_EQ(relay.relay("one\ntwo\nthree\n"), 8U);
}

// A collector that dies again and again, somewhere in what it was sent: it has read the whole lines
// that it got, and nothing else.
class DyingCollector {
 public:
  explicit DyingCollector(const std::string& socket)
      : listener_(socket),
        thread_([this] { run(); }) {}

  void calm_down() { calm_ = true; }
  std::string lines() {
    // It may have died having read everything, and wait for somebody who has nothing to send.
    std::ignore = base::write_all(connect_stream({{listener_.path(), false}}).fd.get(), "H\n");
    thread_.join();
    return lines_;
  }

 private:
  void run() {
    std::mt19937 random(3);
    for (bool last = false; !last;) {
      const auto stream = listener_.accept();
      const std::size_t lifetime = 1 + random() % 60'000;
      std::string got = StreamListener::read(stream.get(), lifetime);
      last = calm_;
      if (last) got += StreamListener::read(stream.get());
      got.erase(0, 2);  // the header
      lines_ += got.substr(0, got.rfind('\n') + 1);
    }
  }

  StreamListener listener_;
  std::atomic<bool> calm_ = false;
  std::string lines_;
  std::thread thread_;
};

class DyingCollectorTest : public PipeRelayTest, public testing::WithParamInterface<Overflow> {};

INSTANTIATE_TEST_SUITE_P(Ways,
                         DyingCollectorTest,
                         testing::Values(Overflow::kPass, Overflow::kBlock, Overflow::kSpool));

TEST_P(DyingCollectorTest, GetsEveryLineInTheirOrder) {
  const std::string path = directory_.path() + "/spool";
  RelayOptions made = options();
  made.overflow = GetParam();
  if (made.overflow == Overflow::kSpool) made.spool.emplace(*SpoolFile::open(path, 1 << 20));
  if (made.overflow == Overflow::kBlock) {
    made.open_spool = [&]() -> std::optional<SpoolFile> { return *SpoolFile::open(path, 0); };
  }
  DyingCollector collector(socket_);
  PipeRelay relay(std::move(made));
  constexpr int kLines = 100'000;
  std::mt19937 random(4);
  std::string piece;
  for (int i = 0; i < kLines; ++i) {
    piece += std::to_string(i) + "\n";
    if (random() % 500 != 0 && i != kLines - 1) continue;
    ASSERT_EQ(relay.relay(piece), piece.size());
    piece.clear();
  }
  collector.calm_down();
  relay.finish(std::chrono::steady_clock::now() + test::kHangs);

  // A line may come again, with all that followed it; none is left out.
  std::istringstream lines(collector.lines());
  int next = 0;
  for (int line = 0; lines >> line;) {
    ASSERT_LE(line, next);
    next = std::max(next, line + 1);
  }
  EXPECT_EQ(next, kLines);
  EXPECT_EQ(passed_through(), "");
}

}  // namespace
}  // namespace logq::supervise
