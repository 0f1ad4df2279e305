// logq-run with trees of services, with stock journald as the collector.
#include <signal.h>

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

#include "cli/logq_run/programs.h"
#include "supervise/process_list.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

using namespace std::chrono_literals;
using Strings = std::vector<std::string>;

class TreeRunTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    journald_.emplace();
  }
  [[nodiscard]] std::string path(const std::string& name) const {
    return home_.path() + "/" + name;
  }
  void write(const std::string& name, const std::string& text) const {
    write_text_file(path(name), text);
  }
  // One that runs until it is stopped.
  void write_service(const std::string& name, const std::string& settings = {}) const {
    write(name + ".service", "[Service]\nRestart=always\nExecStart=/bin/sleep 1000\n" + settings);
  }
  void write_tree(const std::string& settings) const {
    write("app.tree", "[Supervisor]\n" + settings);
  }
  Command logq_run() {
    Environment environment = towards(*journald_);
    environment.emplace_back("LOGQ_RUN_DIR", home_.path() + "/run");
    return command({kLogqRun, path("app.tree")}, environment);
  }
  // The exit status.
  int svc(Strings arguments) const {
    arguments.insert(arguments.begin(), kLogqSvc);
    return run_command(command(std::move(arguments), {{"LOGQ_RUN_DIR", path("run")}})).status;
  }
  // What was started and stopped, in order: "+a -b".
  std::string order() {
    std::string order;
    for (const std::string& text :
         column(journald_->entries({"SYSLOG_IDENTIFIER=logq-run"}), "MESSAGE")) {
      const bool is_start = text.starts_with("Started ") || text.starts_with("Finished ");
      if (!is_start && !text.starts_with("Stopped ")) continue;
      const std::size_t name = text.find(' ') + 1;
      order += (order.empty() ? "" : " ");
      order += (is_start ? "+" : "-") + text.substr(name, text.find('.', name) - name);
    }
    return order;
  }
  bool comes_to(const std::string& expected) {
    return wait_until([&] { return order() == expected; });
  }
  // The sleeping processes of the last run of a unit.
  std::vector<pid_t> sleepers_of(const std::string& unit) {
    const auto started = journald_->entries(
        {"MESSAGE_ID=39f53479d3a045ac8e11786248231fbf", "UNIT=" + unit + ".service"});
    std::vector<pid_t> pids;
    if (started.empty()) return pids;
    const std::string invocation = "INVOCATION_ID=" + started.back().at("INVOCATION_ID");
    for (const auto& info : supervise::list_processes()) {
      const std::string environ = read_text_file("/proc/" + std::to_string(info.pid) + "/environ");
      if (info.command == "sleep" && environ.find(invocation) != std::string::npos)
        pids.push_back(info.pid);
    }
    return pids;
  }
  void kill_main(const std::string& unit) {
    std::vector<pid_t> pids;  // it is started before it is the program
    ASSERT_TRUE(wait_until([&] { return (pids = sleepers_of(unit)).size() == 1; }));
    signal_process(pids.front(), SIGKILL);
  }
  std::string after_kill_of_b(const std::string& strategy) {
    for (const char* name : {"a", "b", "c"})
      write_service(name);
    write_tree("Strategy=" + strategy + "\nChildren=a.service b.service c.service\n");
    SupervisorProcess running(logq_run());
    EXPECT_TRUE(comes_to("+a +b +c +app"));
    kill_main("b");
    EXPECT_TRUE(wait_until([&] { return order().ends_with("+c") || order().ends_with("+b"); }));
    running.signal(SIGTERM);
    EXPECT_EQ(running.wait().status, 0);
    const std::string all = order();
    EXPECT_TRUE(all.ends_with(" -c -b -a -app")) << all;
    return all.substr(14, all.size() - 14 - std::string(" -c -b -a -app").size());
  }

  TempDir home_;
  std::optional<StockJournald> journald_;
};

TEST_F(TreeRunTest, StartsAgainWhomTheStrategyNames) {
  EXPECT_EQ(after_kill_of_b("one_for_one"), "+b");
}

TEST_F(TreeRunTest, StartsAgainThoseBehindItToo) {
  EXPECT_EQ(after_kill_of_b("rest_for_one"), "-c +b +c");
}

TEST_F(TreeRunTest, StartsAllAgain) {
  EXPECT_EQ(after_kill_of_b("one_for_all"), "-c -a +a +b +c");
}

TEST_F(TreeRunTest, StartsTheNextWhenTheOneBeforeIsReady) {
  write_service("a",
                "Type=notify\nNotifyAccess=all\nExecStart=\nExecStart=/bin/sh -c "
                "'sleep 0.3; echo a is ready; systemd-notify --ready; exec sleep 1000'\n");
  write("b.service", "[Service]\nType=oneshot\nExecStart=/bin/echo b\nRemainAfterExit=yes\n");
  write_tree("Children=a.service b.service\n");
  SupervisorProcess running(logq_run());
  EXPECT_TRUE(comes_to("+a +b +app"));
  EXPECT_EQ(column(journald_->entries({"_TRANSPORT=stdout"}), "MESSAGE"),
            (Strings{"a is ready", "b"}));
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);
}

