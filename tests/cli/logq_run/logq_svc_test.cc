// logq-svc and the tools of daemontools and runit towards a real logq-run.
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <deque>
#include <filesystem>

#include <gtest/gtest.h>

#include "cli/logq_run/programs.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

class LogqSvcTest : public testing::Test {
 protected:
  [[nodiscard]] Environment environment() const {
    Environment environment = without_collector();
    environment.emplace_back("LOGQ_RUN_DIR", runtime_.path());
    return environment;
  }
  std::string unit(const std::string& name = "hello.service") const {
    return runtime_.path() + "/" + name;
  }
  CommandResult run(Strings argv) const {
    return run_command(command(std::move(argv), environment()));
  }
  CommandResult svc(Strings arguments) const {
    arguments.insert(arguments.begin(), kLogqSvc);
    return run(std::move(arguments));
  }
  // What logq-run is started with, until its service is told to be up.
  SupervisorProcess& supervise(Strings arguments) {
    arguments.insert(arguments.begin(), kLogqRun);
    running_.emplace_back(command(std::move(arguments), environment()));
    return running_.back();
  }
  SupervisorProcess& supervise_sleep(Strings options = {}) {
    Strings arguments{"-u", "hello"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    for (const char* word : {"--", "sleep", "1000"})
      arguments.emplace_back(word);
    SupervisorProcess& child = supervise(std::move(arguments));
    EXPECT_TRUE(wait_until([&] { return svc({"-q", "status", "hello"}).status == 0; }));
    return child;
  }
  std::string unit_file(const std::string& service) const {
    const std::string path = files_.path() + "/hello.service";
    write_text_file(path, "[Unit]\nDescription=Hello\n[Service]\n" + service);
    return path;
  }
  // "MainPID" of the status.
  std::string fact(const std::string& name) const {
    const std::string out = svc({"--json", "status", "hello"}).out;
    const std::string key = "\"" + name + "\":";
    const std::size_t from = out.find(key);
    if (from == std::string::npos) return "";
    const std::size_t begin = from + key.size();
    return out.substr(begin, out.find_first_of(",}", begin) - begin);
  }
  bool becomes(const std::string& name, const std::string& value) const {
    return wait_until([&] { return fact(name) == value; });
  }
  static bool has_program(const std::string& name) {
    return run_command(command({"sh", "-c", "command -v " + name}, {})).status == 0;
  }

  TempDir runtime_;
  TempDir files_;
  std::deque<SupervisorProcess> running_;
};

TEST_F(LogqSvcTest, TellsHowAServiceIs) {
  const pid_t supervisor = supervise_sleep({"--description=Says hello"}).pid();

  const CommandResult status = svc({"status", "hello"});

  EXPECT_EQ(status.status, 0);
  const std::string pid = fact("MainPID");
  EXPECT_TRUE(
      status.out.starts_with("hello.service - Says hello\n     Active: active (running) "
                             "since "))
      << status.out;
  EXPECT_NE(status.out.find("\n   Main PID: " + pid + " (sleep)\n"), std::string::npos);
  EXPECT_NE(status.out.find("\n Supervisor: " + std::to_string(supervisor) + "\n"),
            std::string::npos);
}

TEST_F(LogqSvcTest, WhatWasStoppedStaysDownUntilItIsStarted) {
  SupervisorProcess& supervisor = supervise_sleep({"--restart=always"});
  const std::string first = fact("MainPID");

  EXPECT_EQ(svc({"stop", "hello"}).status, 0);
  const CommandResult down = svc({"status", "hello"});
  EXPECT_EQ(down.status, 3);
  EXPECT_NE(down.out.find("inactive (dead)"), std::string::npos) << down.out;
  EXPECT_NE(down.out.find("held down"), std::string::npos) << down.out;
  EXPECT_EQ(svc({"stop", "hello"}).status, 0) << "it is down already";

  EXPECT_EQ(svc({"start", "hello"}).status, 0);
  EXPECT_NE(fact("MainPID"), first);
  EXPECT_EQ(svc({"start", "hello"}).status, 0) << "it is up already";
  EXPECT_EQ(fact("Wanted"), "\"up\"");
  supervisor.signal(SIGTERM);
  EXPECT_EQ(supervisor.wait().status, 143);
  EXPECT_FALSE(std::filesystem::exists(unit()));
}

TEST_F(LogqSvcTest, ASignalEndsASupervisorThatHoldsItsServiceDown) {
  SupervisorProcess& supervisor = supervise_sleep();
  ASSERT_EQ(svc({"stop", "hello"}).status, 0);

  supervisor.signal(SIGTERM);

  EXPECT_EQ(supervisor.wait().status, 143);
}

TEST_F(LogqSvcTest, ExitStopsTheServiceAndEndsTheSupervisor) {
  SupervisorProcess& supervisor = supervise_sleep({"--restart=always"});
  EXPECT_EQ(svc({"exit", "hello"}).status, 0);
  EXPECT_EQ(supervisor.wait().status, 143);
}

TEST_F(LogqSvcTest, LeaveWaitsForTheServicesOwnEnd) {
  SupervisorProcess& supervisor = supervise({"-u", "hello", "--", "sh", "-c", "read line; exit 5"});
  // Its standard input is empty: it ends at once, unless it is stopped first.
  EXPECT_EQ(supervisor.wait().status, 5);

  SupervisorProcess& sleeping = supervise_sleep();
  EXPECT_EQ(svc({"leave", "hello"}).status, 0);
  EXPECT_EQ(fact("ActiveState"), "\"active\"");
  EXPECT_EQ(svc({"kill", "hello"}).status, 0);
  EXPECT_EQ(sleeping.wait().status, 143);
}

TEST_F(LogqSvcTest, RestartsWhateverRestartSays) {
  supervise_sleep();
  const std::string first = fact("MainPID");

  EXPECT_EQ(svc({"restart", "hello"}).status, 0);

  EXPECT_EQ(fact("ActiveState"), "\"active\"");
  EXPECT_NE(fact("MainPID"), first);
}

TEST_F(LogqSvcTest, OnceIsNotRestartedAndHolds) {
  supervise_sleep({"--restart=always", "--property=RestartSec=0"});
  EXPECT_EQ(svc({"once", "hello"}).status, 0);
  EXPECT_EQ(svc({"kill", "-s", "KILL", "hello"}).status, 0);

  EXPECT_TRUE(becomes("ActiveState", "\"failed\""));
  EXPECT_EQ(fact("ExecMainStatusText"), "\"9/KILL\"");
  EXPECT_EQ(svc({"reset", "hello"}).status, 0);
  EXPECT_EQ(fact("ActiveState"), "\"inactive\"");
}

TEST_F(LogqSvcTest, StartWaitsForTheServicesWord) {
  // bash has no socket of that kind: the word is sent by whoever can.
  if (!has_program("systemd-notify")) GTEST_SKIP() << "systemd-notify is not installed";
  const std::string go = files_.path() + "/go";
  const std::string file = unit_file(
      "Type=notify\nNotifyAccess=all\nRestart=always\n"
      "ExecStart=/bin/sh -c 'until [ -e " +
      go +
      " ]; do sleep 0.05; done; "
      "systemd-notify --ready --status=listening; exec sleep 1000'\n");
  supervise({file});
  ASSERT_TRUE(becomes("ActiveState", "\"activating\""));
  EXPECT_EQ(svc({"-q", "status", "hello"}).status, 3);
  ChildProcess start(command({kLogqSvc, "start", "hello"}, environment()));
  EXPECT_EQ(svc({"--no-wait", "start", "hello"}).status, 0);

  write_text_file(go, "");

  EXPECT_EQ(start.wait().status, 0);
  EXPECT_EQ(fact("ActiveState"), "\"active\"");
  EXPECT_TRUE(becomes("StatusText", "\"listening\""));
}

TEST_F(LogqSvcTest, AStartThatFailsIsTold) {
  const std::string broken = files_.path() + "/broken";
  const std::string file = unit_file(
      "Type=oneshot\nRemainAfterExit=yes\nExecStart=/bin/sh -c '! test -e " + broken + "'\n");
  supervise({file});
  ASSERT_TRUE(becomes("SubState", "\"exited\""));
  ASSERT_EQ(svc({"stop", "hello"}).status, 0);
  write_text_file(broken, "");
  ChildProcess wait(command({kLogqSvc, "wait", "hello"}, environment()));
  EXPECT_EQ(wait.wait().status, 0) << "it is down, and that is success";

  const CommandResult start = svc({"start", "hello"});

  EXPECT_EQ(start.status, 1);
  EXPECT_EQ(start.err, "logq-svc: hello.service: the job has ended: failed\n");
}

TEST_F(LogqSvcTest, WaitIsAMonitor) {
  supervise_sleep();
  // Then the supervisor stays, and tells the same to who asks too late.
  ASSERT_EQ(svc({"once", "hello"}).status, 0);
  ChildProcess monitor(command({kLogqSvc, "wait", "hello"}, environment()));
  EXPECT_EQ(svc({"status", "hello"}).status, 0);
  EXPECT_EQ(monitor.out(), "");

  ASSERT_EQ(svc({"kill", "-s", "KILL", "hello"}).status, 0);

  const std::string line = "hello.service: failed (signal), code=killed, status=9/KILL\n";
  const CommandResult ended = monitor.wait();
  EXPECT_EQ(ended.status, 137);
  EXPECT_EQ(ended.out, line);
  EXPECT_EQ(svc({"wait", "hello"}).out, line);
}

TEST_F(LogqSvcTest, ReloadsWhatCanBeReloaded) {
  supervise_sleep();
  const CommandResult refused = svc({"reload", "hello"});
  EXPECT_EQ(refused.status, 1);
  EXPECT_EQ(refused.err, "logq-svc: hello.service: it cannot do that now\n");
  ASSERT_EQ(svc({"exit", "hello"}).status, 0);
  ASSERT_TRUE(wait_until([&] { return !std::filesystem::exists(unit()); }));

  const std::string done = files_.path() + "/reloaded";
  const std::string file =
      unit_file("ExecStart=/bin/sleep 1000\nExecReload=/bin/touch " + done + "\n");
  supervise({file});
  ASSERT_TRUE(becomes("ActiveState", "\"active\""));
  EXPECT_EQ(svc({"reload", "hello"}).status, 0);
  EXPECT_TRUE(std::filesystem::exists(done));
}

TEST_F(LogqSvcTest, ListsAllThatIsThere) {
  EXPECT_EQ(svc({"status"}).status, 4);
  supervise_sleep();
  supervise({"-u", "other", "--", "sleep", "1000"});
  ASSERT_TRUE(wait_until([&] { return svc({"-q", "status", "other"}).status == 0; }));

  const CommandResult all = svc({"status"});

  EXPECT_EQ(all.status, 0);
  EXPECT_TRUE(all.out.starts_with("hello.service: active (running), pid ")) << all.out;
  EXPECT_NE(all.out.find("\nother.service: active (running), pid "), std::string::npos) << all.out;
}

TEST_F(LogqSvcTest, SaysWhatIsNotThere) {
  const CommandResult missing = svc({"status", "nobody"});
  EXPECT_EQ(missing.status, 4);
  EXPECT_EQ(missing.err,
            "logq-svc: nobody.service: no such unit is supervised in " + runtime_.path() + "\n");
  EXPECT_EQ(svc({"start", "nobody"}).status, 4);
  EXPECT_EQ(svc({"wait", "nobody"}).status, 125);
  EXPECT_EQ(svc({"-q", "status", "nobody"}).err, "");
  EXPECT_EQ(svc({}).status, 2);
  EXPECT_EQ(svc({"frobnicate", "hello"}).status, 2);
  EXPECT_EQ(svc({"signal", "hello"}).status, 2) << "that is for letters";
  EXPECT_EQ(svc({"start"}).status, 2);
  EXPECT_EQ(svc({"kill", "-s", "NOPE", "hello"}).status, 2);
}

TEST_F(LogqSvcTest, WhatAKilledSupervisorHasLeftIsStale) {
  SupervisorProcess& supervisor = supervise_sleep();
  const pid_t service = std::stoi(fact("MainPID"));
  supervisor.signal(SIGKILL);
  supervisor.wait();

  const CommandResult status = svc({"status", "hello"});
  EXPECT_EQ(status.status, 4);
  EXPECT_EQ(status.err, "logq-svc: hello.service: its supervisor has gone; what is in " + unit() +
                            " is stale\n");
  EXPECT_EQ(svc({"svstat", "hello"}).out, "hello.service: supervise not running\n");
  signal_process(service, SIGKILL);

  supervise_sleep();
  EXPECT_EQ(svc({"status", "hello"}).status, 0) << "a successor takes the directory over";
}

TEST_F(LogqSvcTest, AUnitFileIsRunOnce) {
  const std::string file = unit_file("ExecStart=/bin/sleep 1000\n");
  supervise({file});
  ASSERT_TRUE(becomes("ActiveState", "\"active\""));

  const CommandResult second = run({kLogqRun, file});

  EXPECT_EQ(second.status, 111);
  EXPECT_EQ(second.err,
            "logq-run: hello.service: Another logq-run runs it already: unable to lock " + unit() +
                "/supervise.\n");
  EXPECT_EQ(svc({"-q", "status", "hello"}).status, 0) << "the first is as it was";
}

TEST_F(LogqSvcTest, OfAProgramThereMayBeSeveral) {
  supervise_sleep();
  const std::string first = fact("MainPID");

  const CommandResult second = run({kLogqRun, "-u", "hello", "--", "sh", "-c", "exit 3"});

  EXPECT_EQ(second.status, 3);
  EXPECT_EQ(second.err.find("lock"), std::string::npos) << second.err;
  EXPECT_EQ(fact("MainPID"), first);
}

TEST_F(LogqSvcTest, WhatIsHeldDownIsNotStartedForWhatComesIn) {
  const std::string path = files_.path() + "/socket";
  supervise({"-u", "hello", "--listen=" + path, "--lazy", "--", "sleep", "1000"});
  ASSERT_TRUE(becomes("ActiveState", "\"inactive\""));
  const auto first = connect_unix(path, SOCK_STREAM);
  ASSERT_TRUE(becomes("ActiveState", "\"active\""));

  EXPECT_EQ(svc({"stop", "hello"}).status, 0);
  EXPECT_EQ(svc({"status", "hello"}).status, 3);
  EXPECT_EQ(fact("ActiveState"), "\"inactive\"") << "though somebody is waiting there";
  EXPECT_EQ(svc({"start", "hello"}).status, 0);
  EXPECT_EQ(fact("ActiveState"), "\"active\"");
}

TEST_F(LogqSvcTest, WhatASocketWouldStartIsStartedByHandAndStoppedWithItsSupervisor) {
  SupervisorProcess& supervisor = supervise(
      {"-u", "hello", "--listen=" + files_.path() + "/socket", "--lazy", "--", "sleep", "1000"});
  ASSERT_TRUE(becomes("ActiveState", "\"inactive\""));
  EXPECT_EQ(svc({"start", "hello"}).status, 0);
  const pid_t service = std::stoi(fact("MainPID"));

  supervisor.signal(SIGTERM);

  EXPECT_EQ(supervisor.wait().status, 143);
  EXPECT_FALSE(signal_process(service, 0));
}

TEST_F(LogqSvcTest, AServiceThatWaitsForItsSocketsCanBeToldToLeave) {
  SupervisorProcess& supervisor = supervise(
      {"-u", "hello", "--listen=" + files_.path() + "/socket", "--lazy", "--", "sleep", "1000"});
  ASSERT_TRUE(becomes("ActiveState", "\"inactive\""));
  EXPECT_EQ(svc({"exit", "hello"}).status, 0);
  EXPECT_EQ(supervisor.wait().status, 0);
}

// --- trees ---

class LogqSvcOfATree : public LogqSvcTest {
 protected:
  SupervisorProcess& supervise_tree(const std::string& settings) {
    for (const std::string name : {"hello", "other"})
      write_text_file(files_.path() + "/" + name + ".service",
                      "[Service]\nRestart=always\nExecStart=/bin/sleep 1000\n");
    const std::string file = files_.path() + "/app.tree";
    write_text_file(file, "[Supervisor]\nChildren=hello.service other.service\n" + settings);
    SupervisorProcess& child = supervise({file});
    EXPECT_TRUE(wait_until([&] { return svc({"-q", "status", "other"}).status == 0; }));
    return child;
  }
};

TEST_F(LogqSvcOfATree, StopsAndStartsOneOfItsServices) {
  SupervisorProcess& supervisor = supervise_tree("Intensity=0\n");
  const std::string first = fact("MainPID");
  EXPECT_EQ(svc({"stop", "hello"}).status, 0);
  EXPECT_EQ(fact("ActiveState"), "\"inactive\"");
  EXPECT_EQ(svc({"-q", "status", "other"}).status, 0) << "it has not ended, it was stopped";
  EXPECT_EQ(svc({"start", "hello"}).status, 0);
  EXPECT_EQ(svc({"restart", "hello"}).status, 0) << "and no restart of the tree's";
  EXPECT_NE(fact("MainPID"), first);
  EXPECT_EQ(svc({"status"}).status, 0);

  supervisor.signal(SIGTERM);
  EXPECT_EQ(supervisor.wait().status, 0);
  EXPECT_FALSE(std::filesystem::exists(unit()));
}

TEST_F(LogqSvcOfATree, TellsAMonitorOfAnEndAfterWhichTheTreeStartsItAgain) {
  supervise_tree("Intensity=5\n");
  const std::string first = fact("MainPID");
  const auto monitor = connect_unix(unit() + "/supervise/socket", SOCK_STREAM);
  ASSERT_EQ(::send(monitor.get(), "wait\n", 5, MSG_NOSIGNAL), 5);

  ASSERT_EQ(svc({"kill", "-s", "KILL", "hello"}).status, 0);

  std::string told(4096, '\0');
  const ssize_t count = ::recv(monitor.get(), told.data(), told.size(), 0);
  ASSERT_GT(count, 0);
  EXPECT_NE(told.find("\"ExecMainStatusText\":\"9/KILL\""), std::string::npos) << told;
  EXPECT_TRUE(wait_until([&] { return fact("MainPID") != first && fact("MainPID") != "0"; }));
}

TEST_F(LogqSvcOfATree, IsStartedWithItsSiblingsThoughItWasHeldDown) {
  supervise_tree("Strategy=one_for_all\nIntensity=5\n");
  ASSERT_EQ(svc({"stop", "hello"}).status, 0);
  EXPECT_EQ(fact("Wanted"), "\"down\"");
  ASSERT_EQ(svc({"kill", "-s", "KILL", "other"}).status, 0);

  EXPECT_TRUE(becomes("ActiveState", "\"active\""));
  EXPECT_EQ(fact("Wanted"), "\"up\"");
}

// What is asked for while the tree is busy is done in its turn, and answered then.
TEST_F(LogqSvcOfATree, AnswersAStopAndAStartWhenTheirTurnHasCome) {
  const std::string gate = files_.path() + "/gate";
  ASSERT_EQ(::mkfifo(gate.c_str(), 0600), 0);
  const std::string pass = "read x <" + gate;
  write_text_file(
      files_.path() + "/hello.service",
      "[Service]\nType=oneshot\nRestart=on-failure\nRemainAfterExit=yes\nExecStart=/bin/sh -c '" +
          pass + "'\nExecStop=/bin/sh -c '" + pass + "'\n");
  write_text_file(files_.path() + "/app.tree", "[Supervisor]\nChildren=hello.service\n");
  supervise({files_.path() + "/app.tree"});
  const auto open_gate = [&] { run({"sh", "-c", "echo >" + gate}); };
  ASSERT_TRUE(becomes("ActiveState", "\"activating\""));

  ChildProcess stop(command({kLogqSvc, "stop", "hello"}, environment()));
  ASSERT_TRUE(becomes("Wanted", "\"down\""));
  open_gate();  // it has started,
  ASSERT_TRUE(becomes("ActiveState", "\"deactivating\""));
  ChildProcess start(command({kLogqSvc, "start", "hello"}, environment()));
  ASSERT_TRUE(becomes("Wanted", "\"up\""));
  open_gate();  // stopped,
  EXPECT_EQ(stop.wait().err, "");
  ASSERT_TRUE(becomes("ActiveState", "\"activating\""));
  open_gate();  // and started again
  EXPECT_EQ(start.wait().err, "");
  EXPECT_EQ(fact("ActiveState"), "\"active\"");
  ASSERT_EQ(svc({"--no-wait", "stop", "hello"}).status, 0);
  open_gate();
}

TEST_F(LogqSvcOfATree, DoesNotLeaveToItsServicesWhenItEnds) {
  supervise_tree("");
  EXPECT_EQ(svc({"exit", "hello"}).status, 1);
  EXPECT_EQ(svc({"once", "hello"}).status, 1);
  EXPECT_EQ(svc({"leave", "hello"}).status, 1);
  EXPECT_EQ(svc({"-q", "status", "hello"}).status, 0);
}

TEST_F(LogqSvcOfATree, IsRunOnce) {
  supervise_tree("");
  const CommandResult second = run({kLogqRun, files_.path() + "/app.tree"});
  EXPECT_EQ(second.status, 111);
  EXPECT_EQ(second.err, "logq-run: app.tree: Another logq-run runs it already: unable to lock " +
                            unit("app.tree") + "/supervise.\n");
}

TEST_F(LogqSvcOfATree, IsStoppedHeldDownAndStartedAsAWhole) {
  SupervisorProcess& supervisor = supervise_tree("");
  ChildProcess monitor(command({kLogqSvc, "wait", "app.tree"}, environment()));
  const CommandResult up = svc({"status", "app.tree"});
  EXPECT_EQ(up.status, 0);
  EXPECT_NE(up.out.find("hello.service running\n"), std::string::npos) << up.out;

  EXPECT_EQ(svc({"stop", "app.tree"}).status, 0);
  EXPECT_EQ(monitor.wait().out, "app.tree: inactive (success)\n");
  EXPECT_EQ(fact("ActiveState"), "\"inactive\"");
  EXPECT_EQ(svc({"status", "app.tree"}).status, 3);
  EXPECT_EQ(svc({"start", "app.tree"}).status, 0);
  const std::string first = fact("MainPID");
  EXPECT_EQ(svc({"restart", "app.tree"}).status, 0);
  EXPECT_NE(fact("MainPID"), first);
  EXPECT_EQ(fact("ActiveState"), "\"active\"");

  EXPECT_EQ(svc({"exit", "app.tree"}).status, 0);
  EXPECT_EQ(supervisor.wait().status, 0);
}

TEST_F(LogqSvcOfATree, AMonitorIsToldThatATreeInItHasGivenUp) {
  write_text_file(files_.path() + "/third.service",
                  "[Service]\nRestart=always\nExecStart=/bin/sleep 1000\n");
  write_text_file(files_.path() + "/inner.tree",
                  "[Supervisor]\nRestart=no\nIntensity=0\nChildren=third.service\n");
  supervise_tree("Children=inner.tree\n");
  ASSERT_TRUE(wait_until([&] { return svc({"-q", "status", "app.tree"}).status == 0; }));
  ChildProcess monitor(command({kLogqSvc, "wait", "inner.tree"}, environment()));

  ASSERT_EQ(svc({"kill", "-s", "KILL", "third"}).status, 0);

  const CommandResult told = monitor.wait();
  EXPECT_EQ(told.status, 1);
  EXPECT_EQ(told.out, "inner.tree: failed (intensity)\n");
  EXPECT_EQ(svc({"-q", "status", "app.tree"}).status, 0);
}

TEST_F(LogqSvcOfATree, ATreeInItIsStoppedAndStartedByItself) {
  const std::string obstacle = files_.path() + "/obstacle";
  write_text_file(files_.path() + "/third.service", "[Service]\nExecStartPre=/usr/bin/test ! -e " +
                                                        obstacle + "\nExecStart=/bin/sleep 1000\n");
  write_text_file(files_.path() + "/inner.tree", "[Supervisor]\nChildren=third.service\n");
  supervise_tree("Children=inner.tree\n");
  ASSERT_TRUE(wait_until([&] { return svc({"-q", "status", "app.tree"}).status == 0; }));

  EXPECT_EQ(svc({"stop", "inner.tree"}).status, 0);
  EXPECT_EQ(svc({"status", "inner.tree"}).status, 3);
  EXPECT_EQ(svc({"status", "third"}).status, 3);
  EXPECT_EQ(svc({"-q", "status", "hello"}).status, 0);
  EXPECT_EQ(svc({"start", "inner.tree"}).status, 0);
  EXPECT_EQ(svc({"restart", "inner.tree"}).status, 0);
  EXPECT_EQ(svc({"status"}).status, 0);
  EXPECT_EQ(svc({"exit", "inner.tree"}).status, 1);
  EXPECT_EQ(svc({"kill", "inner.tree"}).err, "logq-svc: inner.tree: a tree cannot do that\n");
  write_text_file(obstacle, "");
  EXPECT_EQ(svc({"restart", "inner.tree"}).err,
            "logq-svc: inner.tree: the job has ended: failed\n");
}

// --- instances of simple_one_for_one ---

class LogqSvcOfInstances : public LogqSvcTest {
 protected:
  SupervisorProcess& supervise_pool(const std::string& settings = {},
                                    const std::string& service = "ExecStart=/bin/sleep 100%i\n") {
    write_text_file(file("worker@.service"),
                    "[Unit]\nDescription=Worker %i\n[Service]\nRestart=always\n" + service);
    write_text_file(
        file("pool.tree"),
        "[Supervisor]\nStrategy=simple_one_for_one\nChildren=worker@.service\n" + settings);
    SupervisorProcess& child = supervise({file("pool.tree")});
    EXPECT_TRUE(wait_until([&] { return svc({"-q", "status", "pool.tree"}).status == 0; }));
    return child;
  }
  std::string file(const std::string& name) const { return files_.path() + "/" + name; }
  bool exists(const std::string& name) const { return std::filesystem::exists(unit(name)); }
  pid_t pid_of(const std::string& name) const {
    const std::string out = svc({"--json", "status", name}).out;
    const std::size_t at = out.find("\"MainPID\":");
    return at == std::string::npos ? 0 : std::stoi(out.substr(at + 10));
  }
  std::string refused(const std::string& name) const {
    const CommandResult start = svc({"start", name});
    EXPECT_EQ(start.status, 1) << start.err;
    return start.err;
  }
};

TEST_F(LogqSvcOfInstances, AnInstanceIsStartedListedStoppedAndGone) {
  SupervisorProcess& supervisor = supervise_pool();

  EXPECT_EQ(svc({"start", "worker@7", "worker@8"}).status, 0);

  const CommandResult all = svc({"status"});
  EXPECT_EQ(all.status, 0);
  EXPECT_TRUE(all.out.starts_with("pool.tree: active (running), 2 children, ")) << all.out;
  EXPECT_NE(all.out.find("\nworker@7.service: active (running), pid "), std::string::npos);
  EXPECT_EQ(all.out.find("worker@."), std::string::npos) << "templates are none";
  EXPECT_TRUE(svc({"status", "worker@7"}).out.starts_with("worker@7.service - Worker 7\n"));
  EXPECT_NE(svc({"status", "pool.tree"})
                .out.find("Children: 2\n             worker@7.service running\n             "
                          "worker@8.service running\n"),
            std::string::npos);
  EXPECT_EQ(read_text_file("/proc/" + std::to_string(pid_of("worker@7")) + "/cmdline"),
            std::string("/bin/sleep\0001007\0", 16));

  EXPECT_EQ(svc({"stop", "worker@7"}).status, 0);
  EXPECT_FALSE(exists("worker@7.service")) << "it is gone when that is answered";
  EXPECT_EQ(svc({"stop", "worker@7"}).status, 4);
  EXPECT_EQ(svc({"start", "worker@7"}).status, 0) << "one of that name may be started again";

  supervisor.signal(SIGTERM);
  EXPECT_EQ(supervisor.wait().status, 0);
  EXPECT_TRUE(std::filesystem::is_empty(runtime_.path()));
}

TEST_F(LogqSvcOfInstances, WhatCannotBeStartedIsRefusedInOneLine) {
  write_text_file(file("broken@.service"), "[Service]\nExecStart=/bin/sleep 1000\n");
  supervise_pool("Children=broken@.service\n");
  ASSERT_EQ(svc({"start", "worker@7"}).status, 0);

  EXPECT_EQ(refused("worker@7"), "logq-svc: worker@7.service: it has been started already\n");
  write_text_file(file("broken@.service"), "[Service]\nRestart=no\n");
  EXPECT_EQ(refused("broken@1"),
            "logq-svc: broken@1.service: Service has no ExecStart=, ExecStop=, or SuccessAction=. "
            "Refusing.\n");
  EXPECT_FALSE(exists("broken@1.service"));
  const CommandResult other = svc({"start", "other@7"});
  EXPECT_EQ(other.status, 4);
  EXPECT_EQ(other.err, "logq-svc: other@7.service: no tree that runs has other@.service\n");
  const CommandResult nameless = svc({"start", "worker@"});
  EXPECT_EQ(nameless.status, 2);
  EXPECT_EQ(nameless.err,
            "logq-svc: worker@.service: it is a template: the name of an instance is missing "
            "behind the @\n");
  EXPECT_EQ(svc({"start", "worker@" + std::string(300, '7')}).status, 2);
  EXPECT_EQ(svc({"start", unit("worker@7 8.service")}).status, 2);
  EXPECT_EQ(svc({"stop", "worker@"}).status, 1);
  EXPECT_EQ(svc({"wait", "worker@9"}).status, 125);
  EXPECT_EQ(svc({"-q", "status", "pool.tree", "worker@7"}).status, 0) << "nothing of it did harm";
}

TEST_F(LogqSvcOfInstances, AnInstanceWhoseStartFailsIsToldAndGone) {
  supervise_pool("Intensity=0\n", "Type=exec\nExecStart=/nonexistent/%i\n");

  EXPECT_EQ(refused("worker@7"), "logq-svc: worker@7.service: the job has ended: failed\n");

  EXPECT_FALSE(exists("worker@7.service"));
  EXPECT_EQ(svc({"-q", "status", "pool.tree"}).status, 0) << "that is no restart";
}

TEST_F(LogqSvcOfInstances, StartsOfInstancesAreRefusedWhileTheTreeStops) {
  const std::string go = file("go");
  SupervisorProcess& supervisor =
      supervise_pool({}, "ExecStart=/bin/sh -c 'trap \"until [ -e " + go +
                             " ]; do sleep 0.01; done; exit\" TERM; touch " + file("up") +
                             "; while :; do sleep 0.01; done'\n");
  ASSERT_EQ(svc({"start", "worker@7"}).status, 0);
  ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(file("up")); }));
  ASSERT_EQ(svc({"--no-wait", "restart", "pool.tree"}).status, 0);
  supervisor.signal(SIGTERM);  // and that is the last word
  ASSERT_TRUE(wait_until([&] {
    return svc({"status", "pool.tree"}).out.find("deactivating") != std::string::npos;
  }));

  EXPECT_EQ(refused("worker@8"), "logq-svc: worker@8.service: its tree, pool.tree, is stopping\n");

  write_text_file(go, "");
  EXPECT_EQ(supervisor.wait().status, 0);
}

