// What we say of unit files, beside what systemd-analyze verify says of the same ones.
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "supervise/service_unit.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using Lines = std::vector<std::string>;

// Each the end of a unit that is otherwise good, unless it has a section or a command of its own.
const std::vector<std::string> kEnds = {
    "!Outside=1\n[Unit]\nno equals here\n=value\n[Service]\nExecStart=/bin/true\n",
    "[Service]\nExecStart=/bin/true \\\n a \\\n b\nBogus=1 \\\n# comment\n\\\n x\nBogus2=1\n",
    "[Service]\r\nExecStart=/bin/true\r\nRestart=no\r\nBogus=1\r\n",
    "[Service]\nExecStart=/bin/true\nBogus\\\n=1\nFoo=\\\\\nBar=1\n",
    "[Service]\nExecStart=/bin/true\nBogus=1\\",
    "[]\n[Service]\nExecStart=/bin/true\n[service]\nx=1\n[X-]\n",
    "[Service]\nExecStart=/bin/"
    "true\n[-Foo]\nBar=1\n[Socket]\nx=1\n[Unit]\n-foo=1\n[Install]\nx-foo=2\nX-foo=1\n.include "
    "foo\n",
    "[Service]\nExecStart=/bin/true\n# foo \\\nBogus=1\n; foo \\\nBogus2=2\n",
    "[Service]\nExecStart=/bin/true\n\\\nBogus=1\n   \\\nBogus2=1\n",
    "[Service]\nExecStart=/bin/true\nBogus=1 \\\n\nBogus2=1\n",
    "!ExecStart=x",
    "Type=sometimes",
    "ExecStart=bin/true",
    "ExecStart=/bin/true \"unclosed",
    "ExecStart=/bin/true \\q",
    "ExecStart=-",
    "ExecStartPre=@/bin/true",
    "ExecStartPre=/bin/true %q",
    "ExecStop=|/bin/true",
    "Restart=x",
    "RestartSec=x",
    "RestartSec=-1",
    "TimeoutSec=x",
    "TimeoutStopSec=5x",
    "TimeoutStopSec=",
    "TimeoutAbortSec=x",
    "WatchdogSec=x",
    "RuntimeMaxSec=x",
    "NotifyAccess=x",
    "FileDescriptorStoreMax=-1",
    "FileDescriptorStoreMax=x",
    "User=a b",
    "User=0x",
    "Group=-x",
    "SupplementaryGroups=a/b",
    "Environment=FOO",
    "Environment=1A=b",
    "Environment=\"A=b",
    "EnvironmentFile=relative",
    "EnvironmentFile=-/does/not/exist",
    "WorkingDirectory=x",
    "WorkingDirectory=~",
    "WorkingDirectory=-/x",
    "RootDirectory=x",
    "UMask=999",
    "UMask=x",
    "Nice=99",
    "Nice=x",
    "OOMScoreAdjust=2000",
    "OOMScoreAdjust=x",
    "LimitNOFILE=x",
    "LimitNOFILE=5:3",
    "LimitCPU=x",
    "LimitNICE=+99",
    "NoNewPrivileges=x",
    "CapabilityBoundingSet=CAP_FOO",
    "AmbientCapabilities=CAP_FOO CAP_CHOWN",
    "IgnoreSIGPIPE=x",
    "StandardInput=x",
    "StandardOutput=x",
    "StandardOutput=file:x",
    "StandardError=y",
    "SyslogIdentifier=%q",
    "SyslogFacility=x",
    "SyslogLevel=x",
    "SyslogLevelPrefix=x",
    "LogLevelMax=x",
    "LogExtraFields=x",
    "LogRateLimitIntervalSec=x",
    "LogRateLimitBurst=x",
    "LogNamespace=a/b",
    "RuntimeDirectory=/abs",
    "RuntimeDirectory=../x",
    "RuntimeDirectoryMode=x",
    "KillMode=x",
    "KillSignal=x",
    "SendSIGKILL=x",
    "SuccessExitStatus=x 300 5",
    "PIDFile=x",
    "RemainAfterExit=x",
    "GuessMainPID=x",
    "RestartPreventExitStatus=abc",
    "PassEnvironment=1a",
    "UnsetEnvironment=1a",
    "Sockets=x",
    "Sockets=x.service",
    "LoadCredential=x",
    "LoadCredential=a/b:/x",
    "LoadCredential=a:/x/../y",
    "LoadCredential=a:/x/./y",
    "LoadCredential=a:/x//y",
    "LoadCredential=a:/x/",
    "SetCredential=",
    "SetCredential=a",
    "SetCredential=a:",
    "SetCredential=a/b:x",
    "SetCredential=%i:x",
    "SetCredential=a:b:c",
    "SetCredential=a:\\x41\\x00\\n",
    "SetCredential=a:\\q",
    "SetCredential=a:b\\x4",
    "SetCredential=a:b\\",
    "ExecStart=/bin/true ; /bin/false",
    "ExecStart=/bin/tr\\x75e",
    "ExecStart=/bin/true ${A B}",
    "X-foo=bar",
    "DynamicUser=x",
    "[Unit]\nRequires=foo\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nAfter=a b.service\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nStartLimitIntervalSec=x\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nStartLimitBurst=x\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nOnFailure=x\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nDocumentation=x\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nDescription=%q\n[Service]\nExecStart=/bin/true\n",
    "[X-Ours]\nfoo=1\n[Service]\nExecStart=/bin/true\n",
    "[Install]\nWantedBy=multi-user.target\n[Service]\nExecStart=/bin/true\n",
    "[Install]\nAlias=x.y\n[Service]\nExecStart=/bin/true\n",
    "[Install]\nFoo=1\n[Service]\nExecStart=/bin/true\n",
    "Type=",
    "Restart=",
    "RestartSec=",
    "RestartSec=infinity",
    "TimeoutSec=",
    "TimeoutSec=0",
    "TimeoutStartSec=",
    "TimeoutAbortSec=",
    "WatchdogSec=",
    "KillMode=",
    "KillSignal=",
    "KillSignal=0",
    "KillSignal=RTMIN+3",
    "SendSIGKILL=",
    "NotifyAccess=",
    "User=",
    "User=%q",
    "Group=a/b",
    "User=a/b",
    "User=a:b",
    "DynamicUser=",
    "UMask=",
    "Nice=",
    "Nice=+5",
    "OOMScoreAdjust=",
    "LimitNOFILE=",
    "LimitNOFILE=1:2:3",
    "LimitNOFILE=:5",
    "LimitNOFILE=infinity:5",
    "LimitNOFILE=1K",
    "LimitCPU=1min",
    "LimitCPU=500ms",
    "LimitRTTIME=5",
    "LimitRTTIME=1s",
    "LimitNICE=5",
    "LimitNICE=-5",
    "LimitNICE=+19",
    "LimitNICE=41",
    "LimitAS=1.5G",
    "LimitAS=1G:infinity",
    "NoNewPrivileges=",
    "CapabilityBoundingSet=",
    "IgnoreSIGPIPE=",
    "StandardOutput=",
    "StandardOutput=file:/x",
    "StandardOutput=append:/x",
    "StandardOutput=truncate:/x",
    "StandardOutput=fd:abc",
    "StandardOutput=fd:a/b",
    "StandardOutput=fd:",
    "StandardOutput=fd",
    "StandardInput=fd",
    "StandardInput=fd:",
    "StandardInput=null",
    "StandardInput=file:x",
    "SyslogFacility=",
    "SyslogFacility=local3",
    "SyslogFacility=3",
    "SyslogFacility=128",
    "SyslogLevel=",
    "SyslogLevel=warning",
    "SyslogLevel=8",
    "SyslogLevel=warn",
    "LogLevelMax=",
    "LogExtraFields=",
    "LogExtraFields=foo=1",
    "LogExtraFields=_FOO=1",
    "LogExtraFields=FOO=1 BAR=2",
    "LogNamespace=",
    "LogNamespace=x",
    "RuntimeDirectory=",
    "RuntimeDirectory=a b/c",
    "StateDirectory=private",
    "StateDirectory=private/x",
    "RuntimeDirectoryPreserve=x",
    "RuntimeDirectoryPreserve=restart",
    "SuccessExitStatus=",
    "SuccessExitStatus=\"x",
    "PIDFile=",
    "PIDFile=/var/run/x.pid",
    "Environment=",
    "Environment=A=%q",
    "Environment=A=1 \"B=2 3\" C=%%",
    "Environment=A=\\x41",
    "EnvironmentFile=",
    "EnvironmentFile=/a/../b",
    "PassEnvironment=",
    "PassEnvironment=\"a",
    "UnsetEnvironment=A=1",
    "WorkingDirectory=",
    "WorkingDirectory=-~",
    "WorkingDirectory=/a/../b",
    "RootDirectory=",
    "RootDirectory=/",
    "Sockets=",
    "Sockets=a.socket",
    "LoadCredential=",
    "LoadCredential=a:b",
    "LoadCredential=a",
    "LoadCredential=a:",
    "FileDescriptorStoreMax=",
    "FileDescriptorStoreMax=5K",
    "FileDescriptorStoreMax=0x10",
    "ExecStart=",
    "ExecStart=/bin/true ;",
    "ExecStart=/bin/true \\; x",
    "ExecStart=/bin/true 'a b' \"c\\x41\" \\101 \\u0041 \\s \\\" \\t",
    "ExecStart=/bin/true a\"b",
    "ExecStart=/bin/true \\",
    "ExecStart=/bin/true 'x",
    "ExecStart=+-@/bin/true x",
    "ExecStart=!!/bin/true",
    "ExecStart=!+/bin/true",
    "ExecStart=++/bin/true",
    "ExecStart=:/bin/true $A",
    "ExecStart=@/bin/true",
    "ExecStart=-@/bin/true",
    "ExecStart=|/bin/true",
    "ExecStart=/bin/",
    "ExecStart=/bin/../bin/true",
    "ExecStart=true",
    "ExecStart=./true",
    "ExecStart=\"/bin/true\" x",
    "ExecStart=/bin/true %%",
    "ExecStart=${A}/true",
    "ExecStart=/bin/true \\xzz",
    "ExecStart=/bin/true \\0",
    "ExecStart=/bin/true \\x00",
    "WatchdogSignal=x",
    "FinalKillSignal=x",
    "RestartKillSignal=x",
    "RestartForceExitStatus=x",
    "SendSIGHUP=x",
    "StartLimitInterval=x",
    "StartLimitBurst=5",
    "[Unit]\nRequires=\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nRequires=a.service %n\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nRequires=a.service b\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nAfter=\"a.service\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nBindTo=a.service\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nRequiresOverridable=a.service\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nDocumentation=\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nDocumentation=man:foo(1) http://x \"https://a b\"\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nDocumentation=foo:bar\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nStartLimitIntervalSec=\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nStartLimitInterval=5\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nStartLimitBurst=\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nStartLimitBurst=5.5\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nOnFailure=a.service\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nBefore=a.service\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nPartOf=a.target\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nDescription=\n[Service]\nExecStart=/bin/true\n",
    "[Install]\nAlso=x\n[Service]\nExecStart=/bin/true\n",
    "[Install]\nDefaultInstance=x\n[Service]\nExecStart=/bin/true\n",
    "Type=oneshot\nRestart=always",
    "Type=oneshot\nRestart=on-success",
    "Type=oneshot\nRestart=on-failure",
    "Type=oneshot\nRuntimeMaxSec=5",
    "Type=forking",
    "Type=exec",
    "Type=idle",
    "ExecStart=\nExecStop=/bin/true",
    "ExecStart=\nExecStop=/bin/true\nType=oneshot",
    "RuntimeDirectory=\"a b\"",
    "RuntimeDirectory=\"a",
    "Environment=A=\\q",
    "ExecStart=/bin/true ; ;",
    "ExecStart=;",
    "ExecStart=/bin/tr'u'e",
    "ExecStart=/bin/\"x",
    "User=1000\nGroup=1000\nSupplementaryGroups=a b",
    "User=a%i",
    "DynamicUser=yes",
    "LogExtraFields=\"A=1",
    "LogExtraFields=\\q=1",
    "SyslogIdentifier=a b",
    "LoadCredential=a:b:c",
    "LoadCredential=%i:/x",
    "PassEnvironment=A B 1C",
    "UnsetEnvironment=A B=1 1C",
    "Sockets=a.socket b c.socket",
    "SuccessExitStatus=SIGTERM TERM 15 RTMIN+1 TEMPFAIL EXIT_FAILURE",
    "RestartPreventExitStatus=a,b",
    "UMask=0o22",
    "UMask=77777",
    "UMask=-1",
    "Nice=0x5",
    "OOMScoreAdjust=-1000",
    "WatchdogSec=infinity",
    "WatchdogSec=0",
    "WorkingDirectory=--/x",
    "WorkingDirectory=-x",
    "CapabilityBoundingSet=~CAP_CHOWN cap_kill 5",
    "CapabilityBoundingSet=\"x",
    "StandardOutput=fd:a b",
    "StandardInput=fd:a:b",
    "StandardError=inherit",
    "StandardOutput=null",
    "TimeoutStopSec=infinity",
    "RuntimeDirectoryMode=0755",
    "RuntimeDirectory=./a//b",
    "RuntimeDirectory=a/.",
    "LimitNOFILE= 5 : 6",
    "LimitAS=-1",
    "LimitAS=1G ",
    "LimitCORE=infinity:infinity",
    "EnvironmentFile=-relative",
    "EnvironmentFile=/x/*.env",
    "EnvironmentFile=--/x",
    "ExecStart=/bin/true\nExecStart=/bin/true",
    "ExecStart=/bin/true \\u00e4 \\U0001F600 \\x41 \\377",
    "ExecStart=/bin/true \\400",
    "ExecStart=/bin/true \\ud800",
    "ExecStart=/bin/true \\u0000",
    "ExecStart=/bin/tr\"\\\"'\"ue",
    "ExecStart=.",
    "ExecStart=..",
    "ExecStart=/",
    "ExecStart=/bin/./true",
    "ExecStart=\"\" x",
    "ExecStart=\"\"",
    "ExecStart=@\"\" x",
    "[Unit]\nBindsTo=a.socket\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nStartLimitBurst=0\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nStartLimitIntervalSec=infinity\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nDescription=a\\\\\\\nb\n[Service]\nExecStart=/bin/true\n",
    "[Unit]\nFoo=1\nFoo=2\n[Service]\nExecStart=/bin/true\n",
};

