// logq -f --synchronize-on-exit=yes: what was sent before the signal is shown before the end.
#include <signal.h>

#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "support/native_sender.h"
#include "support/private_logqd.h"

namespace logq::test {
namespace {

class SynchronizeOnExit : public testing::Test {
 protected:
  void SetUp() override {
    send("early");
    logqd_.sync();
  }

  void send(const std::string& message) { sender_.send({{"MESSAGE", message}}); }

  std::unique_ptr<ChildProcess> follow(const std::string& wish, const std::string& runtime_dir) {
    auto logq = std::make_unique<ChildProcess>(
        Command{{built_program("logq"), "-D", logqd_.storage_dir(), "-f", "-o", "cat",
                 "--synchronize-on-exit=" + wish, "--runtime-dir=" + runtime_dir, "MESSAGE=early",
                 "MESSAGE=late"},
                {},
                {}});
    EXPECT_TRUE(wait_until([&] { return logq->out() == "early\n"; })) << logq->err();
    return logq;
  }

  // It waits for an answer then.
  static bool has_called(const ChildProcess& logq) {
    return wait_until([&] {
      std::error_code ignored;
      for (const auto& fd : std::filesystem::directory_iterator(
               "/proc/" + std::to_string(logq.pid()) + "/fd", ignored)) {
        if (std::filesystem::read_symlink(fd, ignored).string().starts_with("socket:")) return true;
      }
      return false;
    });
  }

  PrivateLogqd logqd_;
  NativeSender sender_{logqd_.native_socket()};
};

// The collector sleeps, so that nothing is shown by mere following before the signal.
TEST_F(SynchronizeOnExit, ShowsWhatWasUnderWay) {
  const auto logq = follow("yes", logqd_.runtime_dir());
  logqd_.signal(SIGSTOP);
  send("late");
  logq->signal(SIGTERM);
  EXPECT_TRUE(has_called(*logq));
  EXPECT_EQ(logq->out(), "early\n");

  logqd_.signal(SIGCONT);

  const CommandResult result = logq->wait();
  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "early\nlate\n");
}

TEST_F(SynchronizeOnExit, IsNotDoneUnasked) {
  const auto logq = follow("no", logqd_.runtime_dir());
  logqd_.signal(SIGSTOP);
  send("late");
  logq->signal(SIGINT);

  const CommandResult result = logq->wait();
  logqd_.signal(SIGCONT);

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "early\n");
}

TEST_F(SynchronizeOnExit, WithoutACollectorIsSaidAndNoFailure) {
  const auto logq = follow("yes", "/nonexistent");
  logq->signal(SIGTERM);

  const CommandResult result = logq->wait();

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "logq: /nonexistent: no collector is running there\n");
}

TEST_F(SynchronizeOnExit, TakesABoolean) {
  const auto result = run_command({{built_program("logq"), "--synchronize-on-exit=later"}, {}, {}});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err, "logq: --synchronize-on-exit= takes a boolean: later\n");
}

}  // namespace
}  // namespace logq::test
