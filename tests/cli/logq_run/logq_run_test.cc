// logq-run as a whole, with stock journald as the collector.
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <filesystem>
#include <map>

#include <gtest/gtest.h>

#include "cli/logq_run/programs.h"
#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

using Strings = std::vector<std::string>;

const std::string kLifecycle = "SYSLOG_IDENTIFIER=logq-run";

class LogqRunTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    journald_.emplace();
  }
  CommandResult run(Strings arguments) {
    arguments.insert(arguments.begin(), kLogqRun);
    return run_command(command(std::move(arguments), environment()));
  }
  Environment environment() {
    Environment environment = towards(*journald_);
    environment.emplace_back("LOGQ_RUN_DIR", runtime_.path());
    return environment;
  }
  Strings told() { return column(journald_->entries({kLifecycle}), "MESSAGE"); }

  TempDir runtime_;
  TempDir files_;
  std::optional<StockJournald> journald_;
};

TEST_F(LogqRunTest, StoresAllOutputBeforeTheExitEntry) {
  EXPECT_EQ(run({"-u", "hello", "--", "sh", "-c", "seq 1 5000; exit 3"}).status, 3);

  Strings messages;
  for (const std::string& text : column(journald_->entries(), "MESSAGE")) {
    if (text.find("Started") == std::string::npos) messages.push_back(text);
  }
  const auto exit_entry = std::ranges::find(
      messages, "hello.service: Main process exited, code=exited, status=3/NOTIMPLEMENTED");
  ASSERT_NE(exit_entry, messages.end());
  const Strings before(std::find(messages.begin(), messages.end(), "1"), exit_entry);
  ASSERT_EQ(before.size(), 5000U);
  EXPECT_EQ(before.front(), "1");
  EXPECT_EQ(before.back(), "5000");
  EXPECT_EQ(*(exit_entry + 1), "hello.service: Failed with result 'exit-code'.");
}

// Its stream has been closed, and it has ended before that was told: nobody else would tell it.
TEST_F(LogqRunTest, TellsOfALostStreamAtTheEndOfItsRunAtTheLatest) {
  const auto collector = bind_unix(runtime_.path() + "/stdout", SOCK_STREAM);
  Environment environment = this->environment();
  for (auto& [name, value] : environment)
    if (name == "LOGQ_STDOUT_SOCKET") value = runtime_.path() + "/stdout";
  ChildProcess running(command({kLogqRun, "-u", "hello", "--", "sh", "-c",
                                "echo x; while echo y 2>/dev/null; do :; done; exit 3"},
                               environment));
  base::UniqueFd stream(::accept(collector.get(), nullptr, nullptr));
  ASSERT_TRUE(stream.is_open());
  std::array<char, 4096> read{};
  std::string all_read;
  while (all_read.find("\nx\n") == std::string::npos) {
    const ssize_t size = ::read(stream.get(), read.data(), read.size());
    ASSERT_GT(size, 0);
    all_read.append(read.data(), static_cast<std::size_t>(size));
  }

  stream.reset();

  EXPECT_EQ(running.wait().status, 3);
  const Strings all = told();
  EXPECT_EQ(std::ranges::count_if(all,
                                  [](const std::string& text) {
                                    return text.starts_with(
                                        "hello.service: The collector has closed the stream of ");
                                  }),
            1);
}

TEST_F(LogqRunTest, StoresAPartialLastLineBeforeTheExitEntry) {
  run({"-u", "hello", "sh", "-c", "printf 'last words'; kill -KILL $$"});

  const Strings messages = column(journald_->entries(), "MESSAGE");
  const auto words = std::ranges::find(messages, "last words");
  const auto end =
      std::ranges::find(messages, "hello.service: Main process exited, code=killed, status=9/KILL");
  ASSERT_NE(end, messages.end());
  EXPECT_LT(words, end);
}

TEST_F(LogqRunTest, PassesTheExitStatusOn) {
  EXPECT_EQ(run({"-u", "hello", "true"}).status, 0);
  EXPECT_EQ(run({"-u", "hello", "sh", "-c", "exit 3"}).status, 3);
  EXPECT_EQ(run({"-u", "hello", "sh", "-c", "kill -KILL $$"}).status, 137);
  const CommandResult missing = run({"-u", "hello", "/nonexistent/program"});
  EXPECT_EQ(missing.status, 127);
  EXPECT_EQ(missing.err, "logq-run: /nonexistent/program: No such file or directory\n");
  const CommandResult no_program = run({"-u", "hello", "/etc/passwd"});
  EXPECT_EQ(no_program.status, 126);
  EXPECT_EQ(no_program.err, "logq-run: /etc/passwd: Permission denied\n");
}

