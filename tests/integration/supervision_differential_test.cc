// The same unit files under Debian's systemd and under logq-run: the lives of services are told in
// the same entries.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <iterator>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/machine_test.h"
#include "support/text_pattern.h"

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

using Cases = std::vector<Case>;

// What an entry says that does not depend on the run.
std::string essence(const Fields& fields) {
  const auto of = [&](const char* name) {
    const auto found = fields.find(name);
    return found == fields.end() ? std::string() : found->second;
  };
  static const TextPattern pids("process [0-9]+ \\([^)]*\\)");
  static const TextPattern amounts(" Consumed [0-9].* CPU time");
  // systemd's are read by a process of their own, of which it hears only that it has failed.
  static const TextPattern credentials("( credentials| CREDENTIALS spawning [^:]*): [A-Z].*");
  std::string line =
      of("PRIORITY") + " " + pids.replaced_in(of("MESSAGE"), "process PID (COMMAND)");
  line = credentials.replaced_in(line, "$1: REASON");
  if (!of("CPU_USAGE_NSEC").empty())
    line = amounts.replaced_in(line, " Consumed AMOUNT CPU time") + " CPU_USAGE_NSEC";
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
      // In words of its own.
      const auto message = fields.find("MESSAGE");
      static const TextPattern pid_file(": (Can't open PID file|No process of it in) ");
      if (message != fields.end() && pid_file.found_in(message->second)) continue;
      // Written by the child that could not become the program, at any time.
      static const TextPattern steps(": (Failed to set up |Failed to determine |Changing to the )");
      const bool is_of_child =
          (id != fields.end() && id->second == "641257651c1b4ec9a8624d7a40a9e1e7") ||
          (message != fields.end() && steps.found_in(message->second));
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

  static std::string service(const Case& of) { return of.name + ".service"; }

  // Does what comes first to every case that has something to be done, then what comes second.
  template <typename Action>
  static void for_each_verb(const Cases& cases, Action action) {
    for (std::size_t step = 0;; ++step) {
      const auto has_verb = [step](const Case& of) { return step < of.verbs.size(); };
      if (std::none_of(cases.begin(), cases.end(), has_verb)) return;
      std::this_thread::sleep_for(700ms);
      for (const Case& of : cases)
        if (has_verb(of)) action(of, of.verbs[step]);
    }
  }
  static void run_under_systemd(const Cases& cases) {
    std::vector<std::string> start{"start", "--no-block"};
    std::vector<std::string> states{"systemctl", "show", "--value", "-p", "ActiveState"};
    for (const Case& of : cases) {
      start.push_back(service(of));
      states.push_back(service(of));
    }
    systemctl(start);
    for_each_verb(cases, [](const Case& of, const std::string& verb) {
      systemctl({verb, service(of)});
    });
    wait_until([&] {
      std::istringstream lines(machine_->output_of(states));
      const auto is_over = [](const std::string& state) {
        return state.empty() || state == "inactive" || state == "failed";
      };
      return std::all_of(std::istream_iterator<std::string>(lines), {}, is_over);
    });
  }
  static std::unique_ptr<ChildProcess> logq_run(const std::string& unit) {
    // With the limits and capabilities of the machine's own first process.
    return std::make_unique<ChildProcess>(machine_->command(
        {"sh", "-c",
         "ulimit -n $(sed -n 's/^Max open files *\\([0-9]*\\).*/\\1/p' /proc/1/limits)\n"
         "export LOGQ_SOCKET=/run/logq/socket LOGQ_STDOUT_SOCKET=/run/logq/stdout\n"
         "exec setpriv --bounding-set=-sys_boot,-sys_module,-sys_rawio,-sys_time logq-run \"$0\"",
         "/run/systemd/system/" + unit}));
  }
  static void run_under_logq_run(const Cases& cases) {
    std::vector<std::unique_ptr<ChildProcess>> supervisors;
    for (const Case& of : cases)
      supervisors.push_back(logq_run(service(of)));
    for_each_verb(cases, [](const Case& of, const std::string& verb) {
      const std::string signal = verb == "stop" ? "-TERM" : "-HUP";
      EXPECT_EQ(machine_->run({"pkill", signal, "-f", "^logq-run .*/" + service(of) + "$"}).status,
                0);
    });
    for (const auto& supervisor : supervisors)
      supervisor->wait();
  }

  static void add_units(const Cases& cases) {
    for (const Case& of : cases)
      write_text_file(machine_->path("/run/systemd/system/" + service(of)), of.unit);
    systemctl({"daemon-reload"});
  }
  // Services know nothing of each other, so they live side by side.
  static void compare(const Cases& cases) {
    add_units(cases);
    run_under_systemd(cases);
    run_under_logq_run(cases);
    for (const Case& of : cases)
      EXPECT_EQ(by_logq_run(service(of)), by_systemd(service(of))) << of.name;
  }

  // Of the service itself and of its life: sorted, since sockets are read in any order.
  static std::vector<std::string> stored(const std::string& unit, const std::string& directory) {
    std::vector<std::string> arguments{
        "journalctl", "-q", "-o", "export", "_SYSTEMD_UNIT=" + unit, "+", "UNIT=" + unit};
    if (!directory.empty()) arguments.insert(arguments.end(), {"-D", directory});
    std::vector<std::string> lines;
    for (const Fields& fields : parse_export(machine_->output_of(arguments))) {
      std::string line;
      // What systemd's own child writes at the debug level before it is the program.
      const auto name = fields.find("SYSLOG_IDENTIFIER");
      if (name != fields.end() && name->second.starts_with("(")) continue;
      for (const char* field : {"PRIORITY", "MESSAGE", "MINE", "EXTRA", "TWO", "EMPTY"}) {
        const auto found = fields.find(field);
        if (found != fields.end()) line += std::string(field) + "=" + found->second + " ";
      }
      lines.push_back(line);
    }
    std::ranges::sort(lines);
    return lines;
  }
  // Returns what is stored of each.
  static std::map<std::string, std::vector<std::string>> compare_stored(
      const std::map<std::string, std::string>& settings) {
    Cases cases;
    for (const auto& [name, lines] : settings)
      cases.push_back({name, "[Service]\nExecStart=/usr/bin/python3 /opt/speaker.py\n" + lines});
    add_units(cases);
    run_under_systemd(cases);
    EXPECT_EQ(machine_->run({"journalctl", "--sync"}).status, 0);
    run_under_logq_run(cases);
    std::map<std::string, std::vector<std::string>> found;
    for (const Case& of : cases) {
      found[of.name] = stored(service(of), "");
      EXPECT_EQ(stored(service(of), "/var/log/logq"), found[of.name]) << of.name;
    }
    return found;
  }
};

