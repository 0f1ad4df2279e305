// A service under logq-run: what it prints and what it sends are one unit's log.
#include <signal.h>

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/private_logqd.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

CommandResult run_under_logq_run(const PrivateLogqd& logqd,
                                 const std::vector<std::string>& program) {
  Command command{{built_program("logq-run"), "-u", "hello", "--"}, logqd.environment(), {}};
  command.argv.insert(command.argv.end(), program.begin(), program.end());
  return run_command(command);
}

std::vector<JournalFields> unit_entries(const PrivateLogqd& logqd, const std::string& program) {
  return parse_export(logqd.read(program, {"-u", "hello", "-o", "export", "-q"}).out);
}

bool carries(const JournalFields& entry, const std::string& field, const std::string& value) {
  const auto found = entry.find(field);
  return found != entry.end() && found->second == value;
}

auto count_with(const std::vector<JournalFields>& entries,
                const std::string& field,
                const std::string& value) {
  return std::ranges::count_if(entries,
                               [&](const auto& entry) { return carries(entry, field, value); });
}

TEST(SupervisedService, DatagramsAndLinesCarryTheSameUnit) {
  PrivateLogqd logqd;

  const auto result =
      run_under_logq_run(logqd, {built_program("hello"), "--count=3", "--interval-ms=1"});
  logqd.stop();

  ASSERT_EQ(result.status, 0) << result.err;
  for (const char* program : {"logq", "journalctl"}) {
    const auto entries = unit_entries(logqd, program);
    std::int64_t datagrams = 0;
    std::int64_t lines = 0;
    for (const auto& entry : entries) {
      if (!carries(entry, "_COMM", "hello")) continue;
      EXPECT_TRUE(carries(entry, "_SYSTEMD_UNIT", "hello.service")) << program;
      datagrams += carries(entry, "_TRANSPORT", "journal") ? 1 : 0;
      lines += carries(entry, "_TRANSPORT", "stdout") ? 1 : 0;
    }
    EXPECT_GE(datagrams, 3) << program;
    EXPECT_GE(lines, 3) << program;
  }
}

TEST(SupervisedService, ExitEntryComesAfterAllOutput) {
  PrivateLogqd logqd;

  const auto result = run_under_logq_run(logqd, {"sh", "-c", "seq 1 5000; exit 3"});
  logqd.stop();

  EXPECT_EQ(result.status, 3);
  const auto entries = unit_entries(logqd, "logq");
  EXPECT_EQ(count_with(entries, "_TRANSPORT", "stdout"), 5000);
  const auto exited = std::ranges::find_if(entries, [](const auto& entry) {
    return carries(entry, "MESSAGE_ID", "98e322203f7a4ed290d09fe03c09fe15");
  });
  ASSERT_NE(exited, entries.end());
  EXPECT_TRUE(carries(*exited, "EXIT_STATUS", "3"));
  EXPECT_TRUE(std::none_of(exited, entries.end(), [](const auto& entry) {
    return carries(entry, "_TRANSPORT", "stdout");
  }));
}

TEST(SupervisedService, StartEntryComesBeforeAllOutput) {
  PrivateLogqd logqd;

  for (int i = 0; i < 10; ++i)
    run_under_logq_run(logqd, {"echo", "output"});
  logqd.stop();

  const auto entries = unit_entries(logqd, "logq");
  ASSERT_EQ(entries.size(), 30U);
  for (std::size_t i = 0; i < entries.size(); i += 3) {
    EXPECT_TRUE(carries(entries[i], "MESSAGE", "Started hello.service."));
    EXPECT_TRUE(carries(entries[i + 1], "MESSAGE", "output"));
  }
}

TEST(SupervisedService, ChildrenOfTheServiceBelongToItsUnit) {
  PrivateLogqd logqd;

  run_under_logq_run(logqd,
                     {"sh", "-c", built_program("hello") + " --count=1 >/dev/null; echo parent"});
  logqd.stop();

  const auto entries = unit_entries(logqd, "logq");
  EXPECT_GE(count_with(entries, "_TRANSPORT", "journal"), 1);
}

// Nobody has kept its streams.
TEST(SupervisedService, SaysInTheLogThatItsCollectorHasGone) {
  PrivateLogqd logqd;
  SupervisorProcess running(
      {{built_program("logq-run"), "-u", "hello", "--", "sh", "-c", "echo up; exec sleep 1000"},
       logqd.environment(),
       {}});
  const auto last = [&] {
    logqd.sync();
    const auto entries = unit_entries(logqd, "logq");
    return entries.empty() ? JournalFields() : entries.back();
  };
  ASSERT_TRUE(wait_until([&] { return carries(last(), "MESSAGE", "up"); }));
  const std::string pid = last().at("_PID");
  logqd.kill();
  logqd.start();

  EXPECT_TRUE(wait_until(
      [&] { return carries(last(), "MESSAGE_ID", "c6e20b8949fd4e4a9a576468f49d90bf"); }));
  EXPECT_TRUE(carries(last(), "OBJECT_PID", pid));
  EXPECT_TRUE(carries(last(), "MESSAGE",
                      "hello.service: The collector has closed the stream of process " + pid +
                          " (sh); what it prints is lost until it is started again."));
  running.signal(SIGTERM);
  running.wait();
}

TEST(PipedOutput, KeepsAPartialLastLine) {
  PrivateLogqd logqd;

  const auto result = run_command({{built_program("logq-cat"), "-t", "piped", "-p", "warning"},
                                   logqd.environment(),
                                   "first\nlast without newline"});
  ASSERT_EQ(result.status, 0) << result.err;
  // The pipe's end reaches the collector as the end of the stream.
  ASSERT_TRUE(wait_until([&] {
    logqd.sync();
    return parse_export(logqd.read("logq", {"-t", "piped", "-o", "export", "-q"}).out).size() == 2;
  }));

  const auto entries = parse_export(logqd.read("logq", {"-t", "piped", "-o", "export", "-q"}).out);
  EXPECT_TRUE(carries(entries[1], "MESSAGE", "last without newline"));
  EXPECT_TRUE(carries(entries[1], "_LINE_BREAK", "eof"));
  EXPECT_TRUE(carries(entries[0], "PRIORITY", "4"));
}

}  // namespace
}  // namespace logq::test
