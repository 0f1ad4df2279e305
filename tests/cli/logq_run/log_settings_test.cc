// The log settings of units (LogLevelMax=, LogExtraFields=, LogRateLimit...=, LogNamespace=) under
// logq-run: with logqd, which honours them, and with stock journald, which hears nothing of them.
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <functional>
#include <future>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "cli/logq_run/programs.h"
#include "support/private_logqd.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

// On every socket a line of each level from 3 to 7.
constexpr const char* kSpeaker = R"py(
import os, socket
directory = os.path.dirname(os.environ["LOGQ_SOCKET"])
datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for level in range(3, 8):
    print("<%d>line %d" % (level, level), flush=True)
    entry = "MESSAGE=native %d\nPRIORITY=%d\n" % (level, level)
    datagrams.sendto(entry.encode(), directory + "/socket")
    message = "<%d>Oct 11 22:14:15 tag: syslog %d" % (24 + level, level)
    datagrams.sendto(message.encode(), directory + "/dev-log")
)py";

class LogSettings : public testing::Test {
 protected:
  void SetUp() override { write_text_file(files_.path() + "/speaker.py", kSpeaker); }

  // The path of a unit of that name with these lines in [Service].
  [[nodiscard]] std::string unit(const std::string& lines) const {
    const std::string path = files_.path() + "/hello.service";
    write_text_file(path, "[Service]\n" + lines);
    return path;
  }
  [[nodiscard]] std::string speaks() const {
    return "ExecStart=/usr/bin/python3 " + files_.path() + "/speaker.py\n";
  }
  [[nodiscard]] Command logq_run(Strings arguments, Environment environment) const {
    arguments.insert(arguments.begin(), kLogqRun);
    environment.emplace_back("LOGQ_RUN_DIR", runtime_.path());
    return command(std::move(arguments), std::move(environment));
  }
  static std::vector<JournalFields> entries(const PrivateLogqd& logqd, const std::string& match) {
    logqd.sync();
    return parse_export(logqd.read("journalctl", {"-q", "-o", "export", match}).out);
  }
  static std::string left_with(const PrivateLogqd& logqd) {
    std::string names;
    for (const auto& file : std::filesystem::directory_iterator(logqd.runtime_dir() + "/units"))
      names += file.path().filename().string() + "\n";
    return names;
  }

  TempDir files_;
  TempDir runtime_;
};

// Takes the place of logqd's control socket and says what was there when it was asked.
std::string left_when_asked_to_synchronize(int listener, const std::function<std::string()>& left) {
  const base::UniqueFd client(::accept(listener, nullptr, nullptr));
  std::string call(256, '\0');
  const ssize_t size = ::read(client.get(), call.data(), call.size());
  if (size <= 0 || call.find("io.systemd.Journal.Synchronize") == std::string::npos) return "";
  return left();
}

const std::string kOfUnit = "_SYSTEMD_UNIT=hello.service";

// What it was sent and has not looked at yet.
TEST_F(LogSettings, CountUntilTheCollectorHasStoredWhatTheUnitSaid) {
  const PrivateLogqd logqd;
  const std::string path = logqd.runtime_dir() + "/io.systemd.journal";
  const base::UniqueFd control = bind_unix(path, SOCK_STREAM);
  auto left = std::async(std::launch::async, [&] {
    return left_when_asked_to_synchronize(control.get(), [&] { return left_with(logqd); });
  });

  const CommandResult result =
      run_command(logq_run({unit("LogLevelMax=warning\n" + speaks())}, logqd.environment()));

  EXPECT_EQ(result.status, 0);
  ::shutdown(control.get(), SHUT_RDWR);  // nobody was asked in vain for ever
  EXPECT_NE(left.get().find("log-level-max:hello.service\n"), std::string::npos);
  EXPECT_EQ(left_with(logqd), "");
}

TEST_F(LogSettings, CountOnEverySocketAndForNothingAfterTheUnit) {
  const PrivateLogqd logqd;
  const std::string file = unit("LogLevelMax=warning\nLogExtraFields=EXTRA=one\n" + speaks());

  const CommandResult result = run_command(logq_run({file}, logqd.environment()));

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
  auto stored = entries(logqd, kOfUnit);
  Strings messages = column(stored, "MESSAGE");
  std::ranges::sort(messages);
  EXPECT_EQ(messages,
            (Strings{"line 3", "line 4", "native 3", "native 4", "syslog 3", "syslog 4"}));
  EXPECT_EQ(column(stored, "EXTRA"), Strings(6, "one"));
  EXPECT_EQ(entries(logqd, "UNIT=hello.service").size(), 0U) << "as systemd: 6 is above 4";
  EXPECT_EQ(left_with(logqd), "");

  EXPECT_EQ(run_command(logq_run({"-u", "hello", "echo", "again"}, logqd.environment())).status, 0);
  stored = entries(logqd, kOfUnit);
  EXPECT_EQ(stored.back().at("MESSAGE"), "again");
  EXPECT_FALSE(stored.back().contains("EXTRA"));
}

TEST_F(LogSettings, BoundTheRateOfTheUnit) {
  write_text_file(files_.path() + "/conf", "[Journal]\nSystemMaxUse=1M\n");
  const PrivateLogqd logqd({"--config=" + files_.path() + "/conf"});
  const std::string file =
      unit("LogRateLimitIntervalSec=1h\nLogRateLimitBurst=3\nExecStart=/usr/bin/seq 1 20\n");

  run_command(logq_run({file}, logqd.environment()));

  EXPECT_EQ(column(entries(logqd, kOfUnit), "MESSAGE"), (Strings{"1", "2", "3"}));
}