TEST_F(SupervisionDifferential, ASimpleServiceThatIsStopped) {
  compare({{"simple",
            "[Unit]\nDescription=Simple one\n[Service]\nExecStart=/bin/sleep 1000\n",
            {"stop"}}});
}

TEST_F(SupervisionDifferential, ACrashLoop) {
  compare({{"crash",
            "[Unit]\nDescription=Crash\nStartLimitBurst=3\n[Service]\nRestart=on-failure\n"
            "ExecStart=/bin/sh -c 'echo hello; exit 3'\n"}});
}

TEST_F(SupervisionDifferential, AServiceThatSaysHowItIs) {
  compare({{"notify",
            "[Unit]\nDescription=Notify\n[Service]\nType=notify\nNotifyAccess=all\n"
            "ExecReload=/bin/true\n"
            "ExecStart=/bin/sh -c 'systemd-notify --ready --status=up; exec sleep 1000'\n",
            {"reload", "stop"}}});
}

TEST_F(SupervisionDifferential, AWatchdog) {
  compare({{"dog",
            "[Unit]\nStartLimitBurst=1\n[Service]\nWatchdogSec=1s\nRestart=on-watchdog\n"
            "ExecStart=/bin/sleep 1000\n"}});
}

TEST_F(SupervisionDifferential, AServiceThatIgnoresTheTermSignal) {
  compare({{"deaf",
            "[Service]\nTimeoutStopSec=1s\n"
            "ExecStart=/bin/sh -c 'trap \"\" TERM; while :; do sleep 1; done'\n",
            {"stop"}}});
}

TEST_F(SupervisionDifferential, AProgramThatIsNotThere) {
  compare({{"missing", "[Unit]\nDescription=Missing\n[Service]\nExecStart=/nonexistent/program\n"},
           {"missing-exec", "[Service]\nType=exec\nExecStart=/nonexistent/program\n"}});
}

TEST_F(SupervisionDifferential, OneshotServices) {
  compare({{"once", "[Service]\nType=oneshot\nExecStart=/bin/true\nExecStart=/bin/true\n"},
           {"once-fails", "[Service]\nType=oneshot\nExecStart=/bin/false\nExecStart=/bin/true\n"},
           {"once-stays",
            "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/true\n",
            {"stop"}}});
}

