// What we say of socket units, beside what systemd-analyze verify says of the same ones.
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "supervise/socket_unit.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using Lines = std::vector<std::string>;

// Each the end of a unit that is otherwise good, unless it has a section of its own.
const std::vector<std::string> kEnds = {
    "ListenStream=",
    "ListenStream=x",
    "ListenStream=/run/a",
    "ListenStream=/run/../a",
    "ListenStream=/run//a/./b",
    "ListenStream=@abc",
    "ListenStream=@",
    "ListenStream=80",
    "ListenStream=0",
    "ListenStream=65536",
    "ListenStream=127.0.0.1:80",
    "ListenStream=127.0.0.1:0",
    "ListenStream=127.0.0.1",
    "ListenStream=[::1]:80",
    "ListenStream=[::1]",
    "ListenStream=::1:80",
    "ListenStream=vsock:2:1234",
    "ListenStream=vsock::1234",
    "ListenStream=vsock:2:",
    "ListenStream=vsock:-1:5",
    "ListenStream=vsock:4294967295:5",
    "ListenStream=vsock-stream:2:5",
    "ListenDatagram=vsock:2:1234",
    "ListenSequentialPacket=vsock:2:1234",
    "ListenSequentialPacket=80",
    "ListenSequentialPacket=/a",
    "ListenStream=localhost:80",
    "ListenStream=1.2.3:80",
    "ListenStream=1.2.3.4:80x",
    "ListenStream= 80",
    "ListenStream=+80",
    "ListenStream=0x50",
    "ListenStream=080",
    "ListenStream=-1",
    "ListenStream=%t/a",
    "ListenStream=/a b",
    "ListenStream=/a\\x41",
    "ListenFIFO=x",
    "ListenFIFO=/run/x",
    "ListenFIFO=/run/../x",
    "ListenFIFO=",
    "ListenSpecial=x",
    "ListenSpecial=/dev/x",
    "ListenMessageQueue=x",
    "ListenMessageQueue=/x",
    "ListenUSBFunction=/x",
    "ListenUSBFunction=x",
    "ListenNetlink=audit 1",
    "ListenNetlink=audit",
    "ListenNetlink=route 1361",
    "ListenNetlink=bogus",
    "ListenNetlink=route x",
    "ListenNetlink=route 1 2",
    "ListenNetlink=16",
    "ListenNetlink=kobject-uevent 2",
    "ListenNetlink=route -1",
    "ListenNetlink=Route",
    "ListenNetlink=route  5",
    "ListenNetlink=-1",
    "ListenNetlink=route 4294967296",
    "ListenNetlink=route 0x10",
    "ListenNetlink=\"route\" 1",
    "ListenNetlink=2147483648",
    "Writable=x",
    "Writable=yes",
    "MessageQueueMaxMessages=x",
    "MessageQueueMaxMessages=5",
    "MessageQueueMessageSize=",
    "MessageQueueMessageSize=-1",
    "MessageQueueMessageSize=99999999999999999999",
    "User=a b",
    "LimitNOFILE=x",
    "KillMode=x",
    "StandardOutput=x",
    "StandardInput=socket",
    "ListenNetlink=",
    "FileDescriptorName=",
    "FileDescriptorName=a:b",
    "FileDescriptorName=a/b",
    "FileDescriptorName=a b",
    "FileDescriptorName=%p",
    "FileDescriptorName=ä",
    "Service=",
    "Service=x",
    "Service=x.socket",
    "Service=%p.service",
    "Service=%p-x",
    "Accept=x",
    "Accept=",
    "MaxConnections=x",
    "MaxConnections=",
    "MaxConnections=0",
    "MaxConnectionsPerSource=x",
    "BindIPv6Only=x",
    "BindIPv6Only=",
    "BindIPv6Only=both",
    "BindIPv6Only=yes",
    "BindIPv6Only=ipv6-only",
    "BindIPv6Only=default",
    "BindToDevice=",
    "BindToDevice=lo",
    "BindToDevice=a/b",
    "BindToDevice=abcdefghijklmnopqrst",
    "BindToDevice=*",
    "Backlog=x",
    "Backlog=",
    "Backlog=-1",
    "Backlog=5",
    "ReusePort=x",
    "NoDelay=x",
    "KeepAlive=x",
    "KeepAliveTimeSec=x",
    "KeepAliveTimeSec=",
    "KeepAliveTimeSec=5",
    "KeepAliveIntervalSec=x",
    "KeepAliveProbes=x",
    "DeferAcceptSec=x",
    "FreeBind=x",
    "Transparent=x",
    "Broadcast=x",
    "SocketMode=x",
    "SocketMode=",
    "SocketMode=999",
    "SocketMode=0777",
    "DirectoryMode=x",
    "SocketUser=a/b",
    "SocketUser=",
    "SocketUser=root",
    "SocketUser=nosuchuser",
    "SocketUser=a b",
    "SocketGroup=a:b",
    "SocketGroup=",
    "SocketGroup=12345",
    "PassCredentials=x",
    "PassSecurity=x",
    "PassPacketInfo=x",
    "Timestamping=x",
    "Timestamping=",
    "Timestamping=us",
    "Timestamping=ns",
    "Timestamping=off",
    "Timestamping=usec",
    "Timestamping=nsec",
    "Timestamping=µs",
    "Timestamping=yes",
    "ReceiveBuffer=x",
    "ReceiveBuffer=",
    "ReceiveBuffer=8M",
    "ReceiveBuffer=-1",
    "ReceiveBuffer=1.5M",
    "ReceiveBuffer=999999999999",
    "SendBuffer=x",
    "PipeSize=x",
    "PipeSize=999999999999999999999",
    "Priority=x",
    "Priority=",
    "Priority=-1",
    "Mark=x",
    "Mark=0x10",
    "IPTOS=x",
    "IPTOS=",
    "IPTOS=low-delay",
    "IPTOS=throughput",
    "IPTOS=reliability",
    "IPTOS=low-cost",
    "IPTOS=300",
    "IPTOS=16",
    "IPTOS=-1",
    "IPTTL=x",
    "IPTTL=999",
    "TCPCongestion=x",
    "TCPCongestion=",
    "RemoveOnStop=x",
    "Symlinks=",
    "Symlinks=x",
    "Symlinks=/a /b",
    "Symlinks=/a/../b",
    "Symlinks=/a //b/",
    "Symlinks=\"/a b\" /c",
    "Symlinks=\"/a",
    "FlushPending=x",
    "FlushPending=yes",
    "TriggerLimitIntervalSec=x",
    "TriggerLimitIntervalSec=",
    "TriggerLimitIntervalSec=infinity",
    "TriggerLimitBurst=x",
    "TriggerLimitBurst=",
    "ExecStartPre=/bin/true",
    "ExecStartPost=",
    "ExecStopPre=/bin/true",
    "ExecStopPost=/bin/true",
    "TimeoutSec=x",
    "TimeoutSec=0",
    "SocketProtocol=x",
    "SocketProtocol=udplite",
    "SocketProtocol=sctp",
    "SocketProtocol=tcp",
    "SocketProtocol=",
    "Bogus=1",
    "Type=simple",
    "Restart=no",
    "Sockets=x",
    "X-foo=1",
    "FileDescriptorStoreMax=5",
    "PollLimitBurst=5",
    "PassFileDescriptorsToExec=yes",
    "[Socket]\n",
    "[Unit]\nDescription=x\n",
    "[Socket]\nListenStream=\n",
    "[Socket]\nListenStream=x\n",
    "[Socket]\nListenStream=/a\nListenStream=\n",
    "[Socket]\nListenStream=/a\nListenDatagram=\n",
    "[Socket]\nListenDatagram=80\nAccept=yes\n",
    "[Socket]\nListenStream=80\nAccept=yes\nService=x.service\n",
    "[Socket]\nListenStream=80\nAccept=yes\nMaxConnections=0\n",
    "[Socket]\nListenFIFO=/a\nAccept=yes\n",
    "[Socket]\nListenStream=/a\nListenStream=/b\nSymlinks=/c\n",
    "[Socket]\nListenStream=80\nSymlinks=/c\n",
    "[Socket]\nListenStream=80\nSymlinks=\n",
    "[Socket]\nListenNetlink=audit 1\nSymlinks=/c\n",
    "[Socket]\nListenStream=@a\nSymlinks=/c\n",
    "[Socket]\nListenStream=/a\nListenFIFO=/b\nSymlinks=/c\n",
    "[Socket]\nListenStream=/a\n[Install]\nWantedBy=sockets.target\nFoo=1\n",
    "[Socket]\nListenStream=/a\n[Service]\nExecStart=/bin/true\n",
    "[Socket]\nSocketProtocol=sctp\nListenStream=80\n",
    "[Socket]\nSocketProtocol=udplite\nListenDatagram=80\n",
    "!Outside=1\n[Socket]\nno equals here\n=value\nListenStream=/a\n",
};