TEST_F(TreeRunTest, GivesUpAfterTooManyRestarts) {
  write_service("a");
  write("b.service", "[Service]\nRestart=always\nExecStart=/bin/sh -c 'exit 1'\n");
  write_tree("Intensity=2\nPeriod=1h\nChildren=a.service b.service\n");
  const CommandResult result = run_command(logq_run());
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(order().ends_with(" -a")) << order();
  EXPECT_EQ(journald_->entries({"MESSAGE_ID=2ac568bf996d4f80ac34d18bbf8816be"}).size(), 1U);
  EXPECT_EQ(result.err,
            "logq-run: app.tree: b.service was the last of too many restarts: exit-code, "
            "code=exited, status=1/FAILURE\n");
}

TEST_F(TreeRunTest, SaysOnStandardErrorTooForWhomItHasFailed) {
  write("b.service", "[Service]\nRestart=always\nExecStart=/nonexistent/b\nType=exec\n");
  write("inner.tree", "[Supervisor]\nChildren=b.service\n");
  write_tree("Children=inner.tree\n");
  const CommandResult result = run_command(logq_run());
  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err,
            "logq-run: app.tree: inner.tree could not be started:\n"
            "logq-run: inner.tree: b.service could not be started: /nonexistent/b: No such file or "
            "directory\n");
}

TEST_F(TreeRunTest, ATreeInATreeIsStartedAndStoppedInItsPlace) {
  for (const char* name : {"a", "b", "c"})
    write_service(name);
  write("inner.tree", "[Supervisor]\nChildren=b.service\n");
  write_tree("Children=a.service inner.tree c.service\n");
  SupervisorProcess running(logq_run());
  EXPECT_TRUE(comes_to("+a +b +inner +c +app"));
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_EQ(order(), "+a +b +inner +c +app -c -b -inner -a -app");
}

TEST_F(TreeRunTest, WhatIsBoundToAServiceGoesWithIt) {
  write_service("a");
  write("b.service",
        "[Unit]\nBindsTo=a.service\nAfter=a.service\n[Service]\nRestart=always\n"
        "ExecStart=/bin/sleep 1000\n");
  write_service("c");
  write_tree("Intensity=5\nChildren=a.service b.service c.service\n");
  SupervisorProcess running(logq_run());
  EXPECT_TRUE(comes_to("+a +b +c +app"));
  kill_main("a");
  EXPECT_TRUE(wait_until([&] { return std::ranges::count(order(), '+') == 6; })) << order();
  EXPECT_EQ(order(), "+a +b +c +app +a -b +b");
  EXPECT_EQ(svc({"restart", "a"}), 0);
  EXPECT_TRUE(comes_to("+a +b +c +app +a -b +b -a +a -b +b"));
  running.signal(SIGTERM);
  const CommandResult result = running.wait();
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "") << "BindsTo= and After= are honoured here";
}

// Says what it finds in its fd store, and leaves a descriptor there at its first start.
constexpr const char* kKeeper = R"py(
import array, os, socket, sys
print("found", os.environ.get("LISTEN_FDNAMES"), flush=True)
kept, _ = socket.socketpair()
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.connect(os.environ["NOTIFY_SOCKET"])
if "LISTEN_FDNAMES" not in os.environ:
    rights = array.array("i", [kept.fileno()])
    notify.sendmsg([b"FDSTORE=1\nFDNAME=kept\nFDPOLL=0"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, rights)])
notify.send(b"READY=1")
os.execvp("sleep", ["sleep", "1000"])
)py";

TEST_F(TreeRunTest, KeepsTheDescriptorsOfWhomItStartsAgain) {
  write_service("a");
  write("keeper.py", kKeeper);
  write_service("keeper",
                "Type=notify\nFileDescriptorStoreMax=1\nExecStart=\n"
                "ExecStart=/usr/bin/python3 " +
                    path("keeper.py") + "\n");
  write_tree("Strategy=rest_for_one\nIntensity=2\nChildren=a.service keeper.service\n");
  const auto found = [&] { return column(journald_->entries({"_TRANSPORT=stdout"}), "MESSAGE"); };
  SupervisorProcess running(logq_run());
  EXPECT_TRUE(comes_to("+a +keeper +app"));
  kill_main("keeper");  // started again by itself,
  EXPECT_TRUE(comes_to("+a +keeper +app +keeper"));
  kill_main("a");  // with the one before it,
  EXPECT_TRUE(comes_to("+a +keeper +app +keeper -keeper +a +keeper"));
  EXPECT_EQ(svc({"restart", "app.tree"}), 0);  // with all others,
  EXPECT_EQ(svc({"stop", "keeper"}), 0);
  EXPECT_EQ(svc({"start", "keeper"}), 0);  // and after it was at rest
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);

  EXPECT_EQ(found(),
            (Strings{"found None", "found kept", "found kept", "found kept", "found None"}));
}