TEST_F(LogqSvcOfInstances, AreStoppedAllAtOnceWithTheirTree) {
  // Each ends when all have been told to.
  SupervisorProcess& supervisor = supervise_pool(
      {}, "WorkingDirectory=" + files_.path() +
              "\nExecStart=/bin/sh -c 'trap \"touch stop%i; until [ -e stop1 -a -e stop2 -a -e "
              "stop3 ]; do sleep 0.01; done; exit\" TERM; touch up%i; while :; do sleep 0.01; "
              "done'\n");
  ASSERT_EQ(svc({"start", "worker@1", "worker@2", "worker@3"}).status, 0);
  for (const char* const name : {"up1", "up2", "up3"})
    ASSERT_TRUE(wait_until([&] { return std::filesystem::exists(file(name)); }));

  supervisor.signal(SIGTERM);

  EXPECT_EQ(supervisor.wait(std::chrono::seconds(60)).status, 0);
}

TEST_F(LogqSvcOfInstances, AreRestartedByTheirTreeUntilThatIsTooMuch) {
  // An instance may have settings of its own.
  std::filesystem::create_directory(file("worker@9.service.d"));
  write_text_file(file("worker@9.service.d/once.conf"), "[Service]\nRestart=no\n");
  SupervisorProcess& supervisor = supervise_pool("Intensity=1\nPeriod=1h\n");
  ASSERT_EQ(svc({"start", "worker@7", "worker@8", "worker@9"}).status, 0);
  ChildProcess monitor(command({kLogqSvc, "wait", "worker@9"}, environment()));
  const pid_t first = pid_of("worker@7");

  ASSERT_TRUE(signal_process(pid_of("worker@9"), SIGKILL));
  EXPECT_TRUE(wait_until([&] { return !exists("worker@9.service"); })) << "it is temporary";
  ASSERT_TRUE(signal_process(first, SIGKILL));
  EXPECT_TRUE(wait_until([&] { return pid_of("worker@7") != first && pid_of("worker@7") > 0; }));
  const pid_t last = pid_of("worker@8");
  ASSERT_TRUE(signal_process(last, SIGKILL));

  EXPECT_EQ(supervisor.wait().status, 1);
  EXPECT_FALSE(exists("worker@7.service"));
}

