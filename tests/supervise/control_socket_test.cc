#include "supervise/control_socket.h"

#include <sys/socket.h>
#include <unistd.h>

#include <deque>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "supervise/control_order.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::supervise {
namespace {

// Answers "hello NAME" with NAME, and "later" never by itself.
class ControlSocketTest : public testing::Test {
 protected:
  void SetUp() override {
    socket_ = *ControlSocket::create(listener_.get(), loop_,
                                     [this](ControlSocket::Client client, std::string_view line) {
                                       asked_.emplace_back(line);
                                       if (line == "later") waiting_.push_back(client);
                                       if (line.starts_with("hello "))
                                         socket_->answer(client, line.substr(6));
                                     });
  }
  base::UniqueFd connect() {
    return test::connect_unix(directory_.path() + "/socket", SOCK_STREAM | SOCK_NONBLOCK);
  }
  // Handles what is there, and no more.
  void handle() {
    bool is_idle = false;
    EventSource idle = *loop_.add_timer([&] { is_idle = true; });
    idle.set_time(base::monotonic_usec() + 20'000);
    while (!is_idle)
      ASSERT_TRUE(loop_.run_once());
  }
  static void say(const base::UniqueFd& client, const std::string& text) {
    std::ignore = ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  }
  // "-" while there is neither an answer nor an end.
  static std::string heard(const base::UniqueFd& client) {
    std::string text(4096, '\0');
    const ssize_t count = ::recv(client.get(), text.data(), text.size(), MSG_DONTWAIT);
    if (count < 0) return errno == EAGAIN ? "-" : "gone";
    text.resize(static_cast<std::size_t>(count));
    return text;
  }

  test::TempDir directory_;
  EventLoop loop_ = *EventLoop::create();
  base::UniqueFd listener_ =
      test::bind_unix(directory_.path() + "/socket", SOCK_STREAM | SOCK_NONBLOCK);
  std::vector<std::string> asked_;
  std::vector<ControlSocket::Client> waiting_;
  std::unique_ptr<ControlSocket> socket_;
};

TEST_F(ControlSocketTest, AnswersALineAndHangsUp) {
  const auto client = connect();
  say(client, "hello world\nand more");
  handle();

  EXPECT_EQ(heard(client), "world");
  EXPECT_EQ(asked_, std::vector<std::string>{"hello world"});
}

TEST_F(ControlSocketTest, TakesALineInPieces) {
  const auto client = connect();
  for (const char* piece : {"hel", "lo ", "x"}) {
    say(client, piece);
    handle();
  }
  EXPECT_EQ(heard(client), "-");
  say(client, "\n");
  handle();
  EXPECT_EQ(heard(client), "x");
}

TEST_F(ControlSocketTest, AnswersLaterToWhoSaysNoMore) {
  const auto client = connect();
  say(client, "later\n");
  ::shutdown(client.get(), SHUT_WR);
  handle();
  ASSERT_EQ(waiting_.size(), 1U);
  EXPECT_TRUE(socket_->is_there(waiting_.front()));
  socket_->answer(waiting_.front(), "now");

  EXPECT_EQ(heard(client), "now");
}

TEST_F(ControlSocketTest, ForgetsWhoGoes) {
  auto client = connect();
  say(client, "later\n");
  handle();
  ASSERT_EQ(waiting_.size(), 1U);
  client.reset();
  handle();

  EXPECT_FALSE(socket_->is_there(waiting_.front()));
  socket_->answer(waiting_.front(), "too late");
}

TEST_F(ControlSocketTest, RefusesALineThatIsTooLong) {
  const auto client = connect();
  const std::string longest(kControlLineMax, 'x');
  say(client, longest + "\n");
  handle();
  EXPECT_EQ(asked_, std::vector<std::string>{longest});

  const auto flood = connect();
  say(flood, std::string(1 << 20, 'x'));
  handle();
  EXPECT_NE(heard(flood).find("too long"), std::string::npos);
  EXPECT_EQ(asked_.size(), 1U);
}

TEST_F(ControlSocketTest, SilentConnectionsGiveWayToThoseThatAsk) {
  std::deque<base::UniqueFd> silent;
  for (int i = 0; i < 100; ++i) {
    silent.push_back(connect());
    say(silent.back(), "half a li");
    handle();
  }
  const auto client = connect();
  say(client, "hello x\n");
  handle();

  EXPECT_EQ(heard(client), "x");
  EXPECT_EQ(heard(silent.front()), "") << "the oldest has had to go";
  EXPECT_EQ(heard(silent.back()), "-") << "the newest has not";
}

TEST_F(ControlSocketTest, WhoWaitsStaysAndTheRestIsTurnedAway) {
  std::deque<base::UniqueFd> patient;
  for (std::size_t i = 0; i < ControlSocket::kConnectionsMax; ++i) {
    patient.push_back(connect());
    say(patient.back(), "later\n");
    handle();
  }
  const auto client = connect();
  handle();
  EXPECT_NE(heard(client).find("too many"), std::string::npos);

  patient.pop_back();
  handle();
  const auto next = connect();
  say(next, "hello x\n");
  handle();
  EXPECT_EQ(heard(next), "x");
}

TEST_F(ControlSocketTest, WaitsForNobodyWhoDoesNotRead) {
  const auto client = connect();
  say(client, "later\n");
  handle();
  ASSERT_EQ(waiting_.size(), 1U);
  socket_->answer(waiting_.front(), std::string(64 << 20, 'x'));  // more than any socket takes

  EXPECT_FALSE(socket_->is_there(waiting_.front()));
}

}  // namespace
}  // namespace logq::supervise
