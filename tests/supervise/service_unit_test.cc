#include "supervise/service_unit.h"

#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "supervise/ignored_keys.h"
#include "supervise/pending_keys.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using base::kInfiniteUsec;
using base::kUsecPerSecond;
using wire::NotifyAccess;
using Lines = std::vector<std::string>;

LoadedService read(const std::string& text, const std::string& name = "hello.service") {
  HostFacts host;
  host.runtime_directory = "/run";
  host.home = "/root";
  return read_service(name, {{"/u/" + name, text}}, host);
}

// That what is right is not acted on yet.
bool is_of_pending_key(const UnitProblem& problem) {
  return problem.message.find("is not honoured by logq-run yet") != std::string::npos;
}

// One with nothing to complain about.
ServiceUnit good(const std::string& text) {
  const LoadedService service = read(text);
  for (const UnitProblem& problem : service.problems)
    EXPECT_TRUE(is_of_pending_key(problem)) << problem.text();
  return service.unit;
}

ServiceUnit with(const std::string& lines) {
  return good("[Service]\nExecStart=/bin/true\n" + lines);
}

Lines problems_of(const LoadedService& service) {
  Lines lines;
  for (const UnitProblem& problem : service.problems)
    lines.push_back(problem.text());
  return lines;
}

// The unit of the post that many Elixir services are run by.
constexpr const char* kHello = R"([Unit]
Description=Hello World service
Requires=network.target

[Service]
Type=notify
Environment=PORT=80
ExecStart=/opt/hello/bin/hello start
WatchdogSec=1min
CapabilityBoundingSet=CAP_NET_BIND_SERVICE
Environment=ERL_CRASH_DUMP_SECONDS=0
DynamicUser=true
PrivateDevices=true

[Install]
WantedBy=multi-user.target
)";

TEST(ServiceUnit, IsReadFromTheFileOfAHelloService) {
  const LoadedService service = read(kHello);
  const ServiceUnit& unit = service.unit;

  EXPECT_EQ(problems_of(service),
            (Lines{"/u/hello.service:13: Key 'PrivateDevices' in section [Service] is not honoured "
                   "by logq-run (sandboxing), ignoring."}));
  EXPECT_TRUE(service.is_usable());
  EXPECT_EQ(unit.description, "Hello World service");
  EXPECT_EQ(unit.dependencies.requires_units, Lines{"network.target"});
  EXPECT_EQ(unit.type, ServiceType::kNotify);
  EXPECT_EQ(unit.notify_access, NotifyAccess::kMain);
  EXPECT_EQ(unit.commands.start.front().argv, (Lines{"/opt/hello/bin/hello", "start"}));
  EXPECT_EQ(unit.timeouts.watchdog_usec, 60 * kUsecPerSecond);
  EXPECT_EQ(unit.execution.environment.assignments(),
            (Lines{"PORT=80", "ERL_CRASH_DUMP_SECONDS=0"}));
  EXPECT_EQ(unit.execution.capability_bounding_set, std::uint64_t{1} << 10);
  EXPECT_TRUE(unit.execution.has_dynamic_user);
}

TEST(ServiceUnit, WithSocketsBelongsToThem) {
  const ServiceUnit unit = good(
      "[Unit]\nAfter=hello-http.socket hello-https.socket\n"
      "BindTo=hello-http.socket hello-https.socket\nRequires=sockets.target\n"
      "[Service]\nExecStart=/bin/true\nSockets=hello-http.socket %p-https.socket\n");

  EXPECT_EQ(unit.dependencies.binds_to, (Lines{"hello-http.socket", "hello-https.socket"}));
  EXPECT_EQ(unit.dependencies.after, unit.dependencies.binds_to);
  EXPECT_EQ(unit.sockets, unit.dependencies.binds_to);
}

TEST(ServiceUnit, HasSystemdsDefaults) {
  const ServiceUnit unit = with("");

  EXPECT_EQ(unit.type, ServiceType::kSimple);
  EXPECT_EQ(unit.notify_access, NotifyAccess::kNone);
  EXPECT_EQ(unit.restart.restart, Restart::kNo);
  EXPECT_EQ(unit.restart.delay_usec, kUsecPerSecond / 10);
  EXPECT_EQ(unit.start_limit.interval_usec, 10 * kUsecPerSecond);
  EXPECT_EQ(unit.start_limit.burst, 5U);
  EXPECT_EQ(unit.timeouts.start_usec, 90 * kUsecPerSecond);
  EXPECT_EQ(unit.timeouts.stop_usec, 90 * kUsecPerSecond);
  EXPECT_FALSE(unit.timeouts.abort_usec);
  EXPECT_EQ(unit.timeouts.runtime_usec, kInfiniteUsec);
  EXPECT_EQ(unit.kill.signal, SIGTERM);
  EXPECT_EQ(unit.kill.final_signal, SIGKILL);
  EXPECT_EQ(unit.kill.watchdog_signal, SIGABRT);
  EXPECT_TRUE(unit.kill.sends_kill);
  EXPECT_EQ(unit.log.facility * 8 + unit.log.level, 30);
  EXPECT_TRUE(unit.execution.ignores_sigpipe);
  EXPECT_EQ(unit.execution.umask, 0022U);
}

