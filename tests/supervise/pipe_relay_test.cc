#include "supervise/pipe_relay.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <memory>
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

  EXPECT_TRUE(relay.relay("one\ntw"));
  EXPECT_TRUE(relay.relay(std::string("o\n\0partial", 10)));
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_EQ(StreamListener::read(listener.accept().get()),
            std::string("H\none\ntwo\n\0partial", 18));
  EXPECT_TRUE(warnings_.empty());
}

TEST_F(PipeRelayTest, PassesInputThroughWhereThereIsNoCollectorAndSaysSoOnce) {
  PipeRelay relay(options());

  EXPECT_TRUE(relay.relay("one\n"));
  EXPECT_TRUE(relay.relay("two\n"));

  EXPECT_EQ(passed_through(), "one\ntwo\n");
  ASSERT_EQ(warnings_.size(), 1U);
  EXPECT_NE(warnings_[0].find(socket_), std::string::npos);
}

TEST_F(PipeRelayTest, ReconnectsToARestartedCollectorAndCountsWhatMayBeLost) {
  auto listener = std::make_unique<StreamListener>(socket_);
  PipeRelay relay(options());
  auto first = listener->accept();
  ASSERT_TRUE(relay.relay("seen\n"));
  ASSERT_EQ(StreamListener::read(first.get(), 7), "H\nseen\n");
  ASSERT_TRUE(relay.relay("queued\n"));

  first.reset();
  listener = std::make_unique<StreamListener>(socket_);
  ASSERT_TRUE(relay.relay("after\n"));
  relay.finish(std::chrono::steady_clock::now());

  EXPECT_EQ(StreamListener::read(listener->accept().get()), "H\nafter\n");
  ASSERT_EQ(warnings_.size(), 2U);
  EXPECT_NE(warnings_[0].find("up to 7 bytes"), std::string::npos) << warnings_[0];
}

TEST_F(PipeRelayTest, GivesUpOnACollectorThatDoesNotComeBackButLosesNothing) {
  auto listener = std::make_unique<StreamListener>(socket_);
  PipeRelay relay(options(50ms));
  listener->accept().reset();
  listener.reset();

  EXPECT_TRUE(relay.relay("kept\n"));

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

  EXPECT_TRUE(relay.relay("kept\n"));

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

  EXPECT_TRUE(relay.relay(flood + "\n"));
  relay.finish(std::chrono::steady_clock::now() + test::kHangs);
  collector.join();
}

TEST_F(PipeRelayTest, SaysWhenBytesCanGoNowhere) {
  RelayOptions nowhere = options();
  nowhere.fallback_fd = -1;
  PipeRelay relay(std::move(nowhere));

  EXPECT_FALSE(relay.relay("lost\n"));
}

}  // namespace
}  // namespace logq::supervise