// For each kind of socket.
const std::vector<std::string> kAddresses = {
    "127.0.0.1:70000",
    "127.0.0.1:-5",
    "1.2.3.4:080",
    "1.2.3.4:0x50",
    "1.2.3.4:+5",
    "1.2.3.4: 5",
    "1.2.3.4:5 ",
    "01.2.3.4:5",
    "1.2.3.4:",
    "1.2.3.4:5:6",
    ":5",
    "vsock:2:99999999999",
    "vsock:2:-1",
    "vsock:a:5",
    "vsock:2:0x10",
    "vsock:2:5:6",
    "vsock",
    "vsock:",
    "vsock:2",
    "vsock::",
    "vsock:0x2:5",
    "vsock:4294967296:5",
    "vsock:-1:x",
    "VSOCK:2:5",
    "vsock:2:0",
    "[::1]:0",
    "[]:80",
    "[::1]:",
    "[::1]:70000",
    "[::1]:x",
    "[::1]80",
    "[::1",
    "[::ffff:1.2.3.4]:80",
    "[1.2.3.4]:80",
    "[::1]:80:5",
    "[::1] :80",
    "[::1]: 80",
    "[ ::1]:80",
    "@a@b",
    "@a/b",
    "@ a",
    "a",
    "0",
    "00",
    "0x",
    "0b1",
    "0o17",
    "1e3",
    "8 0",
    "4294967296",
    "99999999999999999999999",
    "18446744073709551616",
    "65535",
    "-0",
    "+",
    "- 5",
    "eth0:5",
    "::",
    "*:80",
    "0.0.0.0:80",
    "255.255.255.255:80",
    "256.0.0.1:80",
    "/",
    "//",
    "/.",
    "/aä",
    "@ä",
    "80/tcp",
    "udp:80",
    "[::]:80",
};