TEST(ServiceUnit, IsAOneshotWithoutAStartCommandAndMayTakeForever) {
  const ServiceUnit unit = good("[Service]\nExecStop=/bin/true\nRemainAfterExit=yes\n");

  EXPECT_EQ(unit.type, ServiceType::kOneshot);
  EXPECT_EQ(unit.timeouts.start_usec, kInfiniteUsec);
  EXPECT_EQ(with("Type=oneshot\nTimeoutStartSec=5\n").timeouts.start_usec, 5 * kUsecPerSecond);
}

TEST(ServiceUnit, ListensToNotificationsWhereSomethingNeedsThem) {
  EXPECT_EQ(with("WatchdogSec=5\n").notify_access, NotifyAccess::kMain);
  EXPECT_EQ(with("FileDescriptorStoreMax=1\n").notify_access, NotifyAccess::kMain);
  EXPECT_EQ(with("Type=notify-reload\nNotifyAccess=all\n").notify_access, NotifyAccess::kAll);
}

TEST(ServiceUnit, HasTimesOfWhichZeroIsNone) {
  const ServiceTimeouts times =
      with("TimeoutSec=0\nTimeoutAbortSec=3\nRuntimeMaxSec=1h\nWatchdogSec=infinity\n").timeouts;

  EXPECT_EQ(times.start_usec, kInfiniteUsec);
  EXPECT_EQ(times.stop_usec, kInfiniteUsec);
  EXPECT_EQ(times.abort_usec, 3 * kUsecPerSecond);
  EXPECT_EQ(times.runtime_usec, 3600 * kUsecPerSecond);
  EXPECT_EQ(times.watchdog_usec, 0U);
}

TEST(ServiceUnit, SaysWhenToRestart) {
  const ServiceUnit unit = with(
      "Restart=on-failure\nRestartSec=1500ms\nRestartSteps=3\nRestartMaxDelaySec=1min\n"
      "RestartPreventExitStatus=1 SIGABRT\nRestartForceExitStatus=TEMPFAIL\nSuccessExitStatus=9\n"
      "StartLimitInterval=30\nStartLimitBurst=2\n");

  EXPECT_EQ(unit.restart.restart, Restart::kOnFailure);
  EXPECT_EQ(unit.restart.delay_usec, 1'500'000U);
  EXPECT_EQ(unit.restart.steps, 3U);
  EXPECT_EQ(unit.restart.max_delay_usec, 60 * kUsecPerSecond);
  EXPECT_TRUE(unit.restart.prevent.contains({ProcessExit::Code::kDumped, SIGABRT}));
  EXPECT_TRUE(unit.restart.force.contains({ProcessExit::Code::kExited, 75}));
  EXPECT_TRUE(unit.success_statuses.contains({ProcessExit::Code::kExited, 9}));
  EXPECT_EQ(unit.start_limit.interval_usec, 30 * kUsecPerSecond);
  EXPECT_EQ(unit.start_limit.burst, 2U);
}

TEST(ServiceUnit, SaysHowToStop) {
  const KillSettings kill =
      with(
          "KillMode=mixed\nKillSignal=SIGINT\nRestartKillSignal=HUP\nFinalKillSignal=QUIT\n"
          "WatchdogSignal=6\nReloadSignal=USR1\nSendSIGHUP=yes\nSendSIGKILL=no\n")
          .kill;

  EXPECT_EQ(kill.mode, KillMode::kMixed);
  EXPECT_EQ(kill.signal, SIGINT);
  EXPECT_EQ(kill.restart_signal, SIGHUP);
  EXPECT_EQ(kill.final_signal, SIGQUIT);
  EXPECT_EQ(kill.watchdog_signal, SIGABRT);
  EXPECT_EQ(kill.reload_signal, SIGUSR1);
  EXPECT_TRUE(kill.sends_hup);
  EXPECT_FALSE(kill.sends_kill);
}

