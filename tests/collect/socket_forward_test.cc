#include "collect/socket_forward.h"

#include <sys/socket.h>

#include <array>

#include <gtest/gtest.h>

#include "collect/test_event.h"
#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::collect {
namespace {

// Somebody who accepts connections and reads what comes.
class Listener {
 public:
  explicit Listener(const std::string& path)
      : socket_(test::bind_unix(path, SOCK_STREAM | SOCK_NONBLOCK)) {}
  [[nodiscard]] bool accept() {
    base::UniqueFd accepted(
        ::accept4(socket_.get(), nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC));
    if (accepted.is_open()) connection_ = std::move(accepted);
    return connection_.is_open();
  }
  void hang_up() { connection_.reset(); }
  std::string read(std::size_t most = 1 << 20) {
    std::string text(most, '\0');
    const ssize_t size = ::recv(connection_.get(), text.data(), text.size(), 0);
    text.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
    return text;
  }

 private:
  base::UniqueFd socket_;
  base::UniqueFd connection_;
};

class SocketForwardTest : public ::testing::Test {
 protected:
  void SetUp() override { ASSERT_TRUE(forward_.start(event_.get())); }
  void send(std::string_view text) {
    const std::string message = "MESSAGE=" + std::string(text);
    const std::vector<std::string_view> payloads{"PRIORITY=6", message};
    forward_.forward({5, 7, {}}, payloads);
  }
  static std::string expected(const std::string& text) {
    return "__REALTIME_TIMESTAMP=5\n__MONOTONIC_TIMESTAMP=7\nPRIORITY=6\nMESSAGE=" + text + "\n\n";
  }
  // Lets the loop run until `listener` has got `size` bytes.
  std::string receive(Listener& listener, std::size_t size) {
    std::string text;
    test::wait_until([&] {
      sd_event_run(event_.get(), 1000);
      if (listener.accept()) text += listener.read();
      return text.size() >= size;
    });
    return text;
  }

  test::TempDir directory_;
  const std::string path_ = directory_.path() + "/remote";
  TestEvent event_;
  SocketForward forward_{{path_, 6}};
};

TEST_F(SocketForwardTest, SendsEntriesInTheExportFormat) {
  Listener listener(path_);
  send("one");
  send("two");
  const std::string both = expected("one") + expected("two");
  EXPECT_EQ(receive(listener, both.size()), both);

  send("three");
  EXPECT_EQ(receive(listener, 1), expected("three")) << "at once, the connection is there";
}

TEST_F(SocketForwardTest, LeavesLessImportantEntriesOut) {
  Listener listener(path_);
  const std::vector<std::string_view> debug{"PRIORITY=7", "MESSAGE=not sent"};
  forward_.forward({5, 7, {}}, debug);
  send("sent");
  EXPECT_EQ(receive(listener, 1), expected("sent"));
}

TEST_F(SocketForwardTest, KeepsEntriesUntilSomebodyListens) {
  send("early");
  sd_event_run(event_.get(), 1000);
  Listener listener(path_);
  EXPECT_EQ(receive(listener, 1), expected("early"));
  EXPECT_EQ(forward_.missed().total(), 0U);
}

TEST_F(SocketForwardTest, SendsACutEntryAgainOnTheNextConnection) {
  Listener listener(path_);
  const std::string large(std::size_t{1} << 20, 'x');
  send("first");
  EXPECT_EQ(receive(listener, 1), expected("first"));
  send(large);
  send("last");
  test::wait_until([&] { return !listener.read(1000).empty(); });
  listener.hang_up();

  const std::string both = expected(large) + expected("last");
  EXPECT_EQ(receive(listener, both.size()), both);
}

TEST_F(SocketForwardTest, CountsWhatFindsNoRoom) {
  const std::string large(std::size_t{1} << 20, 'x');
  for (int i = 0; i < 10; ++i)
    send(large);
  EXPECT_EQ(forward_.missed().total(), 7U);

  forward_.finish();
  EXPECT_EQ(forward_.missed().total(), 10U) << "what was kept is given up at the end";
}

TEST_F(SocketForwardTest, GoesElsewhereWhereItsConfigurationSays) {
  Listener here(path_);
  Listener there(directory_.path() + "/there");
  send("here");
  EXPECT_EQ(receive(here, 1), expected("here"));
  forward_.configure({directory_.path() + "/there", 7});
  send("there");
  EXPECT_EQ(receive(there, 1), expected("there"));

  forward_.configure({});
  EXPECT_FALSE(forward_.is_on());
}

}  // namespace
}  // namespace logq::collect