TEST_F(SupervisionDifferential, CommandsBeforeAndAfter) {
  compare(
      {{"all",
        "[Service]\nExecStartPre=/bin/true\nExecStartPost=/bin/true\nExecStop=/bin/true\n"
        "ExecStopPost=/bin/true\nExecStart=/bin/sleep 1000\n",
        {"stop"}},
       {"pre-fails", "[Service]\nExecStartPre=/bin/false\nExecStart=/bin/sleep 1000\n"},
       {"post-fails", "[Service]\nExecStartPost=/bin/false\nExecStart=/bin/sleep 1000\n"},
       {"stop-post-fails", "[Service]\nExecStopPost=/bin/sh -c 'exit 7'\nExecStart=/bin/true\n"},
       {"may-fail", "[Service]\nExecStartPre=-/bin/false\nExecStart=-/bin/false\n"}});
}

TEST_F(SupervisionDifferential, AConditionThatSaysNo) {
  compare({{"condition", "[Service]\nExecCondition=/bin/false\nExecStart=/bin/sleep 1000\n"},
           {"condition-broken",
            "[Service]\nExecCondition=/bin/sh -c 'exit 255'\nExecStart=/bin/sleep 1000\n"}});
}

TEST_F(SupervisionDifferential, ADaemonThatForks) {
  write_text_file(machine_->path("/opt/late"),
                  "(sleep 0.2; sh -c 'echo $PPID >/run/late.pid'; exec sleep 1000) & exit 0\n");
  compare({{"forking",
            "[Service]\nType=forking\nExecStart=/bin/sh -c 'sleep 1000 & exit 0'\n",
            {"stop"}},
           {"forking-fails", "[Service]\nType=forking\nExecStart=/bin/sh -c 'exit 4'\n"},
           {"forking-late",
            "[Service]\nType=forking\nPIDFile=/run/late.pid\nExecStart=/bin/sh /opt/late\n",
            {"stop"}},
           {"forking-nobody",
            "[Service]\nType=forking\nPIDFile=/run/never.pid\nExecStart=/bin/true\n"}});
  EXPECT_NE(machine_->run({"test", "-e", "/run/late.pid"}).status, 0);
}

TEST_F(SupervisionDifferential, StartsThatTakeTooLong) {
  compare({{"slow",
            "[Unit]\nDescription=Slow\n[Service]\nType=notify\nTimeoutStartSec=1s\n"
            "ExecStart=/bin/sleep 1000\n"},
           {"slow-pre",
            "[Service]\nTimeoutStartSec=1s\nExecStartPre=/bin/sleep 1000\nExecStart=/bin/true\n"},
           {"long", "[Service]\nRuntimeMaxSec=1s\nExecStart=/bin/sleep 1000\n"}});
}

TEST_F(SupervisionDifferential, ServicesThatUseTheProcessor) {
  write_text_file(machine_->path("/opt/spend.py"),
                  "import time\nwhile time.process_time() < 1.05: pass\n");
  const std::string spend = "/bin/sh -c 'python3 /opt/spend.py; exit 3'\n";
  compare(
      {{"spends-again",
        "[Unit]\nStartLimitBurst=1\n[Service]\nRestart=on-failure\nExecStart=" + spend},
       {"spends-at-start", "[Service]\nType=oneshot\nExecStart=" + spend},
       {"spends-at-stop", "[Service]\nExecStart=/bin/sleep 1000\nExecStop=-" + spend, {"stop"}}});
  EXPECT_NE(by_systemd("spends-again.service").find(" Consumed AMOUNT "), std::string::npos);
}

TEST_F(SupervisionDifferential, AProtocolThatIsBroken) {
  compare({{"early", "[Service]\nType=notify\nExecStart=/bin/true\n"}});
}