TEST(ServiceUnit, SaysWhatAProcessFinds) {
  const ExecutionSettings found =
      with(
          "User=mia\nGroup=100\nSupplementaryGroups=adm \"tape\"\nUMask=0077\nNice=-5\n"
          "OOMScoreAdjust=500\nWorkingDirectory=-/srv/%p/\nEnvironment=A=1 \"B=x y\" C=%%\n"
          "EnvironmentFile=-/etc/default/%p\nPassEnvironment=TERM\nUnsetEnvironment=LANG A=1\n"
          "LimitNOFILE=5\nLimitNOFILE=7:9\nNoNewPrivileges=yes\nIgnoreSIGPIPE=no\n")
          .execution;

  EXPECT_EQ(found.user + ":" + found.group, "mia:100");
  EXPECT_EQ(found.supplementary_groups, (Lines{"adm", "tape"}));
  EXPECT_EQ(found.umask, 0077U);
  EXPECT_EQ(found.nice, -5);
  EXPECT_EQ(found.oom_score_adjust, 500);
  EXPECT_EQ(found.working_directory, "/srv/hello");
  EXPECT_TRUE(found.may_lack_working_directory);
  EXPECT_EQ(found.environment.assignments(), (Lines{"A=1", "B=x y", "C=%"}));
  EXPECT_EQ(found.environment_files.front().path, "/etc/default/hello");
  EXPECT_TRUE(found.environment_files.front().is_optional);
  EXPECT_EQ(found.pass_environment, Lines{"TERM"});
  EXPECT_EQ(found.unset_environment, (Lines{"LANG", "A=1"}));
  EXPECT_EQ(found.limits, (std::vector{ResourceLimit{RLIMIT_NOFILE, 7, 9}}));
  EXPECT_TRUE(found.has_no_new_privileges);
  EXPECT_FALSE(found.ignores_sigpipe);
}

TEST(ServiceUnit, HasDirectoriesAndCredentials) {
  const ExecutionSettings found =
      with(
          "RuntimeDirectory=%p a/./b/\nRuntimeDirectoryMode=0700\n"
          "RuntimeDirectoryPreserve=restart\nStateDirectory=s\nLogsDirectory=l\n"
          "LoadCredential=key:/etc/key\nLoadCredential=other\n"
          "SetCredential=key:%p\nSetCredential=key:a:\\x00\\n%p\n")
          .execution;
  const auto& directories = found.directories;

  EXPECT_EQ(directories[0].names, (Lines{"a/b", "hello"}));
  EXPECT_EQ(directories[0].mode, 0700U);
  EXPECT_EQ(found.preserve_runtime, PreserveRuntime::kRestart);
  EXPECT_EQ(directories[static_cast<int>(DirectoryKind::kState)].names, Lines{"s"});
  EXPECT_EQ(directories[static_cast<int>(DirectoryKind::kLogs)].names, Lines{"l"});
  EXPECT_EQ(directories[static_cast<int>(DirectoryKind::kCache)].mode, 0755U);
  EXPECT_EQ(found.credentials.at(0).path, "/etc/key");
  EXPECT_EQ(found.credentials.at(1).path, "other");
  ASSERT_EQ(found.credential_values.size(), 1U);
  EXPECT_EQ(found.credential_values.front().value, std::string("a:\0\n%p", 6));
}

TEST(ServiceUnit, AddsToCapabilitiesAndTakesThemAway) {
  const auto bounding = [](const std::string& lines) {
    return with(lines).execution.capability_bounding_set;
  };
  EXPECT_EQ(bounding("CapabilityBoundingSet=CAP_CHOWN cap_kill\n"), 0b100001U);
  EXPECT_EQ(bounding("CapabilityBoundingSet=CAP_CHOWN\nCapabilityBoundingSet=CAP_KILL\n"),
            0b100001U);
  EXPECT_EQ(bounding("CapabilityBoundingSet=~CAP_CHOWN\n"), ~std::uint64_t{1});
  EXPECT_EQ(bounding("CapabilityBoundingSet=CAP_CHOWN CAP_KILL\nCapabilityBoundingSet=~CAP_KILL\n"),
            1U);
  EXPECT_EQ(bounding("CapabilityBoundingSet=\n"), 0U);
  EXPECT_EQ(with("AmbientCapabilities=CAP_CHOWN\n").execution.ambient_capabilities, 1U);
}