std::string unit_text(const std::string& end) {
  if (end.starts_with("[") || end.starts_with("!")) return end.substr(end.starts_with("!") ? 1 : 0);
  return "[Socket]\nListenStream=/run/base\n" + end + "\n";
}

bool is_only_ours(const std::string& line) {
  return line.find("is not honoured by logq-run yet") != std::string::npos;
}

class SocketVerify : public testing::Test {
 protected:
  static std::string name_of(std::size_t index) { return "u" + std::to_string(1000 + index); }

  // Every socket with a service of its own, which systemd wants to see.
  void write(const std::vector<std::string>& ends) {
    for (const std::string& end : ends) {
      const std::string path = directory_.path() + "/" + name_of(texts_.size());
      texts_.push_back(unit_text(end));
      test::write_text_file(path + ".socket", texts_.back());
      test::write_text_file(path + ".service", "[Service]\nExecStart=/bin/true\n");
    }
  }

  // Of all units in one go, by the unit's name.
  std::map<std::string, Lines> theirs() {
    std::vector<std::string> argv{"systemd-analyze", "verify", "--man=no"};
    for (std::size_t i = 0; i < texts_.size(); ++i)
      argv.push_back(directory_.path() + "/" + name_of(i) + ".socket");
    result_ = test::run_command({.argv = argv, .environment = {}, .input = {}});
    std::map<std::string, Lines> lines;
    std::istringstream said(result_.err);
    for (std::string line; std::getline(said, line);) {
      const std::string shown = without_directory(line);
      if (shown.starts_with("u1")) lines[shown.substr(0, 5)].push_back(shown);
    }
    return lines;
  }

  Lines ours(std::size_t index) {
    Lines lines;
    const LoadedSocket socket = load_socket(directory_.path() + "/" + name_of(index) + ".socket",
                                            HostFacts::of_this_process());
    for (const UnitProblem& problem : socket.problems) {
      if (!is_only_ours(problem.message)) lines.push_back(without_directory(problem.text()));
    }
    return lines;
  }

  void compare() {
    auto said = theirs();
    if (result_.status == 127) GTEST_SKIP() << "no systemd-analyze here";
    ASSERT_GT(said.size(), texts_.size() / 4) << result_.err;
    for (std::size_t i = 0; i < texts_.size(); ++i)
      EXPECT_EQ(ours(i), said[name_of(i)]) << texts_[i];
  }

  std::string without_directory(const std::string& line) {
    const std::string prefix = directory_.path() + "/";
    return line.starts_with(prefix) ? line.substr(prefix.size()) : line;
  }

  test::TempDir directory_;
  std::vector<std::string> texts_;
  test::CommandResult result_;
};

TEST_F(SocketVerify, SaysWhatSystemdSaysOfBadAndGoodUnits) {
  write(kEnds);
  compare();
}

TEST_F(SocketVerify, TakesTheAddressesThatSystemdTakes) {
  for (const char* key : {"ListenStream=", "ListenDatagram=", "ListenSequentialPacket="}) {
    std::vector<std::string> ends;
    for (const std::string& address : kAddresses)
      ends.push_back(key + address);
    write(ends);
  }
  compare();
}

// Keys of a section as "systemd --dump-configuration-items" has them: "KEY=VALUE".
Lines keys_of_section(const std::string& dump, const std::string& section) {
  Lines keys;
  bool is_it = false;
  std::istringstream lines(dump);
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("[")) is_it = line == "[" + section + "]";
    if (is_it && line.find('=') != std::string::npos)
      keys.push_back(line.substr(0, line.find('=')));
  }
  return keys;
}

TEST(SocketKeys, AreAllKnownThatSystemdHas) {
  const test::CommandResult result =
      test::run_command({.argv = {"/lib/systemd/systemd", "--dump-configuration-items"},
                         .environment = {},
                         .input = {}});
  const Lines keys = keys_of_section(result.out, "Socket");
  if (result.status == 127) GTEST_SKIP() << "no systemd here";
  ASSERT_GT(keys.size(), 100U) << result.err;

  for (const std::string& key : keys) {
    const LoadedSocket socket =
        read_socket_unit("a.socket", {{"/a", "[Socket]\n" + key + "=x\n"}}, {});
    for (const UnitProblem& problem : socket.problems)
      EXPECT_EQ(problem.message.find("Unknown key"), std::string::npos) << problem.text();
  }
}

}  // namespace
}  // namespace logq::supervise