TEST_F(SupervisionDifferential, WhatAUnitSaysAboutItsLog) {
  write_text_file(machine_->path("/opt/speaker.py"), R"py(
import os, socket
directory = os.path.dirname(os.environ.get("LOGQ_SOCKET", "/run/systemd/journal/socket"))
datagrams = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
for level in range(3, 8):
    print("<%d>line %d" % (level, level), flush=True)
    entry = "MESSAGE=native %d\nPRIORITY=%d\nMINE=yes\n" % (level, level)
    datagrams.sendto(entry.encode(), directory + "/socket")
    message = "<%d>Oct 11 22:14:15 tag: syslog %d" % (24 + level, level)
    datagrams.sendto(message.encode(), directory + "/dev-log")
)py");
  const auto stored = compare_stored({
      {"said-nothing", ""},
      {"said-level", "LogLevelMax=4\n"},
      {"said-debug", "LogLevelMax=debug\n"},
      {"said-fields", "LogExtraFields=EXTRA=one \"TWO=x y\"\nLogExtraFields=EMPTY=\n"},
      {"said-failure", "LogLevelMax=err\nLogExtraFields=EXTRA=one\nExecStopPost=/bin/false\n"},
      {"said-restart",
       "LogLevelMax=warning\nLogExtraFields=EXTRA=%p\nRestart=on-success\n"
       "StartLimitBurst=2\nRestartPreventExitStatus=\n"},
  });
  EXPECT_EQ(stored.at("said-nothing").size(), 17U);
  EXPECT_EQ(stored.at("said-level").size(), 6U);
}

// --- socket units ---

struct SocketCase {
  std::string name;
  std::string socket;
  std::string service;      // or its template
  std::string client = {};  // a script of Python's that is run when the socket is open
};

class SocketDifferential : public SupervisionDifferential {
 protected:
  static std::string file(const SocketCase& of) { return of.name + ".socket"; }
  // Of the socket, then of what it has started. A client's port is another one each time.
  static std::string lives(const SocketCase& of, const std::vector<Fields>& entries) {
    std::vector<Fields> of_socket;
    std::vector<Fields> of_services;
    for (const Fields& fields : entries) {
      const auto found = fields.find("UNIT");
      const std::string unit = found == fields.end() ? "" : found->second;
      if (unit == file(of)) of_socket.push_back(fields);
      if (unit == of.name + ".service" || unit.starts_with(of.name + "@"))
        of_services.push_back(fields);
    }
    static const TextPattern ports("(127\\.0\\.0\\.1|::1\\]?):[0-9]{5}");
    return ports.replaced_in(told(of_socket) + told(of_services), "$1:PORT");
  }
  static std::string stored_lives(const SocketCase& of, std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"journalctl", "-q", "-o", "export"});
    return lives(of, parse_export(machine_->output_of(std::move(arguments))));
  }
  static void run_client(const SocketCase& of) {
    if (of.client.empty()) return;
    const CommandResult result = machine_->run({"python3", "-c", of.client});
    EXPECT_EQ(result.status, 0) << of.name << ": " << result.err;
  }
  static std::string by_systemd(const SocketCase& of) {
    systemctl({"start", file(of)});
    run_client(of);
    systemctl({"stop", file(of)});
    EXPECT_EQ(machine_->run({"journalctl", "--sync"}).status, 0);
    return stored_lives(of, {});
  }
  static std::string by_logq_run(const SocketCase& of) {
    const auto supervisor = logq_run(file(of));
    const auto has_told = [&of](const char* what) {
      return stored_lives(of, {"-D", "/var/log/logq"}).find(what) != std::string::npos;
    };
    wait_until([&] { return has_told("Listening on ") || has_told("Failed to listen on "); });
    run_client(of);
    std::ignore = machine_->run({"pkill", "-TERM", "-f", "^logq-run .*/" + file(of) + "$"});
    supervisor->wait();
    return stored_lives(of, {"-D", "/var/log/logq"});
  }
  static void compare(const std::vector<SocketCase>& cases) {
    for (const SocketCase& of : cases) {
      const bool accepts = of.socket.find("Accept=yes") != std::string::npos;
      const std::string directory = "/run/systemd/system/" + of.name;
      write_text_file(machine_->path(directory + ".socket"), of.socket);
      write_text_file(machine_->path(directory + (accepts ? "@" : "") + ".service"), of.service);
    }
    systemctl({"daemon-reload"});
    for (const SocketCase& of : cases) {
      const std::string by_systemd = SocketDifferential::by_systemd(of);
      EXPECT_NE(by_systemd.find(file(of)), std::string::npos) << of.name;
      EXPECT_EQ(by_logq_run(of), by_systemd) << of.name;
    }
  }
};