TEST_F(LogqRunTest, LinesHaveIdentifierAndPriority) {
  run({"-u", "hello", "sh", "-c", "echo out; echo err >&2; echo '<3>bad'"});

  const auto lines = journald_->entries({"_TRANSPORT=stdout"});
  EXPECT_EQ(column(lines, "MESSAGE"), (Strings{"out", "err", "bad"}));
  EXPECT_EQ(column(lines, "SYSLOG_IDENTIFIER"), (Strings{"sh", "sh", "sh"}));
  EXPECT_EQ(column(lines, "PRIORITY"), (Strings{"6", "6", "3"}));
  EXPECT_EQ(column(lines, "SYSLOG_FACILITY"), (Strings{"3", "3", "3"}));
}

TEST_F(LogqRunTest, OptionsShapeTheStreams) {
  run({"-u", "hello", "-t", "me", "-p", "notice", "--stderr-priority=err", "--level-prefix=no",
       "sh", "-c", "echo '<3>out'; echo err >&2"});

  const auto out = journald_->entries({"_TRANSPORT=stdout", "PRIORITY=5"});
  const auto err = journald_->entries({"_TRANSPORT=stdout", "PRIORITY=3"});
  EXPECT_EQ(column(out, "MESSAGE"), Strings{"<3>out"});
  EXPECT_EQ(column(out, "SYSLOG_IDENTIFIER"), Strings{"me"});
  EXPECT_EQ(column(err, "MESSAGE"), Strings{"err"});
}

TEST_F(LogqRunTest, TellsOfASuccessfulRunLikeSystemd) {
  run({"-u", "hello", "--description=Hello World", "true"});

  const auto entries = journald_->entries({kLifecycle});
  EXPECT_EQ(column(entries, "MESSAGE"), (Strings{"Started hello.service - Hello World.",
                                                 "hello.service: Deactivated successfully."}));
  EXPECT_EQ(column(entries, "MESSAGE_ID"),
            (Strings{"39f53479d3a045ac8e11786248231fbf", "7ad2d189f7e94e70a38c781354912448"}));
  EXPECT_EQ(column(entries, "UNIT"), (Strings{"hello.service", "hello.service"}));
  EXPECT_EQ(column(entries, "OBJECT_SYSTEMD_UNIT"), (Strings{"hello.service", "hello.service"}));
  EXPECT_EQ(column(entries, "SYSLOG_FACILITY"), (Strings{"3", "3"}));
  const Strings invocations = column(entries, "INVOCATION_ID");
  EXPECT_EQ(invocations[0].size(), 32U);
  EXPECT_EQ(invocations[0], invocations[1]);
}

TEST_F(LogqRunTest, StockJournalctlFindsTheLifeOfAUnit) {
  run({"-u", "hello", "false"});
  journald_->sync();

  const std::string text = journald_->journalctl({"-u", "hello", "-o", "cat"});

  EXPECT_NE(text.find("Started hello.service."), std::string::npos) << text;
  EXPECT_NE(text.find("Main process exited, code=exited, status=1/FAILURE"), std::string::npos);
}

TEST_F(LogqRunTest, TellsOfAProgramThatCannotBeStarted) {
  run({"-u", "hello", "/nonexistent/program"});

  EXPECT_EQ(column(journald_->entries({kLifecycle}), "MESSAGE"),
            (Strings{"hello.service: Failed to locate executable /nonexistent/program: "
                     "No such file or directory",
                     "hello.service: Failed at step EXEC spawning /nonexistent/program: "
                     "No such file or directory",
                     "Started hello.service.",
                     "hello.service: Main process exited, code=exited, status=203/EXEC",
                     "hello.service: Failed with result 'exit-code'."}));
}

TEST_F(LogqRunTest, ForwardsSignalsToTheProgram) {
  SupervisorProcess running(command(
      {kLogqRun, "-u", "hello", "sh", "-c",
       "trap 'echo got USR1' USR1; trap 'echo got HUP' HUP; trap 'echo got TERM; exit 7' TERM;"
       "echo ready; while :; do sleep 0.01; done"},
      environment()));
  const auto has = [&](const std::string& text) {
    return wait_until([&] {
      const Strings messages = column(journald_->entries(), "MESSAGE");
      return std::ranges::find(messages, text) != messages.end();
    });
  };
  ASSERT_TRUE(has("ready"));
  running.signal(SIGUSR1);
  EXPECT_TRUE(has("got USR1"));
  running.signal(SIGHUP);
  EXPECT_TRUE(has("got HUP"));
  running.signal(SIGTERM);

  EXPECT_EQ(running.wait().status, 7);
  EXPECT_TRUE(has("got TERM"));
  EXPECT_TRUE(has("Stopping hello.service..."));
  EXPECT_TRUE(has("Stopped hello.service."));
}

