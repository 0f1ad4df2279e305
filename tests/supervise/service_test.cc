// The life of a service, told by what it orders and by the entries it writes. The sequences are
// those that systemd 252 writes for the same units.
#include "supervise/service.h"

#include <signal.h>

#include <set>

#include <gtest/gtest.h>

#include "client/fake_transport.h"

namespace logq::supervise {
namespace {

using test::FakeTransport;
using test::Recording;
using wire::NotifyMessage;
using Messages = std::vector<std::string>;

constexpr std::uint64_t kSecond = base::kUsecPerSecond;

// Processes that do what the test says, and a clock that stands still.
class FakeHost final : public ServiceHost {
 public:
  std::optional<pid_t> spawn(CommandKind kind, const ExecCommand& command) override {
    spawned.push_back(std::string(name_of(kind)) + " " + command.program);
    if (is_without_processes) return std::nullopt;
    alive.insert(++last_pid);
    return last_pid;
  }
  void release(pid_t pid) override { released.push_back(pid); }
  bool send_signal(SignalTarget target, int signal, bool is_told) override {
    signals.push_back({target, signal, is_told});
    return !alive.empty();
  }
  void set_timer(std::optional<std::uint64_t> usec) override { timer = usec; }
  void set_watchdog(std::optional<std::uint64_t> usec) override { watchdog = usec; }
  [[nodiscard]] std::uint64_t now_usec() const override { return now; }
  [[nodiscard]] std::uint64_t cpu_usec() const override { return cpu; }
  [[nodiscard]] bool has_processes() const override { return !alive.empty(); }
  std::optional<pid_t> find_main_process() override { return daemon; }
  void begin_invocation() override { ++invocations; }
  void end_invocation(bool /*will_restart*/) override {}
  void state_changed() override {}
  void others_are_due(const Messages& units) override {
    due.insert(due.end(), units.begin(), units.end());
  }
  void job_done(JobType type, JobResult result) override {
    jobs.push_back(std::string(name_of(type)) + " " + std::string(name_of(result)));
  }

  struct Signal {
    SignalTarget target;
    int signal;
    bool is_told;
  };
  Messages spawned;
  std::vector<pid_t> released;
  std::vector<Signal> signals;
  Messages jobs;
  Messages due;
  std::set<pid_t> alive;
  pid_t last_pid = 100;
  std::optional<pid_t> daemon;
  std::optional<std::uint64_t> timer;
  std::optional<std::uint64_t> watchdog;
  std::uint64_t now = 1000 * kSecond;
  std::uint64_t cpu = 0;
  int invocations = 0;
  bool is_without_processes = false;
};

ExecCommand command(const std::string& program) {
  ExecCommand command;
  command.program = program;
  command.argv = {program};
  return command;
}

class ServiceTest : public testing::Test {
 protected:
  ServiceTest() {
    unit_.name = "hello.service";
    unit_.commands.start = {command("hello")};
  }
  Service& service() {
    if (!service_) service_.emplace(unit_, host_, log_);
    return *service_;
  }
  void exit_process(pid_t pid, int status) { end(pid, {ProcessExit::Code::kExited, status}); }
  void kill_process(pid_t pid, int signal) { end(pid, {ProcessExit::Code::kKilled, signal}); }
  void end(pid_t pid, const ProcessExit& exit) {
    host_.alive.erase(pid);
    service().process_exited(pid, exit);
    if (host_.alive.empty()) service().processes_gone();
  }
  void let_time_pass() {
    ASSERT_TRUE(host_.timer.has_value());
    host_.now = *host_.timer;
    service().time_is_up();
  }
  void say(const NotifyMessage& message) { service().notified(message); }
  static NotifyMessage ready() {
    NotifyMessage message;
    message.state = NotifyMessage::State::kReady;
    return message;
  }
  // What was written since the last call.
  Messages told() {
    Messages messages;
    for (; seen_ < recording_.entries.size(); ++seen_)
      messages.push_back(test::value_of(recording_.entries[seen_], "MESSAGE"));
    return messages;
  }
  std::string field_of_last(const std::string& name) {
    return test::value_of(recording_.entries.back(), name);
  }