TEST_F(SocketDifferential, AnInstanceForEachConnection) {
  ASSERT_EQ(machine_->run({"ip", "link", "set", "lo", "up"}).status, 0);
  // What comes back ends when the instance has.
  const std::string connect =
      "import socket\n"
      "def connect(host, port): return socket.create_connection((host, port))\n"
      "def rest(s): s.shutdown(socket.SHUT_WR); return s.makefile('rb').read()\n";
  compare({{"echoes",
            "[Unit]\nDescription=Echoes\n[Socket]\nListenStream=127.0.0.1:2000\n"
            "ListenStream=[::1]:2001\nAccept=yes\nMaxConnections=2\nMaxConnectionsPerSource=1\n",
            "[Unit]\nDescription=Echo\n[Service]\nStandardInput=socket\n"
            "ExecStart=/bin/sh -c 'echo hello; cat; exit 3'\n",
            connect + "a = connect('127.0.0.1', 2000); assert a.recv(6) == b'hello\\n'\n"
                      "b = connect('127.0.0.1', 2000); assert rest(b) == b''\n"
                      "c = connect('::1', 2001); assert c.recv(6) == b'hello\\n'\n"
                      "d = connect('::1', 2001); assert rest(d) == b''\n"
                      "assert rest(c) == b''; assert rest(a) == b''\n"},
           {"hasty", "[Socket]\nListenStream=127.0.0.1:2002\nAccept=yes\nTriggerLimitBurst=1\n",
            "[Service]\nExecStartPre=/bin/true\nStandardOutput=socket\nExecStart=/bin/true\n",
            connect + "rest(connect('127.0.0.1', 2002)); rest(connect('127.0.0.1', 2002))\n"}});
}

// Its commands speak: what they say is of the socket's unit, and in its place.
TEST_F(SocketDifferential, CommandsOfSockets) {
  const auto unit = [](const std::string& name, const std::string& lines) {
    return SocketCase{name,
                      "[Unit]\nDescription=Some\n[Socket]\nListenStream=/run/" + name +
                          ".sock\nRemoveOnStop=yes\n" + lines,
                      "[Service]\nExecStart=/bin/true\n"};
  };
  compare(
      {unit("all-commands",
            "ExecStartPre=/bin/true\nExecStartPre=/bin/sh -c 'test ! -e /run/all-commands.sock'\n"
            "ExecStartPost=/bin/sh -c 'test -S /run/all-commands.sock'\n"
            "ExecStopPre=/bin/true\nExecStopPost=/bin/sh -c 'test -z \"$SERVICE_RESULT\"'\n"),
       unit("pre-fails",
            "ExecStartPre=/bin/false\nExecStopPre=/bin/false\n"
            "ExecStopPost=/bin/false\n"),
       unit("post-fails",
            "ExecStartPost=/bin/false\nExecStopPre=/bin/sh -c 'exit 3'\n"
            "ExecStopPost=/bin/sh -c 'exit 4'\n"),
       unit("stop-fails",
            "ExecStopPre=/bin/sh -c 'exit 3'\nExecStopPost=/bin/sh -c 'kill -9 $$$$'\n"),
       unit("may-fail", "ExecStartPre=-/bin/false\nExecStopPost=-/bin/false\n"),
       unit("no-program", "ExecStartPre=/nonexistent/program\n"),
       unit("slow-pre", "TimeoutSec=200ms\nExecStartPre=/bin/sleep 100\nExecStopPost=/bin/false\n"),
       unit("slow-stop",
            "TimeoutSec=200ms\nExecStopPre=/bin/sleep 100\nExecStopPost=/bin/sleep 100\n"),
       unit("deaf-stop",
            "TimeoutSec=200ms\nExecStopPost=/bin/sh -c 'trap \"\" TERM; exec sleep 100'\n")});
}