TEST_F(LogqSvcOfInstances, AMonitorIsToldOfItsEnd) {
  supervise_pool();
  ASSERT_EQ(svc({"start", "worker@7"}).status, 0);
  const auto monitor = connect_unix(unit("worker@7.service") + "/supervise/socket", SOCK_STREAM);
  ASSERT_EQ(::send(monitor.get(), "wait\n", 5, MSG_NOSIGNAL), 5);

  ASSERT_EQ(svc({"stop", "worker@7"}).status, 0);

  std::string told(4096, '\0');
  const ssize_t count = ::recv(monitor.get(), told.data(), told.size(), 0);
  ASSERT_GT(count, 0);
  EXPECT_NE(told.find("\"ExecMainStatusText\":\"15/TERM\""), std::string::npos) << told;
}

TEST_F(LogqSvcOfInstances, OneThatIsStillStartingCanBeStopped) {
  supervise_pool({}, "Type=notify\nExecStart=/bin/sleep 1000\n");
  ChildProcess start(command({kLogqSvc, "start", "worker@7"}, environment()));
  ASSERT_TRUE(wait_until([&] { return pid_of("worker@7") > 0; }));

  ASSERT_EQ(svc({"--no-wait", "start", "worker@8"}).status, 0);

  EXPECT_EQ(svc({"stop", "worker@8"}).status, 0) << "it waits for its turn";
  EXPECT_FALSE(exists("worker@8.service"));
  EXPECT_EQ(svc({"stop", "worker@7"}).status, 0);

  EXPECT_FALSE(exists("worker@7.service"));
  const CommandResult started = start.wait();
  EXPECT_EQ(started.status, 1);
  EXPECT_EQ(started.err, "logq-svc: worker@7.service: the job has ended: canceled\n");
}