TEST_F(LogSettings, EndWithASupervisorThatIsKilled) {
  const PrivateLogqd logqd;
  const std::string file =
      unit("LogExtraFields=EXTRA=one\nExecStart=/bin/sh -c 'echo up; exec sleep 1000'\n");
  ChildProcess supervisor(logq_run({file}, logqd.environment()));
  ASSERT_TRUE(wait_until([&] { return !entries(logqd, "EXTRA=one").empty(); }));
  const pid_t service = std::stoi(entries(logqd, "EXTRA=one").front().at("_PID"));
  supervisor.signal(SIGKILL);
  supervisor.wait();

  run_command(logq_run({"--exec", "-u", "hello", "echo", "other"}, logqd.environment()));
  signal_process(service, SIGKILL);

  const auto others = entries(logqd, "MESSAGE=other");
  ASSERT_EQ(others.size(), 1U);
  EXPECT_EQ(others.front().at("_SYSTEMD_UNIT"), "hello.service");
  EXPECT_FALSE(others.front().contains("EXTRA"));

  run_command(logq_run({unit("LogLevelMax=err\n" + speaks())}, logqd.environment()));
  EXPECT_EQ(entries(logqd, "EXTRA=one").size(), 1U);
  EXPECT_EQ(left_with(logqd), "");
}

TEST_F(LogSettings, OutliveAKillOfTheCollector) {
  PrivateLogqd logqd;
  const std::string go = files_.path() + "/go";
  const std::string file = unit(
      "LogExtraFields=EXTRA=one\nRestart=on-failure\nRestartSec=10ms\n"
      "ExecStart=/bin/sh -c 'echo run; until [ -e " +
      go + " ]; do sleep 0.01; done; [ -e " + go + "2 ] || { touch " + go + "2; exit 1; }'\n");
  SupervisorProcess supervisor(logq_run({file}, logqd.environment()));
  ASSERT_TRUE(wait_until([&] { return !entries(logqd, "MESSAGE=run").empty(); }));
  logqd.kill();
  logqd.start();
  write_text_file(go, "");

  EXPECT_EQ(supervisor.wait().status, 0);
  EXPECT_EQ(column(entries(logqd, "MESSAGE=run"), "EXTRA"), (Strings{"one", "one"}));
  EXPECT_EQ(left_with(logqd), "");
}

TEST_F(LogSettings, LeadToTheCollectorOfTheirNamespace) {
  const PrivateLogqd logqd;
  const std::string other = logqd.runtime_dir() + ".shop";
  const std::string store = files_.path() + "/store";
  ChildProcess of_namespace({{built_program("logqd"), "--runtime-dir=" + other,
                              "--storage-dir=" + store, "--namespace=shop"},
                             {},
                             {}});
  ASSERT_TRUE(wait_until([&] { return accepts_connections(other + "/stdout", SOCK_STREAM); }));
  const std::string file =
      unit("LogNamespace=shop\nLogExtraFields=EXTRA=one\nLogLevelMax=info\n" + speaks());

  run_command(logq_run({file}, logqd.environment()));
  of_namespace.signal(SIGTERM);
  of_namespace.wait();

  const auto stored = parse_export(
      run_command({{"journalctl", "-q", "-D", store, "-o", "export", kOfUnit}, {}, {}}).out);
  EXPECT_EQ(column(stored, "EXTRA"), Strings(12, "one"));
  EXPECT_EQ(column(stored, "_NAMESPACE"), Strings(12, "shop"));
  EXPECT_EQ(entries(logqd, kOfUnit).size(), 0U);
  EXPECT_EQ(column(entries(logqd, "UNIT=hello.service"), "MESSAGE").front(),
            "Started hello.service.")
      << "as systemd's own entries";
}

TEST_F(LogSettings, AreMissedWithStockJournaldAndItIsSaid) {
  if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  const std::string file = unit("ExecStart=/bin/echo out\nLogLevelMax=3\nLogExtraFields=A=1\n");
  const auto warning = [&](const std::string& line, const std::string& key) {
    return file + ":" + line + ": Key '" + key +
           "' in section [Service] needs logqd as the collector (" + journald.runtime_dir() +
           "/units: open: No such file or directory), ignoring.";
  };

  const CommandResult result = run_command(logq_run({file}, towards(journald)));

  EXPECT_EQ(result.err, "logq-run: " + warning("3", "LogLevelMax") +
                            "\nlogq-run: " + warning("4", "LogExtraFields") + "\n");
  EXPECT_EQ(column(journald.entries({"SYSLOG_IDENTIFIER=logq-run"}), "MESSAGE"),
            (Strings{warning("3", "LogLevelMax"), warning("4", "LogExtraFields")}));
  EXPECT_EQ(column(journald.entries({"_TRANSPORT=stdout"}), "MESSAGE"), Strings{"out"});
}

TEST_F(LogSettings, AreNothingToComplainOfByThemselves) {
  const std::string file = unit(
      "ExecStart=/bin/true\nLogLevelMax=3\nLogExtraFields=A=1\nLogRateLimitIntervalSec=5\n"
      "LogRateLimitBurst=9\nLogNamespace=shop\n");

  const CommandResult result = run_command(logq_run({"--check", file}, without_collector()));

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "");
}

}  // namespace
}  // namespace logq::test