std::string unit_text(const std::string& end) {
  if (end.starts_with("[") || end.starts_with("!")) return end.substr(end.starts_with("!") ? 1 : 0);
  const bool has_command = end.starts_with("ExecStart=");
  return "[Service]\n" + end + "\n" + (has_command ? "" : "ExecStart=/bin/true\n");
}

class UnitVerify : public testing::Test {
 protected:
  static std::string name_of(std::size_t index) {
    return "u" + std::to_string(1000 + index) + ".service";
  }

  void SetUp() override {
    for (std::size_t i = 0; i < kEnds.size(); ++i)
      test::write_text_file(directory_.path() + "/" + name_of(i), unit_text(kEnds[i]));
  }

  // Of all units in one go, by the unit's name. Lines of the manager, which it says after that it
  // has refused to load a unit, or of units that are not there, are not about the file.
  std::map<std::string, Lines> theirs() {
    std::vector<std::string> argv{"systemd-analyze", "verify", "--man=no"};
    for (std::size_t i = 0; i < kEnds.size(); ++i)
      argv.push_back(directory_.path() + "/" + name_of(i));
    result_ = test::run_command({.argv = argv, .environment = {}, .input = {}});
    std::map<std::string, Lines> lines;
    std::istringstream said(result_.err);
    for (std::string line; std::getline(said, line);) {
      const std::string shown = without_directory(line);
      const bool is_of_a_file = shown.starts_with("u1") && !line.starts_with("Unit ");
      const bool is_of_a_job = line.find("Failed to create ") != std::string::npos;
      if (is_of_a_file && !is_of_a_job) lines[shown.substr(0, 13)].push_back(shown);
    }
    return lines;
  }

  Lines ours(std::size_t index) {
    Lines lines;
    const LoadedService service =
        load_service(directory_.path() + "/" + name_of(index), HostFacts::of_this_process());
    for (const UnitProblem& problem : service.problems) {
      const bool is_only_ours =
          problem.message.find("is not honoured by logq-run yet") != std::string::npos;
      if (!is_only_ours) lines.push_back(without_directory(problem.text()));
    }
    return lines;
  }

  std::string without_directory(const std::string& line) {
    const std::string prefix = directory_.path() + "/";
    return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
  }

  test::TempDir directory_;
  test::CommandResult result_;
};

TEST_F(UnitVerify, SaysWhatSystemdSaysOfBadAndGoodUnits) {
  auto said = theirs();
  if (result_.status == 127) GTEST_SKIP() << "no systemd-analyze here";
  ASSERT_GT(said.size(), 50U) << result_.err;

  for (std::size_t i = 0; i < kEnds.size(); ++i)
    EXPECT_EQ(ours(i), said[name_of(i)]) << unit_text(kEnds[i]);
}

}  // namespace
}  // namespace logq::supervise
