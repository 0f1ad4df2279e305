// The same unit files under Debian's systemd and under logq-run: the lives of services are told in
// the same entries.
#include <signal.h>

#include <chrono>
#include <map>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/machine_test.h"

namespace logq::test {
namespace {

using namespace std::chrono_literals;
using Fields = std::map<std::string, std::string>;

struct Case {
  std::string name;
  std::string unit;
  // What is done with it once it is up, or has had the time for it: verbs of systemctl.
  std::vector<std::string> verbs = {};
};

// What an entry says that does not depend on the run.
std::string essence(const Fields& fields) {
  const auto of = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  static const std::regex pids("process [0-9]+ \\([^)]*\\)");
  std::string line =
      of("PRIORITY") + " " + std::regex_replace(of("MESSAGE"), pids, "process PID (COMMAND)");
  for (const char* name : {"JOB_TYPE", "JOB_RESULT", "COMMAND", "EXIT_CODE", "EXIT_STATUS",
                           "UNIT_RESULT", "N_RESTARTS"}) {
    if (!of(name).empty()) line += std::string(" ") + name + "=" + of(name);
  }
  return line;
}

// The entries of `journalctl -o export` about a unit.
std::vector<Fields> parse_export(const std::string& text) {
  std::vector<Fields> entries(1);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    if (line.empty()) {
      entries.emplace_back();
    } else if (const std::size_t equals = line.find('='); equals != std::string::npos) {
      entries.back()[line.substr(0, equals)] = line.substr(equals + 1);
    }
  }
  std::erase_if(entries, [](const Fields& fields) { return fields.empty(); });
  return entries;
}

class SupervisionDifferential : public MachineTest {
 protected:
  static void SetUpTestSuite() { boot(); }
  void SetUp() override {
    MachineTest::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    ASSERT_EQ(machine_->run({"systemctl", "start", "logqd"}).status, 0);
  }

  // The lines of one life, one a line.
  static std::string told(const std::vector<Fields>& entries) {
    std::string lines;
    std::string of_children;
    for (const Fields& fields : entries) {
      const auto id = fields.find("MESSAGE_ID");
      // What systemd says nothing of: a status, a refused word.
      const bool is_own = id != fields.end() && (id->second == "a22a98cbcb0b4db88869b5d86e6a27ce" ||
                                                 id->second == "48a66455e26346c68d436dc31bfb56a3");
      // Written by the child that could not become the program, at any time.
      const bool is_of_child =
          id != fields.end() && id->second == "641257651c1b4ec9a8624d7a40a9e1e7";
      if (!is_own) (is_of_child ? of_children : lines) += essence(fields) + "\n";
    }
    return of_children + lines;
  }
  static std::string by_systemd(const std::string& unit) {
    EXPECT_EQ(machine_->run({"journalctl", "--sync"}).status, 0);
    return told(
        parse_export(machine_->output_of({"journalctl", "-q", "-o", "export", "UNIT=" + unit})));
  }
  static std::string by_logq_run(const std::string& unit) {
    return told(parse_export(machine_->output_of(
        {"journalctl", "-D", "/var/log/logq", "-q", "-o", "export", "UNIT=" + unit})));
  }

  // A start that fails is one of the cases.
  static void systemctl(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "systemctl");
    std::ignore = machine_->run(std::move(arguments));
  }

  static void run_under_systemd(const Case& of) {
    const std::string unit = of.name + ".service";
    systemctl({"start", "--no-block", unit});
    for (const std::string& verb : of.verbs) {
      std::this_thread::sleep_for(700ms);
      systemctl({verb, unit});
    }
    wait_until([&] {
      const std::string state = machine_->property(unit, "ActiveState");
      return state == "inactive" || state == "failed";
    });
  }
  static void run_under_logq_run(const Case& of) {
    Command command = machine_->command({"env", "LOGQ_SOCKET=/run/logq/socket",
                                         "LOGQ_STDOUT_SOCKET=/run/logq/stdout", "logq-run",
                                         "/run/systemd/system/" + of.name + ".service"});
    ChildProcess supervisor(std::move(command));
    for (const std::string& verb : of.verbs) {
      std::this_thread::sleep_for(700ms);
      const std::string signal = verb == "stop" ? "-TERM" : "-HUP";
      EXPECT_EQ(
          machine_->run({"pkill", signal, "-f", "^logq-run .*/" + of.name + ".service$"}).status,
          0);
    }
    supervisor.wait();
  }

  static void compare(const Case& of) {
    SCOPED_TRACE(of.name);
    machine_->add_unit(of.name + ".service", of.unit);
    run_under_systemd(of);
    run_under_logq_run(of);
    EXPECT_EQ(by_logq_run(of.name + ".service"), by_systemd(of.name + ".service"));
  }
};

TEST_F(SupervisionDifferential, ASimpleServiceThatIsStopped) {
  compare({"simple",
           "[Unit]\nDescription=Simple one\n[Service]\nExecStart=/bin/sleep 1000\n",
           {"stop"}});
}

TEST_F(SupervisionDifferential, ACrashLoop) {
  compare({"crash",
           "[Unit]\nDescription=Crash\nStartLimitBurst=3\n[Service]\nRestart=on-failure\n"
           "ExecStart=/bin/sh -c 'echo hello; exit 3'\n"});
}

TEST_F(SupervisionDifferential, AServiceThatSaysHowItIs) {
  compare({"notify",
           "[Unit]\nDescription=Notify\n[Service]\nType=notify\nNotifyAccess=all\n"
           "ExecReload=/bin/true\n"
           "ExecStart=/bin/sh -c 'systemd-notify --ready --status=up; exec sleep 1000'\n",
           {"reload", "stop"}});
}