TEST_F(TreeRunTest, OrphansStayWithTheirService) {
  // One in the session of its service, and one that is known by its environment only.
  write_service("a",
                "ExecStart=\nExecStart=/bin/sh -c '(sleep 1000 &) ; (setsid sleep 1000 &) ; "
                "exec sleep 1000'\n");
  write_service("b");
  write_tree("Strategy=one_for_all\nChildren=a.service b.service\n");
  SupervisorProcess running(logq_run());
  ASSERT_TRUE(comes_to("+a +b +app"));
  ASSERT_TRUE(wait_until([&] { return sleepers_of("a").size() == 3; }));
  EXPECT_EQ(sleepers_of("b").size(), 1U);
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);
  EXPECT_EQ(order(), "+a +b +app -b -a -app");
  EXPECT_TRUE(sleepers_of("a").empty()) << "they are stopped with their service";
}

TEST_F(TreeRunTest, AnInstanceHasALifeOfItsOwnInTheLog) {
  write("worker@.service",
        "[Service]\nRestart=on-failure\nExecStart=/bin/sh -c 'echo I am %i; exec sleep 1000'\n");
  write_tree("Strategy=simple_one_for_one\nChildren=worker@.service\n");
  SupervisorProcess running(logq_run());
  ASSERT_TRUE(comes_to("+app"));
  const auto svc = [&](const char* verb, const char* name) {
    Command order = logq_run();
    order.argv = {kLogqSvc, verb, name};
    return run_command(order).status;
  };
  ASSERT_EQ(svc("start", "worker@7"), 0);
  ASSERT_EQ(svc("start", "worker@8"), 0);
  ASSERT_TRUE(wait_until([&] { return sleepers_of("worker@8").size() == 1; }));
  kill_main("worker@8");
  EXPECT_TRUE(comes_to("+app +worker@7 +worker@8 +worker@8"));
  EXPECT_EQ(svc("stop", "worker@7"), 0);
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);

  EXPECT_EQ(order(), "+app +worker@7 +worker@8 +worker@8 -worker@7 -worker@8 -app");
  EXPECT_EQ(column(journald_->entries({"_SYSTEMD_UNIT=worker@7.service", "_TRANSPORT=stdout"}),
                   "MESSAGE"),
            Strings{"I am 7"});
  const auto restarts = journald_->entries({"MESSAGE_ID=bb057bd58ec84320b45c35e0de26770f"});
  ASSERT_EQ(restarts.size(), 1U);
  EXPECT_EQ(restarts.front().at("UNIT"), "app.tree");
  EXPECT_EQ(restarts.front().at("CAUSE_UNIT"), "worker@8.service");
  EXPECT_EQ(restarts.front().at("STRATEGY"), "simple_one_for_one");
}

TEST_F(TreeRunTest, ATemplateThatCannotBeUsedIsToldAndNothingIsStarted) {
  write_tree("Strategy=simple_one_for_one\nChildren=worker@.service\n");
  const CommandResult result = run_command(logq_run());
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("worker@"), std::string::npos) << result.err;
  EXPECT_EQ(order(), "");
}

// How often it has waited for something, and been woken.
std::string waits_of(pid_t pid) {
  const std::string status = read_text_file("/proc/" + std::to_string(pid) + "/status");
  const std::size_t at = status.find("\nvoluntary_ctxt_switches:");
  return at == std::string::npos ? "" : status.substr(at + 1, status.find('\n', at + 1) - at - 1);
}

TEST_F(TreeRunTest, IsNotWokenWhileNothingHappens) {
  std::string children;
  for (int number = 0; number < 20; ++number) {
    const std::string name = "s" + std::to_string(number);
    write_service(name, number % 2 == 0 ? "NotifyAccess=all\n" : "");
    children += " " + name + ".service";
  }
  write_tree("Children=" + children + "\n");
  SupervisorProcess running(logq_run());
  ASSERT_TRUE(wait_until([&] { return order().ends_with("+app"); }));
  std::string waits;
  ASSERT_TRUE(wait_until([&] {
    const std::string before = std::exchange(waits, waits_of(running.pid()));
    std::this_thread::sleep_for(300ms);
    return !before.empty() && waits == before;
  })) << "its beginning is never over";

  std::this_thread::sleep_for(2s);

  EXPECT_EQ(waits_of(running.pid()), waits);
  running.signal(SIGTERM);
  EXPECT_EQ(running.wait().status, 0);
}

TEST_F(TreeRunTest, BadTreesAreToldAndNotStarted) {
  write_tree("Strategy=none\nChildren=a.service\n");
  write_service("a");
  const CommandResult result = run_command(logq_run());
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("app.tree:2: "), std::string::npos) << result.err;
  EXPECT_EQ(order(), "");
}

TEST_F(TreeRunTest, AChildWithoutAFileIsToldAndNothingIsStarted) {
  write_tree("Children=a.service\n");
  const CommandResult result = run_command(logq_run());
  EXPECT_EQ(result.status, 125);
  EXPECT_NE(result.err.find("a.service"), std::string::npos) << result.err;
  EXPECT_EQ(order(), "");
}

}  // namespace
}  // namespace logq::test