TEST(ServiceUnit, SaysWhereOutputGoesAndHowItIsLogged) {
  const ServiceUnit unit = with(
      "StandardInput=file:/in\nStandardOutput=append:/var/log/%p\nStandardError=fd:err\n"
      "SyslogIdentifier=%p-x\nSyslogFacility=local3\nSyslogLevel=notice\nSyslogLevelPrefix=no\n"
      "LogLevelMax=4\nLogExtraFields=A=1 \"B=x y\"\nLogRateLimitIntervalSec=5\n"
      "LogRateLimitBurst=9\nLogNamespace=ours\n");

  EXPECT_EQ(unit.standard_input.name, "/in");
  EXPECT_EQ(unit.standard_output.to, Output::To::kAppend);
  EXPECT_EQ(unit.standard_output.name, "/var/log/hello");
  EXPECT_EQ(unit.standard_error.to, Output::To::kDescriptor);
  EXPECT_EQ(unit.standard_error.name, "err");
  EXPECT_EQ(unit.log.identifier, "hello-x");
  EXPECT_EQ(unit.log.facility * 8 + unit.log.level, 19 * 8 + 5);
  EXPECT_FALSE(unit.log.has_level_prefix);
  EXPECT_EQ(unit.log.max_level, 4);
  EXPECT_EQ(unit.log.extra_fields, (Lines{"A=1", "B=x y"}));
  EXPECT_EQ(unit.log.rate_interval_usec, 5 * kUsecPerSecond);
  EXPECT_EQ(unit.log.rate_burst, 9U);
  EXPECT_EQ(unit.log.log_namespace, "ours");
}

TEST(ServiceUnit, HasAPidFileInTheRuntimeDirectory) {
  EXPECT_EQ(with("PIDFile=x.pid\n").pid_file, "/run/x.pid");
  EXPECT_EQ(with("PIDFile=/a//b.pid\n").pid_file, "/a/b.pid");
}

TEST(ServiceUnit, TakesListsBackWithAnEmptyValue) {
  const ServiceUnit unit = good(
      "[Service]\nExecStart=/bin/false\nExecStart=\nExecStart=/bin/true\n"
      "Environment=A=1\nEnvironment=\nEnvironment=B=2\nEnvironmentFile=/a\nEnvironmentFile=\n"
      "SuccessExitStatus=5\nSuccessExitStatus=\nRuntimeDirectory=a\nRuntimeDirectory=\n"
      "User=a\nUser=\nSupplementaryGroups=a\nSupplementaryGroups=\nNice=5\nNice=\n");

  ASSERT_EQ(unit.commands.start.size(), 1U);
  EXPECT_EQ(unit.commands.start.front().program, "/bin/true");
  EXPECT_EQ(unit.execution.environment.assignments(), Lines{"B=2"});
  EXPECT_TRUE(unit.execution.environment_files.empty());
  EXPECT_TRUE(unit.success_statuses.statuses.none());
  EXPECT_TRUE(unit.execution.directories[0].names.empty());
  EXPECT_EQ(unit.execution.user, "");
  EXPECT_TRUE(unit.execution.supplementary_groups.empty());
  EXPECT_FALSE(unit.execution.nice);
}

TEST(ServiceUnit, IsChangedByItsDropInsOneOfWhichMayBeBroken) {
  const LoadedService service = read_service(
      "a.service",
      {{"/a.service", "[Service]\nExecStart=/bin/true\nRestart=no\n"},
       {"/a.service.d/1.conf", "[Service]\nRestart=always\n[Broken\nRestart=on-abort\n"},
       {"/a.service.d/2.conf", "[Service]\nNice=3\n"}},
      {});

  EXPECT_EQ(problems_of(service), Lines{"/a.service.d/1.conf:3: Invalid section header '[Broken'"});
  EXPECT_TRUE(service.is_usable());
  EXPECT_EQ(service.unit.restart.restart, Restart::kAlways);
  EXPECT_EQ(service.unit.execution.nice, 3);
}

TEST(ServiceUnit, TellsOnceOfAKeyThatIsNotHonouredAndOfEveryLineThatIsUnknown) {
  const LoadedService service = read(
      "[Unit]\nBogusKey=1\nBogusKey=2\nX-Ours=1\n[Service]\nExecStart=/bin/true\n"
      "SystemCallFilter=a\nSystemCallFilter=b\n[Install]\nWantedBy=x.target\nFoo=1\n");

  EXPECT_EQ(problems_of(service),
            (Lines{"/u/hello.service:2: Unknown key 'BogusKey' in section [Unit], ignoring.",
                   "/u/hello.service:3: Unknown key 'BogusKey' in section [Unit], ignoring.",
                   "/u/hello.service:7: Key 'SystemCallFilter' in section [Service] is not "
                   "honoured by logq-run (sandboxing), ignoring.",
                   "/u/hello.service:11: Unknown key 'Foo' in section [Install], ignoring."}));
  EXPECT_TRUE(service.is_usable());
}