TEST_F(LogqSvcOfInstances, LeaveNothingBehindInTheSupervisor) {
  SupervisorProcess& supervisor = supervise_pool({},
                                                 "Type=notify\nNotifyAccess=all\nRestart=no\n"
                                                 "ExecStart=/bin/sleep 1000\n");
  const auto open_files = [&] {
    const std::string path = "/proc/" + std::to_string(supervisor.pid()) + "/fd";
    return std::distance(std::filesystem::directory_iterator(path), {});
  };
  const auto cycle = [&] {
    ASSERT_EQ(svc({"--no-wait", "start", "worker@1", "worker@2"}).status, 0);
    ASSERT_EQ(svc({"stop", "worker@1", "worker@2"}).status, 0);
  };
  cycle();
  const auto before = open_files();

  for (int i = 0; i < 5; ++i)
    cycle();

  // The connection of who asked last may still be closing.
  EXPECT_TRUE(wait_until([&] { return open_files() <= before; })) << before << open_files();
}

TEST_F(LogqSvcOfInstances, ObeySvcOfDaemontools) {
  if (!has_program("svc")) GTEST_SKIP() << "daemontools is not installed";
  supervise_pool("Intensity=5\n");
  ASSERT_EQ(svc({"start", "worker@7"}).status, 0);
  const pid_t first = pid_of("worker@7");
  EXPECT_TRUE(
      run({"svstat", unit("worker@7.service")})
          .out.starts_with(unit("worker@7.service") + ": up (pid " + std::to_string(first) + ") "));
  run({"svc", "-t", unit("worker@7.service")});
  EXPECT_TRUE(wait_until([&] { return pid_of("worker@7") != first && pid_of("worker@7") > 0; }));
  run({"svc", "-d", unit("worker@7.service")});
  EXPECT_TRUE(wait_until([&] { return !exists("worker@7.service"); }));
  run({"svc", "-d", unit("pool.tree")});
  EXPECT_TRUE(wait_until([&] { return svc({"-q", "status", "pool.tree"}).status == 3; }));
  run({"svc", "-u", unit("pool.tree")});
  EXPECT_TRUE(wait_until([&] { return svc({"-q", "status", "pool.tree"}).status == 0; }));
}