TEST_F(LogqRunTest, ForwardsSignalsThatFewProgramsUse) {
  const std::string script =
      "trap 'echo got $(kill -l $0)' ALRM; trap 'exit 9' CONT;"
      "echo ready; while :; do sleep 0.01; done";
  SupervisorProcess running(
      command({kLogqRun, "-u", "hello", "sh", "-c", script, "14"}, environment()));
  const auto has = [&](const std::string& text) {
    return wait_until([&] { return !journald_->entries({"MESSAGE=" + text}).empty(); });
  };
  ASSERT_TRUE(has("ready"));
  running.signal(SIGALRM);
  EXPECT_TRUE(has("got ALRM"));
  running.signal(SIGCONT);

  EXPECT_EQ(running.wait().status, 9);
}

TEST_F(LogqRunTest, CapturesWithoutStandardDescriptorsOfItsOwn) {
  run_command(command({"sh", "-c", "exec " + kLogqRun + " -u hello -- echo output <&- >&- 2>&-"},
                      environment()));

  EXPECT_EQ(column(journald_->entries({"_TRANSPORT=stdout"}), "MESSAGE"), Strings{"output"});
}

TEST_F(LogqRunTest, WaitsForACollectorAsLongAsItIsTold) {
  journald_->stop();
  SupervisorProcess running(
      command({kLogqRun, "--wait=20", "-u", "hello", "echo", "output"}, environment()));
  journald_->start();

  EXPECT_EQ(running.wait().status, 0);
  EXPECT_EQ(running.err(), "");
  EXPECT_EQ(column(journald_->entries({"_TRANSPORT=stdout"}), "MESSAGE"), Strings{"output"});
}

TEST_F(LogqRunTest, ReachesChildrenOfTheProgramToo) {
  SupervisorProcess running(
      command({kLogqRun, "-u", "hello", "sh", "-c", "sleep 1000; echo never"}, environment()));
  ASSERT_TRUE(wait_until([&] { return !journald_->entries({kLifecycle}).empty(); }));

  running.signal(SIGTERM);

  EXPECT_EQ(running.wait().status, 128 + SIGTERM);
}

TEST_F(LogqRunTest, DoesNotWaitForDescendantsThatKeepTheStream) {
  const CommandResult result =
      run({"-u", "hello", "sh", "-c", "(sleep 1000; echo late) & echo $!; exit 4"});

  EXPECT_EQ(result.status, 4);
  const Strings lines = column(journald_->entries({"_TRANSPORT=stdout"}), "MESSAGE");
  ASSERT_EQ(lines.size(), 1U);
  signal_process(static_cast<pid_t>(std::stol(lines[0])), SIGKILL);
}

TEST_F(LogqRunTest, ExecKeepsThePid) {
  SupervisorProcess running(command(
      {kLogqRun, "--exec", "-u", "hello", "sh", "-c", "echo pid $$; exit 5"}, environment()));
  const std::string expected = "pid " + std::to_string(running.pid());
  const std::string pid = std::to_string(running.pid());

  EXPECT_EQ(running.wait().status, 5);
  const auto entries = journald_->entries();
  const auto line = std::ranges::find_if(entries, [&](const JournalFields& entry) {
    const auto message = entry.find("MESSAGE");
    return message != entry.end() && message->second == expected;
  });
  ASSERT_NE(line, entries.end());
  EXPECT_EQ(line->at("_PID"), pid);
  EXPECT_EQ(line->at("SYSLOG_IDENTIFIER"), "sh");
}

TEST_F(LogqRunTest, ReapsZombiesAsProcessOne) {
  const Strings alone{"unshare", "-pf", "--mount-proc"};
  Strings probe = alone;
  probe.emplace_back("true");
  if (run_command(command(probe, {})).status != 0) GTEST_SKIP() << "no pid namespaces here";
  // The orphan ends while its grandparent still runs, which waits until nothing is left of it.
  const std::string script =
      "orphan=$(true >&- & echo $!); while [ -e /proc/$orphan ]; do sleep 0.01; done; exit 7";
  Strings argv = alone;
  argv.insert(argv.end(), {kLogqRun, "-u", "hello", "--", "sh", "-c", script});

  EXPECT_EQ(run_command(command(argv, environment())).status, 7);

  EXPECT_TRUE(journald_->entries({"_TRANSPORT=stdout"}).empty());
}