// What a process finds, told by itself in a file. Each command of a unit adds a part.
class FoundByProcesses : public SupervisionDifferential {
 protected:
  // What is of one run only, or says who the service manager is.
  static std::string masked(std::string text) {
    static const TextPattern runs(
        "(INVOCATION_ID|SYSTEMD_EXEC_PID|JOURNAL_STREAM|NOTIFY_SOCKET|WATCHDOG_PID|LISTEN_PID|"
        "MAINPID)=[^\n]"
        "*");
    text = runs.replaced_in(text, "$1=MASKED");
    // The way to the collector, which is handed on, and what the machine gives all its units.
    static const TextPattern ours("(LOGQ_SOCKET|LOGQ_STDOUT_SOCKET|ASAN_OPTIONS)=[^\n]*\n");
    return ours.replaced_in(text, "");
  }
  std::string found_by(const Case& of, void (*run)(const Cases& cases)) {
    std::ignore = machine_->run({"rm", "-rf", "/tmp/found"});
    run({of});
    return masked(machine_->output_of({"cat", "/tmp/found"}));
  }
  // The unit's program is a script that tells; `lines` are of [Service].
  void compare_found(const std::string& name, const std::string& lines) {
    SCOPED_TRACE(name);
    const Case of{
        name, "[Service]\nType=oneshot\nLimitNOFILE=500:1000\nExecStart=/bin/sh /opt/tell start\n" +
                  lines};
    add_units({of});
    const std::string by_systemd = found_by(of, &run_under_systemd);
    EXPECT_FALSE(by_systemd.empty());
    EXPECT_EQ(found_by(of, &run_under_logq_run), by_systemd);
  }
  void SetUp() override {
    SupervisionDifferential::SetUp();
    if (IsSkipped() || HasFatalFailure()) return;
    write_text_file(
        machine_->path("/opt/tell"),
        "exec 5>>/tmp/found; chmod 666 /tmp/found 2>/dev/null; { echo \"-- $1\"; env | grep -v "
        "'^_=' | sort; id; umask; pwd; ulimit -a; ulimit -Ha; nice; cat /proc/self/oom_score_adj; "
        "grep -E '^(Cap|NoNewPrivs|SigBlk|SigIgn)' /proc/self/status; readlink /proc/self/fd/0; "
        "for path in $(env | sed -n 's/^[A-Z]*_DIRECTORY=//p' | tr : '\\n' | sort); do stat -c "
        "'%n %A %U %G' \"$path\" \"${path%/*}\"; done; } >&5\n");
  }
};

TEST_F(FoundByProcesses, WhereTheUnitSaysNothing) {
  compare_found("found-plain", "");
}

TEST_F(FoundByProcesses, OfAUserAndGroups) {
  compare_found("found-user", "User=daemon\n");
  compare_found("found-group", "Group=adm\n");
  compare_found("found-both", "User=daemon\nGroup=adm\nSupplementaryGroups=audio video\n");
  compare_found("found-groups", "SupplementaryGroups=audio 44\n");
  compare_found("found-root", "User=root\n");
  compare_found("found-number", "User=1\n");
  compare_found("found-nobody", "User=nobody\n");
  compare_found("found-home", "User=daemon\nWorkingDirectory=~\n");
}

TEST_F(FoundByProcesses, InItsEnvironment) {
  write_text_file(machine_->path("/opt/1.env"), "ONE=1\nSHARED=of a file\n");
  write_text_file(machine_->path("/opt/2.env"), "TWO=2\n");
  compare_found("found-environment",
                "Environment=SHARED=of-the-unit OTHER=\"a b\" HOME=/nowhere\n"
                "EnvironmentFile=/opt/*.env\nEnvironmentFile=-/opt/none.env\n"
                "PassEnvironment=NOT_THERE PATH\nUnsetEnvironment=LANG OTHER\n");
  compare_found("found-commands",
                "ExecStartPre=/bin/sh /opt/tell pre\nExecStop=/bin/sh /opt/tell stop\n"
                "ExecStopPost=/bin/sh /opt/tell post\nNotifyAccess=main\nPIDFile=/run/x.pid\n");
  compare_found("found-exit-status",
                "ExecStart=/bin/sh -c 'exit 3'\nExecStopPost=/bin/sh /opt/tell post\n");
  compare_found("found-exit-signal",
                "ExecStart=/bin/sh -c 'kill -KILL $$$$'\nExecStopPost=/bin/sh /opt/tell post\n");
}

TEST_F(FoundByProcesses, OfLimitsAndPrivileges) {
  compare_found("found-limits",
                "LimitNOFILE=100:200\nLimitCORE=0\nLimitNPROC=500\nUMask=0027\nNice=5\n"
                "OOMScoreAdjust=300\nWorkingDirectory=/var\nIgnoreSIGPIPE=no\n");
  compare_found("found-bounded", "CapabilityBoundingSet=CAP_CHOWN CAP_KILL\nNoNewPrivileges=yes\n");
  compare_found("found-ambient",
                "User=daemon\nAmbientCapabilities=CAP_NET_BIND_SERVICE CAP_KILL\n");
  compare_found("found-ambient-bounded",
                "User=daemon\nAmbientCapabilities=CAP_KILL\nCapabilityBoundingSet=CAP_KILL\n");
  compare_found("found-ambient-root", "AmbientCapabilities=CAP_KILL\n");
  compare_found(
      "found-prefixes",
      "User=daemon\nCapabilityBoundingSet=CAP_KILL\nExecStartPre=+/bin/sh /opt/tell full\n"
      "ExecStartPre=!/bin/sh /opt/tell kept\n");
}

