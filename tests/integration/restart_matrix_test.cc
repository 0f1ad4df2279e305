// Which ends of a service lead to a restart, by our rules and under a booted systemd.
#include <signal.h>

#include <array>
#include <filesystem>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "supervise/restart_policy.h"
#include "support/machine_test.h"

namespace logq::test {
namespace {

using namespace supervise;
using Code = ProcessExit::Code;
using Result = ServiceResult;

struct Cause {
  const char* name;
  const char* settings;  // of a service that ends so
  ServiceEnd end;
};

const std::array kCauses = {
    Cause{"clean", "ExecStart=/bin/true\n", {Result::kSuccess, ProcessExit{Code::kExited, 0}}},
    Cause{"term",
          "ExecStart=/bin/sh -c 'kill -TERM $$$$'\n",
          {Result::kSuccess, ProcessExit{Code::kKilled, SIGTERM}}},
    Cause{"status",
          "ExecStart=/bin/sh -c 'exit 1'\n",
          {Result::kExitCode, ProcessExit{Code::kExited, 1}}},
    Cause{"kill",
          "ExecStart=/bin/sh -c 'kill -KILL $$$$'\n",
          {Result::kSignal, ProcessExit{Code::kKilled, SIGKILL}}},
    Cause{"abort",
          "LimitCORE=0\nExecStart=/bin/sh -c 'kill -ABRT $$$$'\n",
          {Result::kSignal, ProcessExit{Code::kKilled, SIGABRT}}},
    Cause{"timeout",
          "Type=notify\nTimeoutStartSec=100ms\nExecStart=/bin/sleep 1000\n",
          {Result::kTimeout, ProcessExit{Code::kKilled, SIGTERM}}},
    Cause{"watchdog",
          "LimitCORE=0\nWatchdogSec=100ms\nExecStart=/bin/sleep 1000\n",
          {Result::kWatchdog, ProcessExit{Code::kKilled, SIGABRT}}},
    Cause{"missing",
          "ExecStart=/no/such/program\n",
          {Result::kExitCode, ProcessExit{Code::kExited, kStatusExecFailed}}},
};
constexpr std::array kRestarts = {"no",          "always",   "on-success", "on-failure",
                                  "on-abnormal", "on-abort", "on-watchdog"};

class RestartMatrix : public MachineTest {
 protected:
  static void SetUpTestSuite() { boot(); }

  // "RESULT restart" or "RESULT end" of each unit, once all have ended. `units` are settings of
  // [Service] by the unit's name.
  static std::map<std::string, std::string> run(const std::map<std::string, std::string>& units) {
    std::vector<std::string> start{"systemctl", "start", "--no-block"};
    std::vector<std::string> show{"systemctl", "show", "-p", "Id,SubState,Result"};
    for (const auto& [name, text] : units) {
      write_text_file(
          machine_->path("/run/systemd/system/" + name),
          "[Service]\nRestartSec=1h\nExecStopPost=/usr/bin/touch /run/ended-%n\n" + text);
      start.push_back(name);
      show.push_back(name);
    }
    std::ignore = machine_->run({"systemctl", "daemon-reload"});
    EXPECT_EQ(machine_->run(start).err, "");
    std::map<std::string, std::string> ends;
    EXPECT_TRUE(wait_until([&] {
      ends = ends_of(machine_->output_of(show));
      return ends.size() == units.size();
    }));
    return ends;
  }

 private:
  static std::map<std::string, std::string> ends_of(const std::string& shown) {
    std::map<std::string, std::string> ends;
    std::map<std::string, std::string> unit;
    std::istringstream lines(shown + "\n\n");
    for (std::string line; std::getline(lines, line);) {
      const std::size_t equals = line.find('=');
      if (equals != std::string::npos) unit[line.substr(0, equals)] = line.substr(equals + 1);
      if (!line.empty() || unit.empty()) continue;
      // "dead" is also what has not been started yet.
      const bool has_ended = std::filesystem::exists(machine_->path("/run/ended-" + unit["Id"]));
      const std::string state = has_ended ? unit["SubState"] : "waiting";
      if (state == "auto-restart") ends[unit["Id"]] = unit["Result"] + " restart";
      if (state == "dead" || state == "failed") ends[unit["Id"]] = unit["Result"] + " end";
      unit.clear();
    }
    return ends;
  }
};

TEST_F(RestartMatrix, IsThatOfSystemd) {
  std::map<std::string, std::string> units;
  std::map<std::string, std::string> ours;
  for (const char* restart : kRestarts) {
    RestartSettings settings;
    settings.restart = parse_restart(restart).value();
    for (const Cause& cause : kCauses) {
      const std::string name = std::string("m-") + restart + "-" + cause.name + ".service";
      units[name] = std::string("Restart=") + restart + "\n" + cause.settings;
      ours[name] = std::string(name_of(cause.end.result)) +
                   (shall_restart(settings, cause.end) ? " restart" : " end");
    }
  }

  EXPECT_EQ(ours, run(units));
}

TEST_F(RestartMatrix, HasTheExceptionsOfSystemd) {
  struct Exception {
    const char* name;
    const char* prevent;
    const char* force;
    const char* success;
    const char* restart;
  };
  std::map<std::string, std::string> units;
  std::map<std::string, std::string> ours;
  for (const Exception& row :
       {Exception{"prevented", "1", "", "", "always"}, Exception{"forced", "", "1", "", "no"},
        Exception{"both", "1", "1", "", "always"}, Exception{"success", "", "", "1", "on-failure"},
        Exception{"forced-success", "", "1", "FAILURE", "no"}}) {
    RestartSettings settings;
    settings.restart = parse_restart(row.restart).value();
    ExitStatusSet success;
    std::ignore = settings.prevent.add(row.prevent);
    std::ignore = settings.force.add(row.force);
    std::ignore = success.add(row.success);
    const ProcessExit exit{Code::kExited, 1};
    const Result result = judge_exit(exit, CleanSignals::kOfService, success);
    const std::string name = std::string("x-") + row.name + ".service";
    units[name] = std::string("ExecStart=/bin/sh -c 'exit 1'\nRestart=") + row.restart +
                  "\nRestartPreventExitStatus=" + row.prevent +
                  "\nRestartForceExitStatus=" + row.force + "\nSuccessExitStatus=" + row.success +
                  "\n";
    ours[name] = std::string(name_of(result)) +
                 (shall_restart(settings, {result, exit}) ? " restart" : " end");
  }

  EXPECT_EQ(ours, run(units));
}

}  // namespace
}  // namespace logq::test