TEST_F(LogqRunTest, RestartsAFailedProgramUntilTheLimit) {
  EXPECT_EQ(run({"-u", "hello", "--restart=on-failure", "--property=RestartSec=0",
                 "--property=StartLimitBurst=3", "sh", "-c", "echo try; exit 3"})
                .status,
            3);

  EXPECT_EQ(journald_->entries({"MESSAGE=try"}).size(), 3U);
  const Strings told = this->told();
  ASSERT_FALSE(told.empty());
  EXPECT_EQ(told.back(), "Failed to start hello.service.");
}

TEST_F(LogqRunTest, RunsAUnitFile) {
  const std::string file = files_.path() + "/greeter.service";
  write_text_file(file,
                  "[Unit]\nDescription=Greeter\n[Service]\nType=oneshot\nBogusKey=1\n"
                  "Environment=WHOM=world\nExecStartPre=/bin/echo before\n"
                  "ExecStart=/bin/sh -c 'echo hello $WHOM'\n");
  const CommandResult result = run({file});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.err, "logq-run: " + file +
                            ":5: Unknown key 'BogusKey' in section [Service], "
                            "ignoring.\n");
  EXPECT_EQ(told(), (Strings{file + ":5: Unknown key 'BogusKey' in section [Service], ignoring.",
                             "Starting greeter.service - Greeter...",
                             "greeter.service: Deactivated successfully.",
                             "Finished greeter.service - Greeter."}));
  EXPECT_EQ(column(journald_->entries({"_TRANSPORT=stdout"}), "MESSAGE"),
            (Strings{"before", "hello world"}));
}

// By a newline and not by anything else, like under s6.
TEST_F(LogqRunTest, IsReadyWhenTheProgramSaysSoAtADescriptor) {
  if (run_command(command({"sh", "-c", "command -v s6-supervise s6-svwait"}, {})).status != 0)
    GTEST_SKIP() << "s6 is not installed";
  const std::string dir = files_.path() + "/s6";
  std::filesystem::create_directory(dir);
  write_text_file(dir + "/notification-fd", "5\n");
  write_text_file(dir + "/run", "#!/bin/sh\n. ./script");
  std::filesystem::permissions(dir + "/run", std::filesystem::perms::owner_all);
  Environment own = environment();
  own.emplace_back("NOTIFY_SOCKET", files_.path() + "/told");
  for (const auto& [words, is_ready] : std::map<std::string, bool>{
           {"echo >&5", true},
           {"printf nearly >&5; printf ' there\\nand' >&5; exec 5>&-", true},
           {"printf nearly >&5; exec 5>&-", false}}) {
    SCOPED_TRACE(words);
    const base::UniqueFd parent = bind_unix(files_.path() + "/told", SOCK_DGRAM | SOCK_NONBLOCK);
    std::filesystem::remove(dir + "/said");
    write_text_file(dir + "/script", words + "\n: >>said; echo x >>said\nexec sleep 1000\n");
    SupervisorProcess theirs(command({"s6-supervise", dir}, {}));
    SupervisorProcess ours(command(
        {"sh", "-c", "cd \"$1\"; exec \"$0\" --ready-fd=5 -u hello ./run", kLogqRun, dir}, own));
    ASSERT_TRUE(wait_until([&] { return read_text_file(dir + "/said") == "x\nx\n"; }));
    const CommandResult waited = run_command(command({"s6-svwait", "-U", "-t", "300", dir}, {}));
    EXPECT_EQ(waited.status == 0, is_ready) << waited.err;
    const auto is_last = [&](const std::string& message) {
      return wait_until([&] { return told().back() == message; });
    };
    EXPECT_TRUE(is_last(is_ready ? "Started hello.service." : "Starting hello.service..."));
    std::array<char, 64> said{};
    const auto hear = [&] { return ::recv(parent.get(), said.data(), said.size(), 0) >= 0; };
    EXPECT_TRUE(is_ready ? wait_until(hear) : !hear());
    EXPECT_STREQ(said.data(), is_ready ? "READY=1" : "");
  }
}