TEST_F(FoundByProcesses, OfItsDirectories) {
  compare_found("found-directories",
                "User=daemon\nRuntimeDirectory=fd-a fd-b/c\nStateDirectory=fd-s\n"
                "StateDirectoryMode=0700\nCacheDirectory=fd-c\nLogsDirectory=fd-l/x fd-l\n"
                "ConfigurationDirectory=fd-e\nExecStartPre=/bin/sh /opt/tell pre\n"
                "ExecStopPost=/bin/sh /opt/tell post\nUMask=0077\n");
  EXPECT_NE(machine_->run({"test", "-e", "/run/fd-a"}).status, 0);
  EXPECT_EQ(machine_->run({"test", "-d", "/var/lib/fd-s"}).status, 0);
  compare_found("found-directories-of-group", "Group=adm\nRuntimeDirectory=fd-g\n");
}

TEST_F(FoundByProcesses, OfItsCredentials) {
  // systemd mounts them from a namespace of its own, which it takes for granted to reach it.
  ASSERT_EQ(machine_->run({"mount", "--make-rshared", "/"}).status, 0);
  write_text_file(machine_->path("/opt/key"), "secret\n");
  std::filesystem::create_directories(machine_->path("/opt/keys/sub"));
  write_text_file(machine_->path("/opt/keys/one"), "1");
  write_text_file(machine_->path("/opt/keys/sub/two"), "2");
  std::filesystem::create_directories(machine_->path("/etc/credstore"));
  write_text_file(machine_->path("/etc/credstore/stored"), "of the store");
  compare_found(
      "found-credentials",
      "User=daemon\nLoadCredential=key:/opt/key\nLoadCredential=dir:/opt/keys\n"
      "LoadCredential=stored\nLoadCredential=nowhere\nLoadCredential=word:/opt/missing\n"
      "SetCredential=key:not taken\nSetCredential=word:a:\\x00\\n%n\n"
      "Environment=PLACE=%d\nExecStartPre=/bin/sh /opt/tell pre\n"
      "ExecStart=/bin/sh -c 'cd $CREDENTIALS_DIRECTORY; { ls -a; for name in *; do stat -c "
      "\"%%n %%A %%U %%G\" $name; od -c $name; done; } >>/tmp/found'\n"
      "ExecStopPost=/bin/sh /opt/tell post\n");
  EXPECT_NE(machine_->run({"test", "-e", "/run/credentials/found-credentials.service"}).status, 0);
}

TEST_F(FoundByProcesses, AtItsInputAndOutput) {
  write_text_file(machine_->path("/opt/input"), "x\n");
  compare_found("found-input", "StandardInput=file:/opt/input\nExecStartPre=/bin/cat\n");
  compare_found("found-output",
                "ExecStartPost=/bin/sh -c 'echo out; echo error >&2'\n"
                "StandardOutput=append:/tmp/found\n");
  compare_found("found-error",
                "ExecStartPost=/bin/sh -c 'echo out; echo error >&2; readlink /proc/self/fd/1'\n"
                "StandardError=append:/tmp/found\n");
  compare_found("found-file",
                "ExecStartPost=/bin/sh -c 'echo out; echo error >&2; readlink /proc/self/fd/1'\n"
                "StandardOutput=append:/tmp/found\nStandardError=journal\n");
}

TEST_F(FoundByProcesses, AtDescriptorsWithNames) {
  write_text_file(machine_->path("/run/systemd/system/found-named.socket"),
                  "[Socket]\nFileDescriptorName=pipe\nListenFIFO=/run/found.one\n"
                  "ListenFIFO=/run/found.two\n");
  write_text_file(machine_->path("/opt/look"),
                  "exec 5>>/tmp/found\n"
                  "for fd in 0 1 2; do readlink /proc/$$/fd/$fd | sed 's/:.*//' >&5; done\n");
  for (const char* lines : {"StandardInput=fd:pipe\nStandardError=journal\n",
                            "StandardInput=fd:pipe\nStandardOutput=fd:pipe\n",
                            "StandardOutput=fd:pipe\nStandardError=fd:pipe\n"})
    compare_found("found-named", std::string("ExecStart=/bin/sh /opt/look\n"
                                             "Sockets=found-named.socket\n") +
                                     lines);
  systemctl({"stop", "found-named.socket"});
}

