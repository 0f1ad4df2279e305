// The library as a program sees it: environment, standard descriptors, allocations.
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <functional>
#include <thread>

#include <gtest/gtest.h>

#include "base/io.h"
#include "client/datagram_server.h"
#include "client/private_journal_socket.h"
#include "logq/logger.h"
#include "support/allocation_count.h"
#include "support/temp_dir.h"
#include "support/test_terminal.h"

namespace logq {
namespace {

using test::DatagramServer;
using test::TempDir;
using test::value_of;

// Runs `body` in a child whose descriptor `fd` is a pipe; what it wrote there.
std::string output_of(int fd, const std::function<void()>& body) {
  std::array<int, 2> ends{};
  if (::pipe(ends.data()) < 0) return "pipe failed";
  const pid_t child = ::fork();
  if (child == 0) {
    ::dup2(ends[1], fd);
    ::close(ends[0]);
    ::close(ends[1]);
    body();
    ::_exit(0);
  }
  ::close(ends[1]);
  const base::UniqueFd reader(ends[0]);
  const auto text = base::read_all(reader.get(), 1 << 20);
  ::waitpid(child, nullptr, 0);
  return text.value_or("read failed");
}

TEST(LoggerProcess, TheEnvironmentNamesTheCollector) {
  const TempDir dir;
  DatagramServer server(dir.path() + "/socket");
  output_of(2, [&] {
    ::setenv("LOGQ_SOCKET", server.path().c_str(), 1);
    Logger().info("from a child");
  });

  EXPECT_EQ(value_of(server.receive().value(), "MESSAGE"), "from a child");
}

TEST(LoggerProcess, AnExplicitSocketThatFailsFallsBackToStandardErrorOnly) {
  const TempDir dir;
  DatagramServer user_collector([&] {
    std::filesystem::create_directory(dir.path() + "/logq");
    return dir.path() + "/logq/socket";
  }());
  const std::string text = output_of(2, [&] {
    ::setenv("LOGQ_SOCKET", "/nonexistent/socket", 1);
    ::setenv("XDG_RUNTIME_DIR", dir.path().c_str(), 1);
    const Logger log;
    log.error("lost?\nno");
    log.info("second");
  });

  EXPECT_EQ(text,
            "<4>logq: no log collector at /nonexistent/socket: No such file or directory; "
            "entries follow here until it is back\n<3>lost?\n<3>no\n<6>second\n");
  EXPECT_TRUE(user_collector.is_empty());
}

TEST(LoggerProcess, EntriesReachACollectorThatComesLater) {
  const TempDir dir;
  const std::string path = dir.path() + "/socket";
  DatagramServer server(path);
  server.stop();
  NativeOptions options{.socket_path = path};
  options.reconnect_interval = std::chrono::milliseconds(0);
  const Logger log({}, make_native_transport(options));

  EXPECT_EQ(log.info("too early"), SendStatus::kNoCollector);
  server.start();
  EXPECT_EQ(log.info("in time"), SendStatus::kSent);

  EXPECT_EQ(value_of(server.receive().value(), "MESSAGE"), "in time");
  EXPECT_EQ(value_of(server.receive().value(), "MESSAGE"), "1 message dropped");
}

TEST(LoggerProcess, LinesGoToStandardOutput) {
  const std::string text = output_of(1, [] {
    Logger({.backend = Backend::kStdoutLines}).notice("line");
    Logger({.identifier = "app", .backend = Backend::kStdoutJson}).notice("object");
  });

  EXPECT_EQ(text.substr(0, 8), "<5>line\n");
  EXPECT_EQ(text.substr(8, 37), R"({"MESSAGE":"object","PRIORITY":"5","S)");
}

TEST(LoggerProcess, LogfmtGoesToStandardOutputAndLinesForPeopleToStandardError) {
  const std::string out = output_of(
      1, [] { Logger({.identifier = "app", .backend = Backend::kStdoutLogfmt}).notice("line"); });
  const std::string error = output_of(
      2, [] { Logger({.identifier = "app", .backend = Backend::kStderrHuman}).notice("line"); });

  EXPECT_NE(out.find("Z level=notice msg=line syslog_identifier=app "), std::string::npos) << out;
  EXPECT_TRUE(error.ends_with(" notice app: line\n")) << error;
}

TEST(LoggerProcess, AnAutomaticLoggerWritesToWhereItIsRead) {
  const TempDir dir;
  const LoggerOptions automatic{.identifier = "app", .backend = Backend::kAutomatic};
  const test::TestTerminal terminal;
  DatagramServer server(dir.path() + "/socket");
  output_of(2, [&] {
    ::setenv("LOGQ_SOCKET", server.path().c_str(), 1);
    Logger(automatic).info("to the socket that is named");
  });
  output_of(1, [&] {
    ::unsetenv("LOGQ_SOCKET");
    const int fd = ::open(terminal.path().c_str(), O_WRONLY | O_NOCTTY | O_CLOEXEC);
    ::dup2(fd, 2);
    Logger(automatic).info("to the terminal");
  });

  EXPECT_EQ(value_of(server.receive().value(), "MESSAGE"), "to the socket that is named");
  const std::string shown = terminal.read();
  EXPECT_NE(shown.find("app: to the terminal"), std::string::npos) << shown;
}

TEST(LoggerProcess, AnAutomaticLoggerLooksForACollectorAndPrintsWithoutOne) {
  test::with_private_journal_socket([](DatagramServer& server) {
    ::unsetenv("JOURNAL_STREAM");
    ::setenv("XDG_RUNTIME_DIR", "/run/nobody", 1);
    const auto log_in_child = [](const char* message) {
      return output_of(1, [&] {
        ::dup2(1, 2);
        Logger({.backend = Backend::kAutomatic}).info(message);
      });
    };
    EXPECT_EQ(log_in_child("to the collector"), "");
    EXPECT_EQ(value_of(server.receive().value(), "MESSAGE"), "to the collector");

    server.stop();
    EXPECT_EQ(log_in_child("without one"), "<6>without one\n");
  });
}

TEST(LoggerProcess, AClosedStandardErrorIsADropAndNothingElse) {
  const std::string text = output_of(1, [] {
    ::close(2);
    const Logger log({.socket_path = "/nonexistent/socket"});
    if (log.info("x") == SendStatus::kNoCollector) std::ignore = base::write_all(1, "dropped");
  });

  EXPECT_EQ(text, "dropped");
}

TEST(LoggerProcess, DoesNotTakeTheNumberOfAClosedStandardDescriptor) {
  const TempDir dir;
  DatagramServer server(dir.path() + "/socket");
  output_of(1, [&] {
    ::close(0);
    const Logger log({.socket_path = server.path()});
    log.info(::fcntl(0, F_GETFD) < 0 ? "free" : "taken");
  });

  EXPECT_EQ(value_of(server.receive().value(), "MESSAGE"), "free");
}

TEST(LoggerProcess, ACallAllocatesNothingAfterWarmUp) {
  const TempDir dir;
  DatagramServer server(dir.path() + "/socket");
  const Logger log = Logger({.socket_path = server.path()}).with(field("SERVICE", "shop"));
  const auto call = [&](int i) {
    log.info("a message of usual length", field("I", i), field("RATIO", 0.25),
             field("REASON", std::make_error_code(std::errc::timed_out)), field("NAME", "value"));
  };
  call(0);

  const auto before = test::allocation_count();
  for (int i = 0; i < 5; ++i)
    call(i);
  const auto made = test::allocation_count() - before;

  EXPECT_EQ(made, 0U);
  EXPECT_EQ(log.statistics().sent, 6U);
}

// Being cancelled there would throw, through a function that promises not to.
TEST(LoggerProcess, AThreadIsNotCancelledWhileItLogs) {
  const TempDir dir;
  DatagramServer server(dir.path() + "/socket");
  const Logger log({.socket_path = server.path()});
  bool is_back = false;
  std::thread([&] {
    int before = 0;
    ::pthread_cancel(::pthread_self());
    log.info("to be cancelled");
    is_back = true;
    ::pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &before);
  }).join();

  EXPECT_TRUE(is_back);
  EXPECT_EQ(value_of(server.receive().value(), "MESSAGE"), "to be cancelled");
}

}  // namespace
}  // namespace logq