TEST_F(LogqRunTest, StartsWhatAUnitNamesForItsFailureAndWhatThatNames) {
  const auto add = [&](const std::string& name, const std::string& others,
                       const std::string& script) {
    write_text_file(files_.path() + "/" + name,
                    "[Unit]\n" + others + "\n[Service]\nExecStart=/bin/sh -c '" + script + "'\n");
  };
  add("web.service", "OnFailure=alarm@%n.service missing.service", "exit 3");
  add("alarm@.service", "OnFailure=last.service web.target",
      "echo alarm for $MONITOR_UNIT; test $MONITOR_UNIT != web.service");
  add("last.service", "OnSuccess=alarm@web.service.service",
      "echo last for $MONITOR_UNIT $MONITOR_EXIT_STATUS; exec sleep 1000");
  SupervisorProcess running(command({kLogqRun, files_.path() + "/web.service"}, environment()));
  const auto said = [&] { return column(journald_->entries({"_TRANSPORT=stdout"}), "MESSAGE"); };
  EXPECT_TRUE(wait_until([&] { return said().size() == 2; }));
  running.signal(SIGTERM);
  EXPECT_TRUE(wait_until([&] { return said().size() == 3; })) << "it has ended well";
  const CommandResult result = running.wait();

  EXPECT_EQ(result.status, 3) << "of the first";
  EXPECT_EQ(result.err, "logq-run: " + files_.path() +
                            "/alarm@.service:2: Key 'OnFailure' in section [Unit] is not honoured "
                            "by logq-run yet, ignoring: web.target\nlogq-run: " +
                            files_.path() +
                            "/web.service:2: Key 'OnFailure' in section [Unit] is not honoured by "
                            "logq-run yet, ignoring: missing.service\n");
  EXPECT_EQ(said(), (Strings{"alarm for web.service", "last for alarm@web.service.service 1",
                             "alarm for last.service"}));
}

TEST_F(LogqRunTest, HearsWhatTheServiceSaysOfItself) {
  const std::string say =
      "systemd-notify --status=warming; echo up; systemd-notify --ready; exit 0";
  EXPECT_EQ(
      run({"-u", "hello", "--property=Type=notify", "--property=NotifyAccess=all", "sh", "-c", say})
          .status,
      0);

  EXPECT_EQ(told(),
            (Strings{"Starting hello.service...", "hello.service: warming",
                     "Started hello.service.", "hello.service: Deactivated successfully."}));
  EXPECT_TRUE(std::filesystem::is_empty(runtime_.path() + "/notify"));
}

TEST_F(LogqRunTest, TakesNoStrangerForTheMainProcess) {
  const CommandResult result =
      run({"-u", "hello", "--property=Type=notify", "--property=NotifyAccess=all", "sh", "-c",
           "systemd-notify --pid=1 --ready; exit 0"});

  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(told(),
            (Strings{"Starting hello.service...",
                     "hello.service: A message to the notify socket is ignored: MAINPID=1 "
                     "is no process of this service.",
                     "Started hello.service.", "hello.service: Deactivated successfully."}));
}

TEST_F(LogqRunTest, TellsTheFirstMessageItRefusesAndCountsTheOthers) {
  // Of root systemd-notify speaks for its parent, which must not be the main process.
  const std::string say = "for i in 1 2 3; do (systemd-notify --status=$i; true); done";
  run({"-u", "hello", "--property=NotifyAccess=main", "sh", "-c", say + "; exit 0"});

  Strings told = this->told();
  std::erase_if(told, [](const std::string& text) {
    return text.find("notify socket") == std::string::npos;
  });
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(told[1], "hello.service: 2 more messages to the notify socket were ignored.");
}

TEST_F(LogqRunTest, FailsWithWhatItCouldNotDoWithout) {
  const auto with = [&](const std::string& setting) {
    return run({"-u", "hello", "--property=" + setting, "sh", "-c", "exit 3"});
  };
  EXPECT_EQ(with("ExecStartPre=-/nonexistent/before").status, 3);
  EXPECT_EQ(with("ExecStopPost=/nonexistent/after").status, 3);
  EXPECT_EQ(with("ExecCondition=/bin/false").status, 0) << "there was no reason to run it";
  const CommandResult result = with("ExecStartPre=/nonexistent/before");
  EXPECT_EQ(result.status, 127);
  EXPECT_EQ(result.err, "logq-run: /nonexistent/before: No such file or directory\n");
}

