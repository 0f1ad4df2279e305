// Collectors as services of logq-run, killed again and again while somebody writes.
#include <signal.h>
#include <sys/socket.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "cli/logq_run/programs.h"
#include "supervise/process_list.h"
#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

constexpr std::size_t kKills = 5;
// 2,000 numbered lines, ten at a time.
constexpr const char* kWriter =
    "i=0; while [ $i -lt 2000 ]; do echo line $i; i=$((i+1)); [ $((i%10)) = 0 ] && sleep 0.01; "
    "done";

// With a /run of its own: journald's configuration is to be found there.
constexpr const char* kWithOwnRun =
    "mount -t tmpfs -o mode=0755 none /run && mkdir -p /run/systemd/journald.conf.d && "
    "printf '[Journal]\\nReadKMsg=no\\nAudit=no\\nRateLimitBurst=0\\nForwardToWall=no\\n"
    "ForwardToSyslog=no\\n' >/run/systemd/journald.conf.d/t.conf && exec \"$@\"";

Strings written_lines() {
  Strings lines;
  for (int i = 0; i < 2000; ++i)
    lines.push_back("line " + std::to_string(i));
  return lines;
}

pid_t child_of(pid_t parent, const std::string& program = {}) {
  for (const auto& info : supervise::list_processes())
    if (info.parent == parent && !info.is_zombie && info.command.starts_with(program))
      return info.pid;
  return 0;
}

class CollectorTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    for (const char* name : {"run", "store", "control"})
      std::filesystem::create_directory(path(name));
    write_text_file(path("run/flushed"), "");
    write_text_file(path("collector.socket"),
                    "[Socket]\nListenStream=" + path("run/stdout") +
                        "\nListenDatagram=" + path("run/socket") +
                        "\nPassCredentials=yes\nPassSecurity=yes\nReceiveBuffer=8M\n");
  }
  void write_collector(const std::string& name) const {
    const std::string exec = name == "journald" ? "/lib/systemd/systemd-journald"
                                                : std::string(LOGQ_BIN_DIR) + "/logqd" +
                                                      " --runtime-dir=" + path("run") +
                                                      " --storage-dir=" + path("store");
    write_text_file(path("collector.service"),
                    "[Unit]\nRequires=collector.socket\nStartLimitIntervalSec=0\n"
                    "[Service]\nType=notify\nRestart=always\n"
                    "RestartSec=1ms\nFileDescriptorStoreMax=4224\nStandardOutput=null\n"
                    "Environment=RUNTIME_DIRECTORY=" +
                        path("run") + " LOGS_DIRECTORY=" + path("store") + "\nExecStart=" + exec +
                        "\n");
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return home_.path() + "/" + name;
  }
  [[nodiscard]] Environment environment() const {
    return {{"LOGQ_SOCKET", path("run/socket")},
            {"LOGQ_STDOUT_SOCKET", path("run/stdout")},
            {"LOGQ_RUN_DIR", path("control")}};
  }
  [[nodiscard]] Command supervisor_of(const std::string& unit) const {
    return command({"unshare", "-m", "--propagation", "private", "sh", "-c", kWithOwnRun, "sh",
                    kLogqRun, path(unit)},
                   environment());
  }
  [[nodiscard]] std::vector<JournalFields> entries(const std::string& match) const {
    const CommandResult read =
        run_command({.argv = {"journalctl", "-q", "-D", path("store"), "-o", "export", match},
                     .environment = {},
                     .input = {}});
    last_complaint_ = read.err;  // a file may get another name while they are opened
    return parse_export(read.out);
  }
  [[nodiscard]] bool has(const std::string& message) const {
    return !entries("MESSAGE=" + message).empty();
  }
  [[nodiscard]] std::vector<JournalFields> ends() const {
    return entries("MESSAGE=collector.service: Main process exited, code=killed, status=9/KILL");
  }
  [[nodiscard]] Strings lines() const { return column(entries("_TRANSPORT=stdout"), "MESSAGE"); }
  [[nodiscard]] std::string tell_all() const {
    return run_command({.argv = {"sh", "-c",
                                 "journalctl -q -o short-precise -D \"$1\" | grep -v \": line\"",
                                 "sh", path("store")},
                        .environment = {},
                        .input = {}})
        .out;
  }
  // Until no more of what was written arrives.
  void wait_until_stored() const {
    std::size_t stored = 0;
    const auto has_grown = [&] { return std::exchange(stored, lines().size()) != stored; };
    do {
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    } while (has_grown());
  }

  TempDir home_;
  mutable std::string last_complaint_;
};