// --- daemontools and runit ---

TEST_F(LogqSvcTest, SvstatIsDaemontoolsWordForWord) {
  if (!has_program("svstat")) GTEST_SKIP() << "daemontools is not installed";
  const auto agree = [&](const std::string& path, const std::string& what) {
    // A second may begin between the two.
    const bool equal = wait_until([&] {
      return svc({"svstat", path}).out == run({"svstat", path}).out;
    });
    const std::string text = run({"svstat", path}).out;
    EXPECT_TRUE(equal) << svc({"svstat", path}).out << text;
    EXPECT_NE(text.find(what), std::string::npos) << text;
  };
  SupervisorProcess& supervisor = supervise_sleep();
  agree(unit(), "up (pid ");
  run({"svc", "-p", unit()});
  ASSERT_TRUE(becomes("Paused", "true"));
  agree(unit(), "seconds, paused\n");
  run({"svc", "-d", unit()});
  ASSERT_TRUE(becomes("ActiveState", "\"inactive\""));
  agree(unit(), "seconds, normally up\n");
  write_text_file(unit() + "/down", "");
  agree(unit(), "seconds\n");
  std::filesystem::remove(unit() + "/down");
  supervisor.signal(SIGKILL);
  supervisor.wait();
  agree(unit(), "supervise not running");
  agree(unit("nobody"), "unable to chdir: file does not exist");
  agree(unit() + "/supervise/lock", "unable to chdir: not a directory");
  agree(runtime_.path(), "unable to open supervise/ok: file does not exist");
}