TEST_F(LogqRunTest, HandsBackWhatAServiceLeftWithItBeforeItWasKilled) {
  // The first run leaves a file in memory, and dies; the second one reads it.
  const std::string file = files_.path() + "/keeper.service";
  const std::string script = files_.path() + "/keeper.py";
  write_text_file(script, R"py(
import array, os, signal, socket
fds = int(os.environ.get("LISTEN_FDS", 0))
print("given", fds, os.environ.get("LISTEN_FDNAMES"), os.environ.get("LISTEN_PID") == str(os.getpid()),
      flush=True)
if fds:
    print("kept", os.pread(3, 100, 0).decode(), flush=True)
    raise SystemExit(0)
memory = os.memfd_create("state")
os.write(memory, b"forty-two")
notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
notify.connect(os.environ["NOTIFY_SOCKET"])
ancillary = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [memory]))]
notify.sendmsg([b"FDSTORE=1\nFDNAME=state"], ancillary)
os.kill(os.getpid(), signal.SIGKILL)
)py");
  write_text_file(file,
                  "[Service]\nFileDescriptorStoreMax=2\nRestart=on-failure\nRestartSec=1ms\n"
                  "ExecStart=/usr/bin/python3 " +
                      script + "\n");
  EXPECT_EQ(run({file}).status, 0);

  EXPECT_EQ(column(journald_->entries({"_TRANSPORT=stdout"}), "MESSAGE"),
            (Strings{"given 0 None False", "given 1 state True", "kept forty-two"}));
  EXPECT_EQ(journald_->entries({"FDNAME=state"}).size(), 1U);
}

TEST_F(LogqRunTest, KillsWhatDoesNotStop) {
  SupervisorProcess running(
      command({kLogqRun, "-u", "hello", "--property=TimeoutStopSec=300ms", "sh", "-c",
               "trap '' TERM; echo deaf; while :; do sleep 0.05; done"},
              environment()));
  ASSERT_TRUE(wait_until([&] { return !journald_->entries({"MESSAGE=deaf"}).empty(); }));
  running.signal(SIGTERM);

  EXPECT_EQ(running.wait().status, 137);
  const Strings told = this->told();
  ASSERT_GE(told.size(), 5U);
  EXPECT_EQ(told[1], "Stopping hello.service...");
  EXPECT_EQ(told[2], "hello.service: State 'stop-sigterm' timed out. Killing.");
  EXPECT_EQ(told.back(), "Stopped hello.service.");
}

// In a group of its own with 256 MiB, of which a logq-run with sanitizers needs much, under either
// version of control groups.
TEST_F(LogqRunTest, TellsThatTheKernelHasKilledItForWantOfMemory) {
  const std::string script = files_.path() + "/limited";
  write_text_file(script, R"sh(
name=logq-test-$$
group=/sys/fs/cgroup/memory/$name limit=memory.limit_in_bytes
if ! [ -e /sys/fs/cgroup/memory ]; then group=/sys/fs/cgroup/$name limit=memory.max; fi
mkdir $group || exit 99
if ! echo 256M >$group/$limit; then rmdir $group; exit 99; fi
for none in memory.swap.max memory.swappiness; do
  if [ -e $group/$none ]; then echo 0 >$group/$none; fi
done
(echo 0 >$group/cgroup.procs || exit 99; exec "$@")
status=$?
for attempt in $(seq 500); do rmdir $group && break; sleep 0.01; done
exit $status
)sh");
  const CommandResult result =
      run_command(command({"sh", script, kLogqRun, "-u", "hello", "/usr/bin/python3", "-c",
                           "print('hungry', flush=True); x = b'1' * (1 << 30)"},
                          environment()));
  if (result.status == 99) GTEST_SKIP() << "memory cannot be limited here: " << result.err;

  EXPECT_EQ(result.status, 137) << result.err;
  EXPECT_EQ(told(),
            (Strings{"Started hello.service.",
                     "hello.service: A process of this unit has been killed by the OOM killer.",
                     "hello.service: Main process exited, code=killed, status=9/KILL",
                     "hello.service: Failed with result 'oom-kill'."}));
}