  ServiceUnit unit_;
  FakeHost host_;
  Recording recording_;
  FakeTransport transport_{recording_};
  LifecycleLog log_{transport_, {"hello.service", "Hello", Id128{}}};
  std::optional<Service> service_;
  std::size_t seen_ = 0;
};

TEST_F(ServiceTest, ASimpleServiceIsStartedAtOnceAndItsProgramRunsAfterTheWord) {
  service().start();

  EXPECT_EQ(told(), Messages{"Started hello.service - Hello."});
  EXPECT_EQ(host_.spawned, Messages{"ExecStart hello"});
  EXPECT_EQ(host_.released, std::vector<pid_t>{101});
  EXPECT_EQ(service().state(), ServiceState::kRunning);
  EXPECT_EQ(host_.jobs, Messages{"start done"});
}

TEST_F(ServiceTest, ACrashLoopEndsAtTheStartLimit) {
  unit_.restart.restart = Restart::kOnFailure;
  unit_.start_limit.burst = 3;
  service().start();
  for (pid_t pid = 101; pid <= 103; ++pid) {
    exit_process(pid, 3);
    let_time_pass();
  }

  const Messages round{"Started hello.service - Hello.",
                       "hello.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED",
                       "hello.service: Failed with result 'exit-code'."};
  Messages expected = round;
  for (int k = 1; k <= 3; ++k) {
    expected.push_back("hello.service: Scheduled restart job, restart counter is at " +
                       std::to_string(k) + ".");
    expected.push_back("Stopped hello.service - Hello.");
    if (k < 3) expected.insert(expected.end(), round.begin(), round.end());
  }
  expected.push_back("hello.service: Start request repeated too quickly.");
  expected.push_back("hello.service: Failed with result 'exit-code'.");
  expected.push_back("Failed to start hello.service - Hello.");
  EXPECT_EQ(told(), expected);
  EXPECT_EQ(service().state(), ServiceState::kFailed);
  EXPECT_EQ(host_.invocations, 3);
  EXPECT_EQ(host_.timer, std::nullopt);
}

// As systemd: whenever it comes down, and it does so once more when its next start is due.
TEST_F(ServiceTest, AnEndForWantOfMemoryIsTheReasonOfItsFailure) {
  unit_.restart.restart = Restart::kOnAbnormal;
  service().start();
  service().process_killed_for_memory(4711);  // one that it has started itself
  EXPECT_EQ(told().back(),
            "hello.service: A process of this unit has been killed by the OOM killer.");
  EXPECT_EQ(field_of_last("MESSAGE_ID"), "fe6faa94e7774663a0da52717891d8ef");
  EXPECT_EQ(field_of_last("PRIORITY"), "5");

  service().process_killed_for_memory(101);
  kill_process(101, SIGKILL);

  EXPECT_EQ(told(),
            (Messages{"hello.service: A process of this unit has been killed by the OOM killer.",
                      "hello.service: Main process exited, code=killed, status=9/KILL",
                      "hello.service: Failed with result 'oom-kill'."}));
  EXPECT_EQ(service().state(), ServiceState::kAutoRestart);
}

TEST_F(ServiceTest, WhatARunHasUsedIsToldBehindItsEnd) {
  unit_.restart.restart = Restart::kOnFailure;
  unit_.start_limit.burst = 1;
  host_.cpu = 2 * kSecond;
  service().start();
  exit_process(101, 1);
  let_time_pass();

  const std::string consumed = "hello.service: Consumed 2s CPU time.";
  EXPECT_EQ(told(), (Messages{"Started hello.service - Hello.",
                              "hello.service: Main process exited, code=exited, status=1/FAILURE",
                              "hello.service: Failed with result 'exit-code'.", consumed,
                              "hello.service: Scheduled restart job, restart counter is at 1.",
                              "Stopped hello.service - Hello.", consumed,
                              "hello.service: Start request repeated too quickly.",
                              "hello.service: Failed with result 'exit-code'.",
                              "Failed to start hello.service - Hello."}));
}

TEST_F(ServiceTest, CallsForOthersWhenItHasFailedForGoodAndWhenItHasEnded) {
  unit_.restart.restart = Restart::kOnFailure;
  unit_.start_limit.burst = 1;
  unit_.dependencies.on_failure = {"alarm.service"};
  unit_.dependencies.on_success = {"next.service"};
  host_.cpu = 2 * kSecond;
  service().start();
  exit_process(101, 1);
  EXPECT_EQ(host_.due, Messages{}) << "it will be restarted";
  let_time_pass();
  EXPECT_EQ(host_.due, Messages{"alarm.service"});
  EXPECT_EQ(told().back(), "hello.service: Triggering OnFailure= dependencies.");

  service().reset();
  service().start();
  exit_process(102, 0);
  EXPECT_EQ(host_.due, (Messages{"alarm.service", "next.service"}));
  EXPECT_EQ(told(),
            (Messages{"Started hello.service - Hello.", "hello.service: Deactivated successfully.",
                      "hello.service: Consumed 2s CPU time.",
                      "hello.service: Triggering OnSuccess= dependencies."}));
}

TEST_F(ServiceTest, ARestartIsOfOneJobWithItsStopAndItsStart) {
  unit_.restart.restart = Restart::kAlways;
  service().start();
  kill_process(101, SIGKILL);
  let_time_pass();

  const auto& entries = recording_.entries;
  const auto& stopped = entries[entries.size() - 2];
  const auto& started = entries.back();
  EXPECT_EQ(test::value_of(stopped, "JOB_TYPE"), "restart");
  EXPECT_EQ(test::value_of(started, "JOB_TYPE"), "start");
  EXPECT_EQ(test::value_of(stopped, "JOB_ID"), test::value_of(started, "JOB_ID"));
  EXPECT_EQ(service().restarts(), 1U);
}

TEST_F(ServiceTest, ANotifyServiceIsStartedWhenItSaysSoAndStopsInOrder) {
  unit_.type = ServiceType::kNotify;
  service().start();
  EXPECT_EQ(told(), Messages{"Starting hello.service - Hello..."});
  EXPECT_EQ(host_.released, std::vector<pid_t>{101});
  say(ready());
  EXPECT_EQ(told(), Messages{"Started hello.service - Hello."});
  NotifyMessage reloading;
  reloading.state = NotifyMessage::State::kReloading;
  say(reloading);
  say(ready());
  EXPECT_EQ(told(),
            (Messages{"Reloading hello.service - Hello...", "Reloaded hello.service - Hello."}));
  service().stop();
  EXPECT_EQ(host_.signals.back().signal, SIGTERM);
  kill_process(101, SIGTERM);

  EXPECT_EQ(told(), (Messages{"Stopping hello.service - Hello...",
                              "hello.service: Deactivated successfully.",
                              "Stopped hello.service - Hello."}));
  EXPECT_EQ(service().state(), ServiceState::kDead);
}

TEST_F(ServiceTest, ANotifyServiceThatIsNotReadyInTimeIsKilled) {
  unit_.type = ServiceType::kNotify;
  service().start();
  told();
  let_time_pass();
  EXPECT_EQ(told(), Messages{"hello.service: start operation timed out. Terminating."});
  kill_process(101, SIGTERM);

  EXPECT_EQ(told(), (Messages{"hello.service: Failed with result 'timeout'.",
                              "Failed to start hello.service - Hello."}));
  EXPECT_EQ(field_of_last("JOB_RESULT"), "failed");
}

TEST_F(ServiceTest, ANotifyServiceThatEndsBeforeItIsReadyHasBrokenTheProtocol) {
  unit_.type = ServiceType::kNotify;
  service().start();
  told();
  exit_process(101, 0);

  EXPECT_EQ(told(), (Messages{"hello.service: Failed with result 'protocol'.",
                              "Failed to start hello.service - Hello."}));
}

TEST_F(ServiceTest, AServiceThatDoesNotPingIsAborted) {
  unit_.timeouts.watchdog_usec = kSecond;
  unit_.restart.restart = Restart::kOnWatchdog;
  service().start();
  told();
  NotifyMessage ping;
  ping.watchdog = NotifyMessage::Watchdog::kPing;
  host_.now += kSecond / 2;
  say(ping);
  EXPECT_EQ(host_.watchdog, host_.now + kSecond);
  service().watchdog_is_up();
  EXPECT_EQ(host_.signals.back().signal, SIGABRT);
  EXPECT_TRUE(host_.signals.back().is_told);
  kill_process(101, SIGABRT);

  EXPECT_EQ(told(), (Messages{"hello.service: Watchdog timeout (limit 1s)!",
                              "hello.service: Main process exited, code=killed, status=6/ABRT",
                              "hello.service: Failed with result 'watchdog'."}));
  EXPECT_EQ(service().state(), ServiceState::kAutoRestart);
}

TEST_F(ServiceTest, AServiceThatIgnoresTheTermSignalIsKilled) {
  service().start();
  told();
  service().stop();
  let_time_pass();
  EXPECT_EQ(host_.signals.back().signal, SIGKILL);
  EXPECT_TRUE(host_.signals.back().is_told);
  kill_process(101, SIGKILL);

  EXPECT_EQ(told(), (Messages{"Stopping hello.service - Hello...",
                              "hello.service: State 'stop-sigterm' timed out. Killing.",
                              "hello.service: Main process exited, code=killed, status=9/KILL",
                              "hello.service: Failed with result 'timeout'.",
                              "Stopped hello.service - Hello."}));
  EXPECT_EQ(field_of_last("JOB_RESULT"), "done");
}

TEST_F(ServiceTest, AProgramThatIsNotThereStartsAndFails) {
  service().start();
  exit_process(101, 203);

  EXPECT_EQ(told(), (Messages{"Started hello.service - Hello.",
                              "hello.service: Main process exited, code=exited, status=203/EXEC",
                              "hello.service: Failed with result 'exit-code'."}));
}

TEST_F(ServiceTest, TypeExecWaitsForTheProgram) {
  unit_.type = ServiceType::kExec;
  service().start();
  EXPECT_EQ(service().state(), ServiceState::kStart);
  exit_process(101, 203);
  EXPECT_EQ(told(), (Messages{"Starting hello.service - Hello...",
                              "hello.service: Main process exited, code=exited, status=203/EXEC",
                              "hello.service: Failed with result 'exit-code'.",
                              "Failed to start hello.service - Hello."}));
  service().start();
  service().process_executed(102);
  EXPECT_EQ(service().state(), ServiceState::kRunning);
}

TEST_F(ServiceTest, AOneshotServiceRunsItsCommandsInTurnAndIsFinished) {
  unit_.type = ServiceType::kOneshot;
  unit_.commands.start = {command("one"), command("two")};
  service().start();
  exit_process(101, 0);
  EXPECT_EQ(host_.spawned, (Messages{"ExecStart one", "ExecStart two"}));
  exit_process(102, 0);

  EXPECT_EQ(told(), (Messages{"Starting hello.service - Hello...",
                              "hello.service: Deactivated successfully.",
                              "Finished hello.service - Hello."}));
  EXPECT_EQ(service().state(), ServiceState::kDead);
}

TEST_F(ServiceTest, AOneshotServiceMayRemainAfterItsExit) {
  unit_.type = ServiceType::kOneshot;
  unit_.remains_after_exit = true;
  service().start();
  exit_process(101, 0);
  EXPECT_EQ(service().state(), ServiceState::kExited);
  service().stop();

  EXPECT_EQ(
      told(),
      (Messages{"Starting hello.service - Hello...", "Finished hello.service - Hello.",
                "hello.service: Deactivated successfully.", "Stopped hello.service - Hello."}));
}

TEST_F(ServiceTest, ASignalIsNoCleanEndOfAOneshotService) {
  unit_.type = ServiceType::kOneshot;
  service().start();
  kill_process(101, SIGTERM);
  EXPECT_EQ(service().result(), ServiceResult::kSignal);
}

TEST_F(ServiceTest, AllCommandsRunInTheirTurn) {
  unit_.commands.condition = {command("condition")};
  unit_.commands.start_pre = {command("pre1"), command("pre2")};
  unit_.commands.start_post = {command("post")};
  unit_.commands.stop = {command("stop")};
  unit_.commands.stop_post = {command("stop-post")};
  service().start();
  for (const pid_t pid : {101, 102, 103})
    exit_process(pid, 0);
  EXPECT_EQ(service().state(), ServiceState::kStartPost);
  exit_process(105, 0);
  EXPECT_EQ(service().state(), ServiceState::kRunning);
  service().stop();
  EXPECT_EQ(service().state(), ServiceState::kStop);
  exit_process(104, 0);
  EXPECT_EQ(service().state(), ServiceState::kStop) << "until the command is done";
  exit_process(106, 0);
  EXPECT_EQ(service().state(), ServiceState::kStopPost);
  exit_process(107, 0);

  EXPECT_EQ(service().state(), ServiceState::kDead);
  EXPECT_EQ(host_.spawned, (Messages{"ExecCondition condition", "ExecStartPre pre1",
                                     "ExecStartPre pre2", "ExecStart hello", "ExecStartPost post",
                                     "ExecStop stop", "ExecStopPost stop-post"}));
}

TEST_F(ServiceTest, AFailedCommandBeforeTheStartFailsItUnlessItMayFail) {
  unit_.commands.start_pre = {command("pre")};
  service().start();
  exit_process(101, 1);
  EXPECT_EQ(told(), (Messages{"Starting hello.service - Hello...",
                              "hello.service: Control process exited, code=exited, "
                              "status=1/FAILURE",
                              "hello.service: Failed with result 'exit-code'.",
                              "Failed to start hello.service - Hello."}));

  unit_.commands.start_pre.front().ignores_failure = true;
  service().start();
  exit_process(102, 1);
  EXPECT_EQ(service().state(), ServiceState::kRunning);
}

TEST_F(ServiceTest, AConditionThatSaysNoSkipsTheStart) {
  unit_.commands.condition = {command("condition")};
  service().start();
  exit_process(101, 1);

  EXPECT_EQ(told(), (Messages{"Starting hello.service - Hello...",
                              "hello.service: Skipped due to 'exec-condition'.",
                              "Condition check resulted in hello.service - Hello being skipped."}));
  EXPECT_EQ(service().state(), ServiceState::kDead);
}

TEST_F(ServiceTest, AForkingServiceIsTheDaemonThatItLeaves) {
  unit_.type = ServiceType::kForking;
  service().start();
  host_.alive.insert(200);
  host_.daemon = 200;
  exit_process(101, 0);
  EXPECT_EQ(service().state(), ServiceState::kRunning);
  EXPECT_EQ(service().main_pid(), 200);
  exit_process(200, 1);
  EXPECT_EQ(service().state(), ServiceState::kFailed);
}

TEST_F(ServiceTest, AForkingServiceIsWaitedForUntilItsDaemonIsInItsPidFile) {
  unit_.type = ServiceType::kForking;
  unit_.pid_file = "/run/hello.pid";
  unit_.timeouts.start_usec = 7 * kSecond;
  service().start();
  host_.alive.insert(200);
  exit_process(101, 0);
  service().look_for_pid_file();
  EXPECT_EQ(service().state(), ServiceState::kStart);
  EXPECT_TRUE(service().awaits_pid_file());
  EXPECT_EQ(host_.timer, host_.now + 7 * kSecond);
  host_.daemon = 200;
  service().look_for_pid_file();
  EXPECT_EQ(service().state(), ServiceState::kRunning);
  EXPECT_EQ(service().main_pid(), 200);
  EXPECT_FALSE(service().awaits_pid_file());
}

TEST_F(ServiceTest, AForkingServiceFailsWhenNobodyIsLeftToWriteItsPidFile) {
  unit_.type = ServiceType::kForking;
  unit_.pid_file = "/run/hello.pid";
  service().start();
  host_.alive.insert(200);
  exit_process(101, 0);
  exit_process(200, 0);
  EXPECT_EQ(service().state(), ServiceState::kFailed);
  EXPECT_EQ(service().result(), ServiceResult::kProtocol);
  EXPECT_EQ(told(),
            (Messages{"Starting hello.service - Hello...",
                      "hello.service: No process of it in /run/hello.pid (yet) after the start.",
                      "hello.service: Failed with result 'protocol'.",
                      "Failed to start hello.service - Hello."}));
}

TEST_F(ServiceTest, AForkingServiceHasItsStartTimeForItsPidFile) {
  unit_.type = ServiceType::kForking;
  unit_.pid_file = "/run/hello.pid";
  service().start();
  host_.alive.insert(200);
  exit_process(101, 0);
  let_time_pass();
  EXPECT_EQ(service().state(), ServiceState::kStopSigterm);
  EXPECT_EQ(service().result(), ServiceResult::kTimeout);
}

TEST_F(ServiceTest, AStopWhileItStartsEndsTheStart) {
  unit_.type = ServiceType::kNotify;
  unit_.restart.restart = Restart::kAlways;
  service().start();
  told();
  service().stop();
  kill_process(101, SIGTERM);

  EXPECT_EQ(told(), (Messages{"Stopping hello.service - Hello...",
                              "hello.service: Deactivated successfully.",
                              "Stopped hello.service - Hello."}));
  EXPECT_EQ(service().state(), ServiceState::kDead) << "no restart where an operator stopped it";
  EXPECT_EQ(host_.jobs, (Messages{"start canceled", "stop done"}));
}

TEST_F(ServiceTest, AStopEndsTheWaitForARestart) {
  unit_.restart.restart = Restart::kAlways;
  service().start();
  exit_process(101, 1);
  ASSERT_EQ(service().state(), ServiceState::kAutoRestart);
  service().stop();

  EXPECT_EQ(service().state(), ServiceState::kDead);
  EXPECT_EQ(host_.timer, std::nullopt);
}

TEST_F(ServiceTest, ARestartStopsAndStarts) {
  service().start();
  told();
  service().restart();
  kill_process(101, SIGTERM);

  EXPECT_EQ(told(), (Messages{"Stopping hello.service - Hello...",
                              "hello.service: Deactivated successfully.",
                              "Stopped hello.service - Hello.", "Started hello.service - Hello."}));
  EXPECT_EQ(service().main_pid(), 102);
  EXPECT_EQ(service().restarts(), 0U);
}

TEST_F(ServiceTest, ARestartFindsNobodyToStopAndStartsAllTheSame) {
  unit_.type = ServiceType::kOneshot;
  unit_.remains_after_exit = true;
  service().start();
  exit_process(101, 0);
  ASSERT_EQ(service().state(), ServiceState::kExited);
  service().restart();

  EXPECT_EQ(service().state(), ServiceState::kStart);
  EXPECT_EQ(service().main_pid(), 102);
}

TEST_F(ServiceTest, ARestartHasASignalOfItsOwn) {
  unit_.kill.restart_signal = SIGUSR1;
  service().start();
  service().restart();

  EXPECT_EQ(host_.signals.back().signal, SIGUSR1);
}

TEST_F(ServiceTest, OnceIsOneRunWhateverRestartSays) {
  unit_.restart.restart = Restart::kAlways;
  service().start_once();
  exit_process(101, 1);
  EXPECT_EQ(service().state(), ServiceState::kFailed);

  service().start();
  exit_process(102, 1);
  EXPECT_EQ(service().state(), ServiceState::kAutoRestart) << "that was for one run";
}

TEST_F(ServiceTest, OnceIsAlsoSaidOfARunThatIsUnderWay) {
  unit_.restart.restart = Restart::kAlways;
  service().start();
  service().start_once();
  EXPECT_EQ(service().main_pid(), 101);
  exit_process(101, 1);
  EXPECT_EQ(service().state(), ServiceState::kFailed);
}

TEST_F(ServiceTest, RunsAgainAfterItsEndWhateverRestartSays) {
  service().start();
  service().run_again();
  kill_process(101, SIGTERM);
  EXPECT_EQ(service().main_pid(), 102);

  kill_process(102, SIGTERM);
  EXPECT_EQ(service().state(), ServiceState::kDead) << "that was for one run";
}

TEST_F(ServiceTest, AReloadRunsItsCommandAndMayFail) {
  unit_.commands.reload = {command("reload")};
  service().start();
  told();
  EXPECT_TRUE(service().reload());
  exit_process(102, 0);
  EXPECT_TRUE(service().reload());
  exit_process(103, 1);

  EXPECT_EQ(told(),
            (Messages{"Reloading hello.service - Hello...", "Reloaded hello.service - Hello.",
                      "Reloading hello.service - Hello...",
                      "hello.service: Control process exited, code=exited, "
                      "status=1/FAILURE",
                      "Reload failed for hello.service - Hello."}));
  EXPECT_EQ(service().state(), ServiceState::kRunning);
}

TEST_F(ServiceTest, NotifyReloadSendsASignalAndWaitsForTheWord) {
  unit_.type = ServiceType::kNotifyReload;
  service().start();
  say(ready());
  told();
  EXPECT_TRUE(service().reload());
  EXPECT_EQ(host_.signals.back().signal, SIGHUP);
  NotifyMessage reloading;
  reloading.state = NotifyMessage::State::kReloading;
  say(reloading);
  say(ready());

  EXPECT_EQ(told(),
            (Messages{"Reloading hello.service - Hello...", "Reloaded hello.service - Hello."}));
}

TEST_F(ServiceTest, StoppingByItselfArmsTheStopTimer) {
  unit_.timeouts.stop_usec = 7 * kSecond;
  service().start();
  NotifyMessage stopping;
  stopping.state = NotifyMessage::State::kStopping;
  say(stopping);
  EXPECT_EQ(host_.timer, host_.now + 7 * kSecond);
  exit_process(101, 0);
  EXPECT_EQ(service().result(), ServiceResult::kSuccess);
  EXPECT_EQ(service().state(), ServiceState::kDead);
}

TEST_F(ServiceTest, TimeIsExtendedWhenItIsAskedFor) {
  unit_.type = ServiceType::kNotify;
  unit_.timeouts.start_usec = 2 * kSecond;
  service().start();
  NotifyMessage more;
  more.extend_timeout_usec = 10 * kSecond;
  say(more);
  EXPECT_EQ(host_.timer, host_.now + 10 * kSecond);
  more.extend_timeout_usec = kSecond;
  say(more);
  EXPECT_EQ(host_.timer, host_.now + 10 * kSecond) << "it is never shortened";
}

TEST_F(ServiceTest, ItsStatusAndItsMainProcessAreKnown) {
  service().start();
  NotifyMessage message;
  message.status = "listening";
  message.sys_errno = 98;
  message.main_pid = 4711;
  say(message);

  EXPECT_EQ(service().status_text(), "listening");
  EXPECT_EQ(service().status_errno(), 98);
  EXPECT_EQ(service().main_pid(), 4711);
  exit_process(101, 0);
  EXPECT_EQ(service().state(), ServiceState::kRunning);
}

TEST_F(ServiceTest, WithoutAnyProcessItFailsForWantOfResources) {
  host_.is_without_processes = true;
  service().start();
  EXPECT_EQ(service().state(), ServiceState::kFailed);
  EXPECT_EQ(service().result(), ServiceResult::kResources);
  EXPECT_EQ(told(), (Messages{"hello.service: Failed with result 'resources'.",
                              "Failed to start hello.service - Hello."}));
}

TEST_F(ServiceTest, KillModeSaysWhoIsTold) {
  const std::vector<std::pair<KillMode, SignalTarget>> first{
      {KillMode::kControlGroup, SignalTarget::kEverybody},
      {KillMode::kMixed, SignalTarget::kProcesses},
      {KillMode::kProcess, SignalTarget::kProcesses}};
  for (const auto& [mode, target] : first) {
    unit_.kill.mode = mode;
    service_.reset();
    host_.alive.clear();
    host_.signals.clear();
    service().start();
    service().stop();
    ASSERT_FALSE(host_.signals.empty());
    EXPECT_EQ(host_.signals.front().target, target);
  }
  unit_.kill.mode = KillMode::kNone;
  service_.reset();
  host_.signals.clear();
  service().start();
  service().stop();
  EXPECT_TRUE(host_.signals.empty());
  EXPECT_EQ(service().state(), ServiceState::kDead);
}

}  // namespace
}  // namespace logq::supervise