TEST_F(LogqSvcTest, ObeysSvcOfDaemontools) {
  if (!has_program("svc")) GTEST_SKIP() << "daemontools is not installed";
  SupervisorProcess& supervisor = supervise_sleep({"--restart=always", "--property=RestartSec=0"});
  const std::string first = fact("MainPID");
  EXPECT_EQ(run({"svok", unit()}).status, 0);

  run({"svc", "-t", unit()});
  EXPECT_TRUE(wait_until([&] { return fact("MainPID") != first && fact("MainPID") != "0"; }));
  run({"svc", "-d", unit()});
  EXPECT_TRUE(becomes("ActiveState", "\"inactive\""));
  EXPECT_EQ(run({"svok", unit()}).status, 0) << "the supervisor has stayed";
  run({"svc", "-o", unit()});
  EXPECT_TRUE(becomes("ActiveState", "\"active\""));
  run({"svc", "-k", unit()});
  EXPECT_TRUE(becomes("ActiveState", "\"failed\""));
  run({"svc", "-u", unit()});
  EXPECT_TRUE(becomes("ActiveState", "\"active\""));
  run({"svc", "-dx", unit()});
  EXPECT_EQ(supervisor.wait().status, 143);
  EXPECT_NE(run({"svok", unit()}).status, 0);
}