// One clear line, the right status, and an entry.
TEST_F(LogqRunTest, SaysWhyItCannotRunIt) {
  std::filesystem::create_directories(files_.path() + "/env/sub");
  struct Case {
    Strings arguments;
    int status;
    std::string line;
    std::string entry;
  };
  const std::string env = files_.path() + "/env";
  const Case cases[] = {
      {{"-u", "hello", "--user=nosuchuser", "true"},
       125,
       "logq-run: hello.service: there is no user 'nosuchuser'\n",
       "hello.service: Failed to determine user credentials: No such process"},
      {{"-u", "hello", "--property=Group=nosuchgroup", "true"},
       125,
       "logq-run: hello.service: there is no group 'nosuchgroup'\n",
       "hello.service: Failed to determine group credentials: No such process"},
      {{"-u", "hello", "--property=WorkingDirectory=/missing", "true"},
       125,
       "logq-run: hello.service: working directory /missing: No such file or directory\n",
       "hello.service: Changing to the requested working directory failed: "
       "No such file or directory"},
      {{"-u", "hello", "--property=EnvironmentFile=/missing", "true"},
       125,
       "logq-run: true: files of EnvironmentFile=: No such file or directory\n",
       "hello.service: Failed to load environment files: No such file or directory"},
      {{"-u", "hello", "--property=Type=forking", "--property=PIDFile=/run/missing.pid", "true"},
       125,
       "logq-run: hello.service: it failed: protocol\n",
       "hello.service: Failed with result 'protocol'."},
      {{"-u", "hello", "-e", "/nonexistent", "true"},
       111,
       "logq-run: /nonexistent: No such file or directory\n",
       "hello.service: No variables can be read from /nonexistent: No such file or directory"},
      {{"-u", "hello", "-e", env, "true"},
       111,
       "logq-run: " + env + "/sub: Is a directory\n",
       "hello.service: No variables can be read from " + env + "/sub: Is a directory"},
      {{"--exec", "-u", "hello", "/nonexistent/program"},
       127,
       "logq-run: /nonexistent/program: No such file or directory\n",
       "hello.service: Failed at step EXEC spawning /nonexistent/program: "
       "No such file or directory"},
  };
  for (const Case& of : cases) {
    SCOPED_TRACE(of.line);
    const CommandResult result = run(of.arguments);
    EXPECT_EQ(result.status, of.status);
    EXPECT_EQ(result.err, of.line);
    EXPECT_EQ(
        journald_->entries({"OBJECT_SYSTEMD_UNIT=hello.service", "MESSAGE=" + of.entry}).size(),
        1U);
  }
}

TEST_F(LogqRunTest, TakesKeysOfTheUnitSectionOnTheCommandLine) {
  const CommandResult result =
      run({"-u", "hello", "--restart=always", "--property=RestartSec=0",
           "--property=StartLimitIntervalSec=1h", "--property=StartLimitBurst=2",
           "--property=Description=Hello World", "false"});

  EXPECT_EQ(result.err, "");
  EXPECT_EQ(journald_->entries({"MESSAGE=Started hello.service - Hello World."}).size(), 2U);
}

TEST_F(LogqRunTest, TakesVariablesFromADirectory) {
  const std::string directory = runtime_.path() + "/env";
  std::filesystem::create_directory(directory);
  write_text_file(directory + "/WHOM", "world  \n");
  EXPECT_EQ(run({"-u", "hello", "-e", directory, "sh", "-c", "echo hello $WHOM"}).status, 0);
  EXPECT_EQ(journald_->entries({"MESSAGE=hello world"}).size(), 1U);
}

TEST(LogqRunAlone, LeavesTheNotifySocketOfItsParentToTheService) {
  Environment environment = without_collector();
  environment.emplace_back("NOTIFY_SOCKET", "/run/its/parent");
  EXPECT_EQ(run_command(
                command({kLogqRun, "-u", "hello", "sh", "-c", "echo $NOTIFY_SOCKET"}, environment))
                .out,
            "/run/its/parent\n");
}

TEST(LogqRunAlone, KeepsTheUmaskUnlessItIsToldAnother) {
  const auto umask_of = [](Strings arguments) {
    arguments.insert(arguments.begin(), {kLogqRun, "-u", "hello"});
    arguments.insert(arguments.end(), {"sh", "-c", "umask"});
    const std::string inner = "umask 0027; exec \"$@\"";
    arguments.insert(arguments.begin(), {"sh", "-c", inner, "sh"});
    return run_command(command(std::move(arguments), without_collector())).out;
  };
  EXPECT_EQ(umask_of({}), "0027\n");
  EXPECT_EQ(umask_of({"--property=UMask=0077"}), "0077\n");
}

TEST(LogqRunAlone, SetsTheLimitsOfSoftlimit) {
  const Strings shell{"dash", "-c", "ulimit -Sn; ulimit -Sc; ulimit -Ss; ulimit -Hn"};
  Strings softlimit{"softlimit", "-o", "50", "-c", "=", "-s", "1048576"};
  Strings ours{
      kLogqRun, "-u", "hello", "--softlimit=o50", "--softlimit=-c=", "--softlimit=s1048576"};
  softlimit.insert(softlimit.end(), shell.begin(), shell.end());
  ours.insert(ours.end(), shell.begin(), shell.end());
  const CommandResult by_softlimit = run_command(command(softlimit, {}));
  if (by_softlimit.status == 127) GTEST_SKIP() << "no softlimit here";

  EXPECT_EQ(run_command(command(ours, without_collector())).out, by_softlimit.out);

  ours.insert(ours.begin() + 3, "--property=LimitNOFILE=30:40");
  EXPECT_EQ(run_command(command(ours, without_collector())).out.substr(0, 3), "40\n")
      << "not above the hard limit of the unit";
}

