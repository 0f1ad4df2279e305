// What logqd tells a service manager through $NOTIFY_SOCKET.
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "collect/configured_logqd.h"
#include "support/native_sender.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

// The manager's end.
class NotifySocket {
 public:
  NotifySocket() : fd_(bind_unix(path(), SOCK_DGRAM | SOCK_NONBLOCK)) {}
  [[nodiscard]] std::string path() const { return directory_.path() + "/notify"; }
  // All assignments received so far, one a line.
  const std::string& received() {
    std::array<char, 4096> buffer{};
    for (ssize_t n = 0; (n = ::recv(fd_.get(), buffer.data(), buffer.size(), 0)) > 0;)
      text_ += std::string(buffer.data(), static_cast<std::size_t>(n)) + "\n";
    return text_;
  }
  bool await(const std::string& text) {
    return wait_until([&] { return received().find(text) != std::string::npos; });
  }

 private:
  TempDir directory_;
  base::UniqueFd fd_;
  std::string text_;
};

// What Type=notify-reload waits for.
TEST(Notify, TellsThatItReadsTheConfigurationAgain) {
  NotifySocket manager;
  ConfiguredLogqd logqd("", {{"NOTIFY_SOCKET", manager.path()}});
  ASSERT_TRUE(manager.await("READY=1\n"));

  logqd.signal(SIGHUP);

  ASSERT_TRUE(manager.await("RELOADING=1\nMONOTONIC_USEC="));
  EXPECT_TRUE(wait_until([&] {
    const std::string& said = manager.received();
    return said.rfind("READY=1\n") > said.find("RELOADING=1\n");
  }));
}

TEST(Notify, TellsReadinessStateAndTheEnd) {
  NotifySocket manager;
  ConfiguredLogqd logqd("", {{"NOTIFY_SOCKET", manager.path()}});

  EXPECT_TRUE(manager.await("READY=1\n"));
  EXPECT_TRUE(manager.await("STATUS=Collecting into " + logqd.storage_dir() + ", 2 entries\n"));
  EXPECT_EQ(manager.received().find("STOPPING"), std::string::npos);
  NativeSender(logqd.native_socket()).send({{"MESSAGE", "one more"}});
  EXPECT_TRUE(manager.await(", 3 entries\n")) << "brought up to date";
  EXPECT_EQ(logqd.stop().status, 0);
  EXPECT_TRUE(manager.await("STOPPING=1\n"));
  EXPECT_EQ(manager.received().find("WATCHDOG"), std::string::npos) << "nobody asked for it";
}

TEST(Notify, TellsReadinessBeforeALongFlush) {
  NotifySocket manager;
  ConfiguredLogqd logqd("[Journal]\nStorage=auto\n", {{"NOTIFY_SOCKET", manager.path()}});
  NativeSender sender(logqd.native_socket());
  for (int i = 0; i < 3000; ++i)
    sender.send({{"MESSAGE", "m"}});
  EXPECT_EQ(logqd.stop().status, 0);
  const std::size_t before = manager.received().size();
  logqd.make_storage_possible();

  logqd.start();

  const std::string received = manager.received().substr(before);
  const std::size_t sign_of_flush = received.find("WATCHDOG=1");
  EXPECT_NE(sign_of_flush, std::string::npos);
  EXPECT_LT(received.find("READY=1"), sign_of_flush);
}

TEST(Notify, GivesSignsOfLifeToAWatchdog) {
  NotifySocket manager;
  const ConfiguredLogqd logqd("", {{"NOTIFY_SOCKET", manager.path()}, {"WATCHDOG_USEC", "200000"}});

  EXPECT_TRUE(wait_until([&] {
    const std::string& text = manager.received();
    const std::size_t first = text.find("WATCHDOG=1\n");
    return first != std::string::npos && text.find("WATCHDOG=1\n", first + 1) != std::string::npos;
  }));
}

}  // namespace
}  // namespace logq::test