TEST_F(LogqSvcTest, ObeysSvOfRunit) {
  if (!has_program("sv")) GTEST_SKIP() << "runit is not installed";
  supervise_sleep();
  const std::string first = fact("MainPID");

  EXPECT_TRUE(run({"sv", "status", unit()}).out.starts_with("run: " + unit() + ": (pid " + first));
  EXPECT_EQ(run({"sv", "-w", "60", "down", unit()}).status, 0);
  EXPECT_TRUE(run({"sv", "status", unit()}).out.starts_with("down: " + unit() + ": "));
  EXPECT_EQ(run({"sv", "-w", "60", "up", unit()}).status, 0);
  const std::string second = fact("MainPID");
  EXPECT_NE(second, first);
  run({"sv", "-w", "60", "restart", unit()});
  EXPECT_TRUE(wait_until([&] { return fact("MainPID") != second && fact("MainPID") != "0"; }));
  EXPECT_EQ(run({"sv", "-w", "60", "stop", unit()}).status, 0);
}

// --- hostile clients ---

TEST_F(LogqSvcTest, NobodyCanHoldItUp) {
  supervise_sleep();
  const auto connect = [&] {
    return connect_unix(unit() + "/supervise/socket", SOCK_STREAM | SOCK_NONBLOCK);
  };
  const auto say = [](const base::UniqueFd& client, const std::string& text) {
    std::ignore = ::send(client.get(), text.data(), text.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
  };
  std::deque<base::UniqueFd> clients;
  for (int i = 0; i < 100; ++i) {
    if (wait_until([&] {
          try {
            clients.push_back(connect());
            return true;
          } catch (const std::runtime_error&) {
            return false;  // those before it have not been accepted yet
          }
        }))
      say(clients.back(), i % 2 == 0 ? "half a li" : "status\n");  // and never reads
  }
  say(clients.emplace_back(connect()), std::string(1 << 20, 'x'));
  const base::UniqueFd letters(
      ::open((unit() + "/supervise/control").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  const std::string flood(1 << 16, 'z');
  std::ignore = ::write(letters.get(), flood.data(), flood.size());

  EXPECT_EQ(svc({"status", "hello"}).status, 0);
  EXPECT_EQ(svc({"stop", "hello"}).status, 0);
}

TEST_F(LogqSvcTest, AnswersOnlyItsOwnUserAndRoot) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to become somebody else";
  supervise_sleep();
  // Somebody who gets at the socket by mistake.
  for (const std::string& path : {runtime_.path(), unit(), unit() + "/supervise"})
    std::filesystem::permissions(path, std::filesystem::perms::all);
  std::filesystem::permissions(unit() + "/supervise/socket", std::filesystem::perms::all);

  const CommandResult other = run(
      {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", kLogqSvc, "status", "hello"});

  EXPECT_EQ(other.status, 1);
  EXPECT_NE(other.err.find("hello.service: not permitted"), std::string::npos) << other.err;
}

}  // namespace
}  // namespace logq::test