TEST_F(FoundByProcesses, OfTheServiceThatTheyFollow) {
  write_text_file(
      machine_->path("/run/systemd/system/follow-it@.service"),
      "[Service]\nType=oneshot\nLimitNOFILE=500:1000\nExecStartPre=/bin/sh /opt/tell pre\n"
      "ExecStart=/bin/sh /opt/tell \"start of %i\"\nExecStopPost=/bin/sh /opt/tell post\n");
  const std::string follow = "=follow-it@%n.service follow-it@%n.service\n";
  const Cases cases{
      {"ends", "[Unit]\nOnSuccess" + follow + "[Service]\nExecStart=/bin/true\n"},
      {"fails", "[Unit]\nStartLimitBurst=1\nOnFailure" + follow +
                    "[Service]\nRestart=on-failure\nExecStart=/bin/sh -c 'exit 3'\n"},
      {"start-killed", "[Unit]\nOnFailure" + follow +
                           "[Service]\nType=oneshot\nExecStart=/bin/sh -c 'kill -KILL $$$$'\n"}};
  for (const Case& of : cases) {
    SCOPED_TRACE(of.name);
    const std::string follower = "follow-it@" + service(of) + ".service";
    add_units({of});
    const auto run_and_await = [](const Cases& one) {
      run_under_systemd(one);
      const std::string name = "follow-it@" + service(one.front()) + ".service";
      EXPECT_TRUE(
          wait_until([&] { return by_systemd(name).find("Finished ") != std::string::npos; }));
    };
    const std::string found = found_by(of, run_and_await);
    EXPECT_NE(found.find("MONITOR_UNIT=" + service(of)), std::string::npos) << found;
    EXPECT_EQ(found_by(of, &run_under_logq_run), found);
    EXPECT_EQ(by_logq_run(service(of)), by_systemd(service(of)));
    EXPECT_EQ(by_logq_run(follower), by_systemd(follower));
  }
}

// What is not there ends a start in the same way.
TEST_F(SupervisionDifferential, WhatAStartNeedsIsNotThere) {
  write_text_file(machine_->path("/run/file"), "");
  compare(
      {{"lacks-environment", "[Service]\nEnvironmentFile=/opt/missing.env\nExecStart=/bin/true\n"},
       {"lacks-input", "[Service]\nStandardInput=file:/opt/missing\nExecStart=/bin/true\n"},
       {"lacks-user", "[Service]\nUser=nosuchuser\nExecStart=/bin/true\n"},
       {"lacks-group", "[Service]\nGroup=nosuchgroup\nExecStart=/bin/true\n"},
       {"lacks-directory", "[Service]\nWorkingDirectory=/missing\nExecStart=/bin/true\n"},
       {"lacks-runtime", "[Service]\nRuntimeDirectory=file/inner\nExecStart=/bin/true\n"},
       {"lacks-descriptor", "[Service]\nStandardInput=fd:none\nExecStart=/bin/true\n"},
       {"lacks-credential", "[Service]\nLoadCredential=key:/opt/missing\nExecStart=/bin/true\n"}});
}

// A machine of its own, as it takes as long as all the others.
class RestartPolicyDifferential : public SupervisionDifferential {};

// The table of Restart= in systemd.service(5), each cell by what happens.
TEST_F(RestartPolicyDifferential, EveryRestartPolicyAfterEveryEnd) {
  const std::vector<std::pair<std::string, std::string>> ends{
      {"success", "ExecStart=/bin/true\n"},
      {"failure", "ExecStart=/bin/false\n"},
      {"term", "ExecStart=/bin/sh -c 'kill -TERM $$$$'\n"},
      {"kill", "ExecStart=/bin/sh -c 'kill -KILL $$$$'\n"},
      {"abort", "ExecStart=/bin/sh -c 'kill -ABRT $$$$'\nLimitCORE=0\n"},
      {"watchdog", "WatchdogSec=500ms\nExecStart=/bin/sleep 1000\n"},
      {"timeout", "Type=notify\nTimeoutStartSec=500ms\nExecStart=/bin/sleep 1000\n"},
      {"spawn", "ExecStart=/nonexistent/program\n"}};
  Cases cases;
  for (const char* policy :
       {"no", "always", "on-success", "on-failure", "on-abnormal", "on-abort", "on-watchdog"}) {
    for (const auto& [name, lines] : ends) {
      cases.push_back(
          {std::string("matrix-") + policy + "-" + name,
           std::string("[Unit]\nStartLimitBurst=2\n[Service]\nRestart=") + policy + "\n" + lines});
    }
  }
  compare(cases);
}

}  // namespace
}  // namespace logq::test