class SupervisedCollector : public CollectorTest,
                            public testing::WithParamInterface<std::string> {};

TEST_P(SupervisedCollector, LosesNoLineWhenItIsKilledAgainAndAgain) {
  write_collector(GetParam());
  SupervisorProcess supervisor(supervisor_of("collector.service"));
  ASSERT_TRUE(wait_until([&] { return accepts_connections(path("run/stdout"), SOCK_STREAM); }));
  ASSERT_TRUE(wait_until([&] { return child_of(supervisor.pid()) != 0; }));
  ChildProcess writer(command({kLogqRun, "-u", "writer", "sh", "-c", kWriter}, environment()));
  pid_t collector = 0;
  for (std::size_t kills = 0; kills < kKills; ++kills) {
    std::this_thread::sleep_for(std::chrono::milliseconds(300));
    const pid_t killed = collector;
    ASSERT_TRUE(wait_until([&] {
      collector = child_of(supervisor.pid());
      return collector != 0 && collector != killed;
    }));
    // What journald has read and not stored yet it loses, whoever supervises it.
    const pid_t program = GetParam() == "journald" ? child_of(writer.pid()) : 0;
    if (program != 0) {
      ASSERT_TRUE(wait_until([&] { return ends().size() == kills; }));
      signal_process(program, SIGSTOP);
      wait_until_stored();
    }
    signal_process(collector, SIGKILL);
    if (program != 0) signal_process(program, SIGCONT);
  }
  const CommandResult written = writer.wait();
  EXPECT_EQ(written.status, 0);
  EXPECT_EQ(written.out + written.err, "");  // nothing went past the collector
  std::this_thread::sleep_for(std::chrono::milliseconds(200));
  supervisor.signal(SIGTERM);
  const CommandResult ended = supervisor.wait();

  EXPECT_EQ(lines(), written_lines());
  EXPECT_EQ(last_complaint_, "");
  EXPECT_EQ(ended.err, "");
  EXPECT_EQ(ends().size(), kKills) << tell_all();
}

INSTANTIATE_TEST_SUITE_P(Collectors,
                         SupervisedCollector,
                         testing::Values("logqd", "journald"),
                         [](const auto& kind) { return kind.param; });

using CollectorInATree = CollectorTest;

// A container's whole life: the collector first, and then those that write.
TEST_F(CollectorInATree, LosesNoLineWhenItIsKilledAgainAndAgain) {
  write_collector("logqd");
  write_text_file(path("writer.service"),
                  std::string("[Service]\nExecStart=/bin/sh -c '") + kWriter + "'\n");
  write_text_file(path("app.tree"),
                  "[Supervisor]\nIntensity=100\nChildren=collector.service writer.service\n");
  SupervisorProcess supervisor(supervisor_of("app.tree"));
  ASSERT_TRUE(wait_until([&] { return has("Started writer.service."); }));
  for (std::size_t kills = 0; kills < kKills; ++kills) {
    pid_t collector = 0;
    ASSERT_TRUE(wait_until([&] {
      return ends().size() == kills && (collector = child_of(supervisor.pid(), "logqd")) != 0;
    }));
    signal_process(collector, SIGKILL);
  }
  EXPECT_TRUE(wait_until([&] { return has("writer.service: Deactivated successfully."); }));
  supervisor.signal(SIGTERM);
  EXPECT_EQ(supervisor.wait().status, 0);

  EXPECT_EQ(lines(), written_lines());
  EXPECT_EQ(last_complaint_, "");
  EXPECT_EQ(ends().size(), kKills) << tell_all();
}

}  // namespace
}  // namespace logq::test