TEST(ServiceUnit, TellsOnceOfAKeyThatIsNotActedOnYet) {
  const LoadedService service = read(
      "[Unit]\nAfter=network.target\nAfter=a.target b.service c.socket\nAfter=d.service\n"
      "[Service]\nExecStart=/bin/true\nLogLevelMax=bogus\nLogLevelMax=3\n");

  EXPECT_EQ(problems_of(service),
            (Lines{"/u/hello.service:3: Key 'After' in section [Unit] is not honoured by logq-run "
                   "yet, ignoring: b.service c.socket",
                   "/u/hello.service:7: Failed to parse log level, ignoring: bogus"}));
  EXPECT_TRUE(service.is_usable());
}

TEST(ServiceUnit, SaysNothingOfValuesThatAskForNothing) {
  const LoadedService service = read(
      "[Unit]\nAfter=network.target\nWants=\n[Service]\nExecStart=/bin/true\nDynamicUser=no\n"
      "FileDescriptorStoreMax=0\nSockets=\nStandardInput=null\nStandardOutput=file:/x\n"
      "StandardError=journal\nLogNamespace=\n");

  EXPECT_EQ(problems_of(service), Lines{});
}

TEST(PendingKeys, AreAllOfThoseThatAreRead) {
  for (const PendingKey& pending : pending_keys()) {
    if (pending.section == "Socket") continue;
    const LoadedService service =
        read("[Service]\nExecStart=/bin/true\n[" + std::string(pending.section) + "]\n" +
             std::string(pending.key) + "=\n");
    for (const std::string& problem : problems_of(service))
      EXPECT_EQ(problem.find("Unknown key"), std::string::npos) << problem;
  }
}

TEST(ServiceUnit, IsReadFromFilesOfADirectory) {
  test::TempDir directory;
  const std::string path = directory.path();
  test::write_text_file(path + "/web@.service", "[Service]\nExecStart=/bin/echo %i\n");
  std::filesystem::create_directory(path + "/web@.service.d");
  test::write_text_file(path + "/web@.service.d/a.conf", "[Service]\nNice=7\n");

  const LoadedService service = load_service(path + "/web@x.service", {});

  EXPECT_TRUE(service.problems.empty());
  EXPECT_EQ(service.unit.name, "web@x.service");
  EXPECT_EQ(service.unit.commands.start.front().argv.back(), "x");
  EXPECT_EQ(service.unit.execution.nice, 7);
}

TEST(ServiceUnit, CannotBeReadFromWhatIsNoUnitFile) {
  test::TempDir directory;
  const std::string path = directory.path();
  test::write_text_file(path + "/empty.service", "");

  for (const auto& [name, what] : {std::pair{"none.service", "No such file or directory"},
                                   {"x.socket", "not the name"},
                                   {"a b.service", "not the name"},
                                   {"empty.service", "Unit empty.service is masked."}}) {
    const LoadedService service = load_service(path + "/" + name, {});
    EXPECT_FALSE(service.is_usable()) << name;
    EXPECT_NE(problems_of(service).at(0).find(what), std::string::npos)
        << problems_of(service).at(0);
  }
}

TEST(ServiceUnit, OfDebianCanBeStarted) {
  int read_units = 0;
  for (const char* name : {"epmd.service", "redis-server.service", "ejabberd.service",
                           "postgresql@x.service", "systemd-journald.service"}) {
    const LoadedService service =
        load_service("/lib/systemd/system/" + std::string(name), HostFacts::of_this_process());
    if (!std::filesystem::exists(service.unit.file)) continue;
    ++read_units;
    EXPECT_TRUE(service.is_usable()) << name;
    EXPECT_FALSE(service.unit.commands.start.empty()) << name;
    for (const std::string& problem : problems_of(service))
      EXPECT_NE(problem.find("is not honoured by logq-run"), std::string::npos) << problem;
  }
  if (read_units == 0) GTEST_SKIP() << "no units of Debian here";
}

TEST(IgnoredKeys, AreNoneOfThoseThatAreHonoured) {
  for (const IgnoredKeys& group : ignored_keys()) {
    if (group.section == "Socket") continue;
    for (const std::string_view key : split_blanks(group.keys)) {
      const LoadedService service =
          read("[Service]\nExecStart=/bin/true\n[" + std::string(group.section) + "]\n" +
               std::string(key) + "=x\n");
      ASSERT_EQ(service.problems.size(), 1U) << key;
      EXPECT_NE(service.problems.front().message.find("not honoured by logq-run"),
                std::string::npos)
          << key << ": " << service.problems.front().message;
    }
  }
}

}  // namespace
}  // namespace logq::supervise