TEST_F(SupervisionDifferential, AWatchdog) {
  compare({"dog",
           "[Unit]\nStartLimitBurst=1\n[Service]\nWatchdogSec=1s\nRestart=on-watchdog\n"
           "ExecStart=/bin/sleep 1000\n"});
}

TEST_F(SupervisionDifferential, AServiceThatIgnoresTheTermSignal) {
  compare({"deaf",
           "[Service]\nTimeoutStopSec=1s\n"
           "ExecStart=/bin/sh -c 'trap \"\" TERM; while :; do sleep 1; done'\n",
           {"stop"}});
}

TEST_F(SupervisionDifferential, AProgramThatIsNotThere) {
  compare({"missing", "[Unit]\nDescription=Missing\n[Service]\nExecStart=/nonexistent/program\n"});
  compare({"missing-exec", "[Service]\nType=exec\nExecStart=/nonexistent/program\n"});
}

TEST_F(SupervisionDifferential, OneshotServices) {
  compare({"once", "[Service]\nType=oneshot\nExecStart=/bin/true\nExecStart=/bin/true\n"});
  compare({"once-fails", "[Service]\nType=oneshot\nExecStart=/bin/false\nExecStart=/bin/true\n"});
  compare({"once-stays",
           "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n",
           {"stop"}});
}

TEST_F(SupervisionDifferential, CommandsBeforeAndAfter) {
  compare({"all",
           "[Service]\nExecStartPre=/bin/true\nExecStartPost=/bin/true\nExecStop=/bin/true\n"
           "ExecStopPost=/bin/true\nExecStart=/bin/sleep 1000\n",
           {"stop"}});
  compare({"pre-fails", "[Service]\nExecStartPre=/bin/false\nExecStart=/bin/sleep 1000\n"});
  compare({"post-fails", "[Service]\nExecStartPost=/bin/false\nExecStart=/bin/sleep 1000\n"});
  compare(
      {"stop-post-fails", "[Service]\nExecStopPost=/bin/sh -c 'exit 7'\nExecStart=/bin/true\n"});
  compare({"may-fail", "[Service]\nExecStartPre=-/bin/false\nExecStart=-/bin/false\n"});
}

TEST_F(SupervisionDifferential, AConditionThatSaysNo) {
  compare({"condition", "[Service]\nExecCondition=/bin/false\nExecStart=/bin/sleep 1000\n"});
  compare({"condition-broken",
           "[Service]\nExecCondition=/bin/sh -c 'exit 255'\nExecStart=/bin/sleep 1000\n"});
}

TEST_F(SupervisionDifferential, ADaemonThatForks) {
  compare({"forking",
           "[Service]\nType=forking\nExecStart=/bin/sh -c 'sleep 1000 & exit 0'\n",
           {"stop"}});
  compare({"forking-fails", "[Service]\nType=forking\nExecStart=/bin/sh -c 'exit 4'\n"});
}

TEST_F(SupervisionDifferential, StartsThatTakeTooLong) {
  compare({"slow",
           "[Unit]\nDescription=Slow\n[Service]\nType=notify\nTimeoutStartSec=1s\n"
           "ExecStart=/bin/sleep 1000\n"});
  compare({"slow-pre",
           "[Service]\nTimeoutStartSec=1s\nExecStartPre=/bin/sleep 1000\nExecStart=/bin/true\n"});
  compare({"long", "[Service]\nRuntimeMaxSec=1s\nExecStart=/bin/sleep 1000\n"});
}

TEST_F(SupervisionDifferential, AProtocolThatIsBroken) {
  compare({"early", "[Service]\nType=notify\nExecStart=/bin/true\n"});
}

// The table of Restart= in systemd.service(5), each cell by what happens.
TEST_F(SupervisionDifferential, EveryRestartPolicyAfterEveryEnd) {
  const std::vector<std::pair<std::string, std::string>> ends{
      {"success", "ExecStart=/bin/true\n"},
      {"failure", "ExecStart=/bin/false\n"},
      {"term", "ExecStart=/bin/sh -c 'kill -TERM $$$$'\n"},
      {"kill", "ExecStart=/bin/sh -c 'kill -KILL $$$$'\n"},
      {"abort", "ExecStart=/bin/sh -c 'kill -ABRT $$$$'\nLimitCORE=0\n"},
      {"watchdog", "WatchdogSec=500ms\nExecStart=/bin/sleep 1000\n"},
      {"timeout", "Type=notify\nTimeoutStartSec=500ms\nExecStart=/bin/sleep 1000\n"},
      {"spawn", "ExecStart=/nonexistent/program\n"}};
  std::vector<Case> cases;
  for (const char* policy :
       {"no", "always", "on-success", "on-failure", "on-abnormal", "on-abort", "on-watchdog"}) {
    for (const auto& [name, lines] : ends) {
      cases.push_back(
          {std::string("matrix-") + policy + "-" + name,
           std::string("[Unit]\nStartLimitBurst=2\n[Service]\nRestart=") + policy + "\n" + lines});
      machine_->add_unit(cases.back().name + ".service", cases.back().unit);
    }
  }
  for (const Case& of : cases) {
    run_under_systemd(of);
    run_under_logq_run(of);
  }
  for (const Case& of : cases)
    EXPECT_EQ(by_logq_run(of.name + ".service"), by_systemd(of.name + ".service")) << of.name;
}

}  // namespace
}  // namespace logq::test
