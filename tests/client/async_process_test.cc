// The asynchronous logger as a program sees it: forks, static destructors, a real socket.
#include <fcntl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "client/datagram_server.h"
#include "logq/logger.h"
#include "support/temp_dir.h"

namespace logq {
namespace {

using namespace std::chrono_literals;
using test::DatagramServer;
using test::TempDir;
using test::value_of;

class AsyncProcess : public testing::Test {
 protected:
  [[nodiscard]] LoggerOptions options() const {
    return {.identifier = "app", .socket_path = server_.path(), .async = AsyncOptions{}};
  }
  std::string received() {
    return value_of(server_.receive().value_or(test::StoredFields{}), "MESSAGE");
  }
  static int status_of(pid_t child) {
    int status = -1;
    ::waitpid(child, &status, 0);
    return status;
  }

  TempDir dir_;
  DatagramServer server_{dir_.path() + "/socket"};
};

// For children that log themselves, by a thread of their own.
class AsyncChild : public AsyncProcess {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_THREAD__
    GTEST_SKIP() << "ThreadSanitizer ends a child of a threaded program that starts a thread";
#endif
  }
};

TEST_F(AsyncProcess, SendsToACollectorThatHasNoBatchSocket) {
  const Logger log(options());
  log.info("one");
  log.info("two");

  EXPECT_EQ(received(), "one");
  EXPECT_EQ(received(), "two");
  EXPECT_EQ(log.flush(10s), FlushResult::kFlushed);
  EXPECT_EQ(log.statistics().sent, 2U);
}

TEST_F(AsyncProcess, FindsACollectorThatWasRestarted) {
  const Logger log(options());
  log.info("before");
  EXPECT_EQ(received(), "before");
  ASSERT_EQ(log.flush(10s), FlushResult::kFlushed);
  server_.stop();
  log.info("in between");
  std::this_thread::sleep_for(300ms);
  EXPECT_EQ(log.statistics().pending, 1U) << "it waits for the collector";
  server_.start();

  EXPECT_EQ(received(), "in between");
  EXPECT_EQ(log.flush(10s), FlushResult::kFlushed);
  EXPECT_EQ(log.statistics().sent, 2U);
}

TEST_F(AsyncChild, AChildSendsItsOwnEntriesAndTheParentItsOwnOnce) {
  const Logger log(options());
  log.info("parent, before");
  const pid_t child = ::fork();
  if (child == 0) {
    log.info("child");
    ::_exit(log.flush(10s) == FlushResult::kFlushed && log.statistics().sent == 1 ? 0 : 1);
  }
  log.info("parent, after");
  std::vector<std::string> messages = {received(), received(), received()};
  EXPECT_EQ(status_of(child), 0);
  ASSERT_EQ(log.flush(10s), FlushResult::kFlushed);

  std::sort(messages.begin(), messages.end());
  EXPECT_EQ(messages, (std::vector<std::string>{"child", "parent, after", "parent, before"}));
  EXPECT_TRUE(server_.is_empty());
}

TEST_F(AsyncProcess, AChildThatLogsNothingSendsNothing) {
  server_.stop();
  const Logger log(options());
  log.info("waits in the parent");
  const pid_t child = ::fork();
  if (child == 0) {
    { const Logger copy = log; }
    ::_exit(log.flush(10s) == FlushResult::kFlushed ? 0 : 1);
  }
  EXPECT_EQ(status_of(child), 0);
}

// Not through fork(3), whose handlers could do what the kernel does here.
TEST_F(AsyncChild, ACloneWithoutForkHandlersDoesNotSendForItsParent) {
  const Logger log(options());
  log.info("parent");
  EXPECT_EQ(received(), "parent");
  ASSERT_EQ(log.flush(10s), FlushResult::kFlushed);
  const auto child =
      static_cast<pid_t>(::syscall(SYS_clone, SIGCHLD, nullptr, nullptr, nullptr, 0));
  if (child == 0) {
    log.info("clone");
    const bool sent = log.flush(10s) == FlushResult::kFlushed;
    ::syscall(SYS_exit_group, sent ? 0 : 1);
  }
  EXPECT_EQ(received(), "clone");
  EXPECT_EQ(status_of(child), 0);
  EXPECT_TRUE(server_.is_empty());
}

TEST_F(AsyncChild, ChildrenOfAProgramWhoseThreadsLogAllGetThrough) {
  constexpr int kChildren = 20;
  LoggerOptions many = options();
  many.backend = Backend::kStdoutLines;
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  const int out = ::dup(1);
  ::dup2(nowhere, 1);
  {
    const Logger log(many);
    std::atomic<bool> done{false};
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) {
      threads.emplace_back([&] {
        while (!done)
          log.info("noise", field<"TEXT">("of a thread"));
      });
    }
    for (int i = 0; i < kChildren; ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        for (int call = 0; call < 100; ++call)
          log.info("child");
        ::_exit(log.flush(20s) == FlushResult::kFlushed && log.statistics().sent == 100 ? 0 : 1);
      }
      EXPECT_EQ(status_of(child), 0) << i;
    }
    done = true;
    for (std::thread& thread : threads)
      thread.join();
  }
  ::dup2(out, 1);
  ::close(out);
  ::close(nowhere);
}

TEST_F(AsyncChild, SendsWhatStaticDestructorsLog) {
  const pid_t child = ::fork();
  if (child == 0) {
    struct LogsLast {
      const Logger* log = nullptr;
      ~LogsLast() { log->info("from a static destructor"); }
    };
    static const Logger log(options());
    static const LogsLast last{&log};
    log.info("from main");
    std::exit(0);  // NOLINT(concurrency-mt-unsafe): only this thread is here
  }
  EXPECT_EQ(status_of(child), 0);

  EXPECT_EQ(received(), "from main");
  EXPECT_EQ(received(), "from a static destructor");
}

TEST_F(AsyncChild, NeverWritesToADescriptorThatIsNoLongerItsOwn) {
  const pid_t child = ::fork();
  if (child == 0) {
    const Logger log(options());
    log.info("before");
    if (log.flush(10s) != FlushResult::kFlushed) ::_exit(1);
    ::syscall(SYS_close_range, 3, ~0U, 0);  // as daemons do
    std::array<int, 2> ends{};
    while (::pipe2(ends.data(), O_NONBLOCK) == 0 && ends[1] < 40) {
    }
    log.info("after");
    if (log.flush(10s) != FlushResult::kFlushed) ::_exit(2);
    for (int fd = 3; fd < 40; ++fd) {
      char byte = 0;
      if (::read(fd, &byte, 1) > 0) ::_exit(3);
    }
    ::_exit(0);
  }
  EXPECT_EQ(received(), "before");
  EXPECT_EQ(received(), "after");
  EXPECT_EQ(status_of(child), 0);
}

}  // namespace
}  // namespace logq