TEST(LogqRunAlone, WhatAUnitSaysDoesNotCommandTheTerminal) {
  const CommandResult result = run_command(
      command({kLogqRun, "-u", "hello", "--property=Bogus\033[2J=1", "true"}, without_collector()));
  EXPECT_NE(result.err.find("Unknown key 'Bogus"), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find('\033'), std::string::npos);
}

TEST(LogqRunAlone, BadSettingsAreOneLineEach) {
  const auto complaint = [](Strings arguments) {
    arguments.insert(arguments.begin(), {kLogqRun, "-u", "hello"});
    arguments.emplace_back("true");
    const CommandResult result = run_command(command(std::move(arguments), without_collector()));
    return result.err.substr(0, result.err.find('\n') + 1);
  };
  EXPECT_EQ(
      complaint({"--property=Restart"}),
      "logq-run: bad value of --property: 'Restart' is not KEY=VALUE (try logq-run --help)\n");
  EXPECT_EQ(complaint({"--restart=sometimes"}),
            "logq-run: command line:3: Failed to parse service restart specifier, ignoring: "
            "sometimes\n");
}

TEST_F(LogqRunTest, GivesAServiceAUserOfItsOwn) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can change users";
  const std::string script = "echo $USER is $(id -u):$(id -g) $(id -G)";
  const auto run_it = [&] {
    return run({"-u", "hello", "--property=DynamicUser=yes", "sh", "-c", script}).status;
  };
  EXPECT_EQ(run_it(), 0);
  EXPECT_EQ(journald_->entries({"MESSAGE=hello is 61895:61895 61895"}).size(), 1U)
      << "the number that systemd gives it";

  // Somebody else has it.
  SupervisorProcess other(command({kLogqRun, "-u", "hello", "--property=DynamicUser=yes", "sh",
                                   "-c", "echo first; exec sleep 100"},
                                  environment()));
  ASSERT_TRUE(wait_until([&] { return !journald_->entries({"MESSAGE=first"}).empty(); }));
  EXPECT_EQ(run_it(), 0);
  EXPECT_EQ(journald_->entries({"MESSAGE=hello is 61896:61896 61896"}).size(), 1U);
  other.signal(SIGTERM);
  other.wait();
}

TEST(LogqRunAlone, PassesOutputThroughWithoutACollectorAndSaysSo) {
  const CommandResult result =
      run_command(command({kLogqRun, "-u", "hello", "sh", "-c", "echo out; echo err >&2; exit 3"},
                          without_collector()));

  EXPECT_EQ(result.status, 3);
  EXPECT_EQ(result.out, "out\n");
  EXPECT_EQ(result.err,
            "logq-run: no collector at /nonexistent/stdout: No such file or directory; output is "
            "passed through\nerr\n");
}

TEST(LogqRunAlone, BecomesAProgramThatKeepsIgnoredSignals) {
  const CommandResult result = run_command(command(
      {"sh", "-c",
       "trap '' HUP; exec " + kLogqRun + " --exec -u hello -- grep ^SigIgn /proc/self/status"},
      without_collector()));

  EXPECT_EQ(result.out, "SigIgn:\t0000000000001001\n");
}

TEST(LogqRunAlone, KeepsTheInvocationOfTheServiceManager) {
  const CommandResult result = run_command(
      command({"sh", "-c",
               "SYSTEMD_EXEC_PID=$$ INVOCATION_ID=0123456789abcdef0123456789abcdef exec " +
                   kLogqRun + " --exec -u hello -- sh -c 'echo $INVOCATION_ID'"},
              without_collector()));

  EXPECT_EQ(result.out, "0123456789abcdef0123456789abcdef\n");
}

TEST(LogqRunAlone, UsageErrorsAreOneLineAndStatus125) {
  const CommandResult result = run_command(command({kLogqRun, "ls"}, without_collector()));

  EXPECT_EQ(result.status, 125);
  EXPECT_EQ(result.err, "logq-run: option -u UNIT is required (try logq-run --help)\n");
}

TEST(LogqRunAlone, HelpAndVersionSucceed) {
  EXPECT_EQ(run_command(command({kLogqRun, "--help"}, {})).status, 0);
  EXPECT_EQ(run_command(command({kLogqRun, "--version"}, {})).out.substr(0, 9), "logq-run ");
}

}  // namespace
}  // namespace logq::test
