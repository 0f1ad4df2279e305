#include "supervise/socket_unit.h"

#include <netinet/in.h>

#include <filesystem>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "supervise/ignored_keys.h"
#include "supervise/pending_keys.h"
#include "supervise/socket_life.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

using base::kUsecPerSecond;
using Kind = Listener::Kind;
using Lines = std::vector<std::string>;

LoadedSocket read_socket(const std::string& text, const std::string& name = "hello.socket") {
  HostFacts host;
  host.runtime_directory = "/run";
  return read_socket_unit(name, {{"/u/" + name, text}}, host);
}

Lines problems_of(const LoadedSocket& socket) {
  Lines lines;
  for (const UnitProblem& problem : socket.problems)
    lines.push_back(problem.text());
  return lines;
}

SocketUnit good_socket(const std::string& text) {
  const LoadedSocket socket = read_socket(text);
  for (const UnitProblem& problem : socket.problems) {
    EXPECT_NE(problem.message.find("is not honoured by logq-run yet"), std::string::npos)
        << problem.text();
  }
  return socket.unit;
}

SocketUnit with_socket(const std::string& lines) {
  return good_socket("[Socket]\nListenStream=/run/x\n" + lines);
}

std::string last_problem(const std::string& text) {
  const LoadedSocket socket = read_socket(text);
  EXPECT_FALSE(socket.is_usable());
  return socket.problems.empty() ? "" : socket.problems.back().text();
}

Lines addresses_of(const SocketUnit& unit) {
  Lines texts;
  for (const Listener& listener : unit.listeners)
    texts.push_back(listener.address.text());
  return texts;
}

// Of the posts that the service of the same name comes from.
TEST(SocketUnit, IsReadFromTheFileOfAHelloService) {
  const SocketUnit unit = good_socket(
      "[Unit]\nDescription=HTTP socket\n[Socket]\nFileDescriptorName=http\nListenStream=80\n"
      "Service=hello.service\nBindIPv6Only=both\nReusePort=true\nNoDelay=true\n"
      "[Install]\nWantedBy=sockets.target\n");

  EXPECT_EQ(unit.description, "HTTP socket");
  EXPECT_EQ(addresses_of(unit), Lines{"[::]:80"});
  EXPECT_EQ(unit.listeners.front().kind, Kind::kStream);
  EXPECT_EQ(descriptor_name_of(unit), "http");
  EXPECT_EQ(unit.service, "hello.service");
  EXPECT_EQ(unit.options.bind_ipv6_only, BindIpv6Only::kBoth);
  EXPECT_TRUE(unit.options.reuses_port);
  EXPECT_TRUE(unit.options.has_no_delay);
}

TEST(SocketUnit, HasSystemdsDefaults) {
  const SocketUnit unit = with_socket("");

  EXPECT_EQ(unit.service, "hello.service");
  EXPECT_EQ(descriptor_name_of(unit), "hello.socket");
  EXPECT_EQ(unit.nodes.mode, 0666U);
  EXPECT_EQ(unit.nodes.directory_mode, 0755U);
  EXPECT_FALSE(unit.nodes.are_removed_on_stop);
  EXPECT_EQ(unit.options.backlog, 2147483647U);
  EXPECT_EQ(unit.options.bind_ipv6_only, BindIpv6Only::kDefault);
  EXPECT_EQ(unit.trigger_limit.interval_usec, 2 * kUsecPerSecond);
  EXPECT_EQ(unit.trigger_burst(), 20U);
  EXPECT_FALSE(unit.accepts);
  EXPECT_EQ(unit.max_connections, 64U);
}

TEST(SocketUnit, ListensAtAllThatItNamesInItsOrder) {
  const SocketUnit unit = good_socket(
      "[Socket]\nListenDatagram=%t/log\nListenStream=@abc\nListenFIFO=/run//fifo/\n"
      "ListenSequentialPacket=/run/%p\nListenStream=[fe80::1%%eth0]:0x50\n");

  EXPECT_EQ(addresses_of(unit),
            (Lines{"/run/log", "@abc", "/run/fifo", "/run/hello", "[fe80::1]:80%eth0"}));
  EXPECT_EQ(unit.listeners[0].kind, Kind::kDatagram);
  EXPECT_EQ(unit.listeners[1].node(), "");
  EXPECT_EQ(unit.listeners[2].kind, Kind::kFifo);
  EXPECT_EQ(unit.listeners[2].node(), "/run/fifo");
  EXPECT_EQ(unit.listeners[3].kind, Kind::kSequentialPacket);
}

TEST(SocketUnit, TakesAllListenersBackWithOneEmptyValue) {
  EXPECT_EQ(addresses_of(good_socket("[Socket]\nListenStream=/a\nListenFIFO=/b\nListenDatagram=\n"
                                     "ListenStream=/c\n")),
            Lines{"/c"});
}

TEST(SocketUnit, SaysHowItsSocketsAre) {
  const SocketOptions options =
      with_socket(
          "BindIPv6Only=ipv6-only\nTimestamping=us\nSocketProtocol=sctp\nBindToDevice=lo\n"
          "TCPCongestion=reno\nBacklog=5\nReceiveBuffer=8M\nSendBuffer=1.5K\nPipeSize=64K\n"
          "KeepAlive=yes\nKeepAliveTimeSec=1min\nKeepAliveIntervalSec=5\nKeepAliveProbes=3\n"
          "DeferAcceptSec=2\nPriority=6\nMark=0x10\nIPTOS=low-delay\nIPTTL=9\nFreeBind=1\n"
          "Transparent=1\nBroadcast=1\nPassCredentials=1\nPassSecurity=1\nPassPacketInfo=1\n")
          .options;

  EXPECT_EQ(options.bind_ipv6_only, BindIpv6Only::kIpv6Only);
  EXPECT_EQ(options.timestamping, Timestamping::kMicroseconds);
  EXPECT_EQ(options.protocol, IPPROTO_SCTP);
  EXPECT_EQ(options.device + " " + options.congestion_control, "lo reno");
  EXPECT_EQ(options.backlog, 5U);
  EXPECT_EQ(options.receive_buffer, 8U << 20);
  EXPECT_EQ(options.send_buffer, 1536U);
  EXPECT_EQ(options.pipe_size, 65536U);
  EXPECT_EQ(options.keep_alive_time_usec, 60 * kUsecPerSecond);
  EXPECT_EQ(options.keep_alive_interval_usec, 5 * kUsecPerSecond);
  EXPECT_EQ(options.keep_alive_probes, 3U);
  EXPECT_EQ(options.defer_accept_usec, 2 * kUsecPerSecond);
  EXPECT_EQ(options.priority, 6);
  EXPECT_EQ(options.mark, 16);
  EXPECT_EQ(options.ip_tos, 16);
  EXPECT_EQ(options.ip_ttl, 9);
  EXPECT_TRUE(options.keeps_alive && options.binds_freely && options.is_transparent);
  EXPECT_TRUE(options.may_broadcast && options.passes_credentials);
  EXPECT_TRUE(options.passes_security && options.passes_packet_info);
}

TEST(SocketUnit, SaysWhatItsNodesAre) {
  const SocketNodes nodes =
      with_socket(
          "SocketMode=0600\nDirectoryMode=0711\nSocketUser=%p\nSocketGroup=adm\n"
          "Symlinks=/dev/log \"/a b\"\nRemoveOnStop=yes\n")
          .nodes;

  EXPECT_EQ(nodes.mode, 0600U);
  EXPECT_EQ(nodes.directory_mode, 0711U);
  EXPECT_EQ(nodes.user + ":" + nodes.group, "hello:adm");
  EXPECT_EQ(nodes.symlinks, (Lines{"/dev/log", "/a b"}));
  EXPECT_TRUE(nodes.are_removed_on_stop);
}

TEST(SocketUnit, SaysHowItsCommandsAreRun) {
  const SocketUnit unit = with_socket(
      "ExecStartPre=/bin/a\nExecStartPost=/bin/b\nExecStopPre=/bin/c\nExecStopPost=/bin/d\n"
      "TimeoutSec=5\nUser=%p\nLimitNOFILE=100\nStandardOutput=null\nKillMode=process\n");

  const ServiceUnit commands = commands_of(unit);

  EXPECT_TRUE(has_commands(unit));
  EXPECT_FALSE(has_commands(with_socket("")));
  EXPECT_EQ(commands.name, "hello.socket");
  EXPECT_EQ(commands.commands.start_pre.at(0).program, "/bin/a");
  EXPECT_EQ(commands.commands.start_post.at(0).program, "/bin/b");
  EXPECT_EQ(commands.commands.stop.at(0).program, "/bin/c");
  EXPECT_EQ(commands.commands.stop_post.at(0).program, "/bin/d");
  EXPECT_EQ(commands.timeouts.start_usec, 5 * kUsecPerSecond);
  EXPECT_EQ(commands.execution.user, "hello");
  EXPECT_EQ(commands.execution.limits.size(), 1U);
  EXPECT_EQ(commands.standard_output.to, Output::To::kNull);
  EXPECT_EQ(commands.kill.mode, KillMode::kProcess);
}

TEST(SocketUnit, HasNoColonInTheNameOfItsDescriptors) {
  EXPECT_EQ(descriptor_name_of(read_socket("", "a:b.socket").unit), "a\\x3ab.socket");
}

TEST(SocketUnit, BelongsToTheServiceOfItsInstance) {
  EXPECT_EQ(read_socket("[Socket]\nListenStream=/%i\n", "web@7.socket").unit.service,
            "web@7.service");
}

TEST(SocketUnit, IsRefusedWhereItCannotWork) {
  EXPECT_EQ(last_problem("[Socket]\nListenStream=nonsense\n"),
            "hello.socket: Unit has no Listen setting (ListenStream=, ListenDatagram=, "
            "ListenFIFO=, ...). Refusing.");
  EXPECT_EQ(last_problem("[Socket]\nListenStream=80\nSymlinks=/a\n"),
            "hello.socket: Unit has symlinks set but none or more than one node in the file "
            "system. Refusing.");
  EXPECT_EQ(last_problem("[Socket]\nListenStream=80\nSocketUser=a/b\n"),
            "hello.socket: Unit configuration has fatal error, unit will not be started.");
}

TEST(SocketUnit, ThatAcceptsIsForInstancesOfATemplate) {
  const SocketUnit unit = with_socket("Accept=yes\nMaxConnections=7\nMaxConnectionsPerSource=2\n");

  EXPECT_TRUE(unit.accepts);
  EXPECT_EQ(unit.service, "hello@.service");
  EXPECT_EQ(unit.max_connections, 7U);
  EXPECT_EQ(unit.max_connections_per_source, 2U);
  EXPECT_EQ(unit.trigger_burst(), 200U);
  EXPECT_EQ(read_socket("[Socket]\nListenStream=80\nAccept=1\n", "web@7.socket").unit.service,
            "web@.service");
}

TEST(SocketUnit, TellsOfWhatItIsNotYetOpenFor) {
  const LoadedSocket socket =
      read_socket("[Socket]\nListenUSBFunction=/a\nSlice=x.slice\nUser=a\n");

  EXPECT_EQ(problems_of(socket),
            (Lines{"/u/hello.socket:2: Key 'ListenUSBFunction' in section [Socket] is not honoured "
                   "by logq-run yet, ignoring: /a",
                   "/u/hello.socket:3: Key 'Slice' in section [Socket] is not honoured by logq-run "
                   "(control groups), ignoring."}));
  EXPECT_TRUE(socket.is_usable());
  EXPECT_EQ(socket.unit.listeners.front().kind, Kind::kOther);
}

TEST(SocketUnit, IsReadFromFilesOfADirectory) {
  test::TempDir directory;
  const std::string path = directory.path();
  test::write_text_file(path + "/web@.socket", "[Socket]\nListenStream=/run/%i\n");
  std::filesystem::create_directory(path + "/web@.socket.d");
  test::write_text_file(path + "/web@.socket.d/a.conf", "[Socket]\nSocketMode=0600\n");

  const LoadedSocket socket = load_socket(path + "/web@x.socket", {});

  EXPECT_EQ(problems_of(socket), Lines{});
  EXPECT_EQ(addresses_of(socket.unit), Lines{"/run/x"});
  EXPECT_EQ(socket.unit.nodes.mode, 0600U);
  EXPECT_EQ(problems_of(load_socket(path + "/web.service", {})).at(0),
            path + "/web.service: This is not the name of a socket unit.");
}

TEST(SocketUnit, OfDebianCanBeOpened) {
  const std::string directory = "/lib/systemd/system";
  int read_units = 0;
  std::error_code ignored;
  for (const auto& file : std::filesystem::directory_iterator(directory, ignored)) {
    std::string path = file.path().string();
    if (!path.ends_with(".socket")) continue;
    if (const std::size_t at = path.find("@."); at != std::string::npos) path.insert(at + 1, "x");
    const LoadedSocket socket = load_socket(path, HostFacts::of_this_process());
    ++read_units;
    EXPECT_TRUE(socket.is_usable()) << path;
    EXPECT_FALSE(socket.unit.listeners.empty()) << path;
    for (const std::string& problem : problems_of(socket))
      EXPECT_NE(problem.find("is not honoured by logq-run"), std::string::npos) << problem;
  }
  if (read_units == 0) GTEST_SKIP() << "no socket units of Debian here";
}

TEST(SocketUnit, IsReadToItsEndHoweverItIsBroken) {
  const std::string whole =
      "[Unit]\nDescription=%n\n[Socket]\nListenStream=[fe80::1%%lo]:0x50\nListenStream=vsock:2:5\n"
      "ListenDatagram=@a\nListenFIFO=/a/../b\nIPTOS=16\nReceiveBuffer=1.5M\nSymlinks=\"/a b\" /c\n"
      "BindToDevice=eth0\nSocketUser=a\nExecStartPre=/bin/true \"x\"\nMark=-1\nBacklog=1\n";
  for (std::size_t size = 0; size <= whole.size(); ++size)
    static_cast<void>(read_socket(whole.substr(0, size)));
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string damaged = whole;
    damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
    const LoadedSocket socket = read_socket(damaged);
    for (const UnitProblem& problem : socket.problems)
      ASSERT_LE(problem.line, 20U) << problem.text();
    ASSERT_EQ(read_socket(damaged).problems.size(), socket.problems.size());
  }
}

TEST(PendingKeys, OfSocketsAreAllOfThoseThatAreRead) {
  for (const PendingKey& pending : pending_keys()) {
    if (pending.section != "Socket") continue;
    for (const std::string& problem :
         problems_of(read_socket("[Socket]\nListenStream=/a\n" + std::string(pending.key) + "=\n")))
      EXPECT_EQ(problem.find("Unknown key"), std::string::npos) << problem;
  }
}

TEST(IgnoredKeys, OfSocketsAreNoneOfThoseOfServicesAlone) {
  EXPECT_EQ(ignored_key_subject("Socket", "PrivateDevices"), "sandboxing");
  EXPECT_EQ(ignored_key_subject("Socket", "KillMode"), "");
  EXPECT_EQ(ignored_key_subject("Socket", "NonBlocking"), "");
  EXPECT_EQ(ignored_key_subject("Socket", "OOMPolicy"), "");
  EXPECT_EQ(ignored_key_subject("Socket", "ReloadSignal"), "");
  EXPECT_EQ(ignored_key_subject("Socket", "Restart"), "");
}

TEST(IgnoredKeys, OfSocketsAreNoneOfThoseThatAreHonoured) {
  for (const IgnoredKeys& group : ignored_keys()) {
    if (group.section != "Socket") continue;
    for (const std::string_view key : split_blanks(group.keys)) {
      const Lines problems =
          problems_of(read_socket("[Socket]\nListenStream=/a\n" + std::string(key) + "=x\n"));
      ASSERT_EQ(problems.size(), 1U) << key;
      EXPECT_NE(problems[0].find("is not honoured by logq-run ("), std::string::npos)
          << problems[0];
    }
  }
}

TEST(ListenArgument, BecomesASocketOfTheService) {
  for (const auto& [argument, kind, text, name] :
       std::vector<std::tuple<std::string, Kind, std::string, std::string>>{
           {"127.0.0.1:80", Kind::kStream, "127.0.0.1:80", "hello.socket"},
           {"http=80", Kind::kStream, "[::]:80", "http"},
           {"/run/a=b", Kind::kStream, "/run/a=b", "hello.socket"},
           {"@a=b", Kind::kStream, "@a=b", "hello.socket"},
           {"dgram:/run/a=b", Kind::kDatagram, "/run/a=b", "hello.socket"},
           {"log=dgram:/run/log", Kind::kDatagram, "/run/log", "log"},
           {"dgram:vsock:2:5", Kind::kDatagram, "vsock:2:5", "hello.socket"},
           {"s p=seqpacket:@p", Kind::kSequentialPacket, "@p", "s p"},
           {"fifo:/run//f", Kind::kFifo, "/run/f", "hello.socket"},
           {"=80", Kind::kStream, "[::]:80", "hello.socket"}}) {
    const ListenArgument read_socket = read_listen_argument(argument, "hello.service");
    ASSERT_TRUE(read_socket.unit) << read_socket.complaint;
    EXPECT_EQ(read_socket.unit->listeners.at(0).kind, kind) << argument;
    EXPECT_EQ(addresses_of(*read_socket.unit), Lines{text});
    EXPECT_EQ(descriptor_name_of(*read_socket.unit), name);
    EXPECT_EQ(read_socket.unit->service, "hello.service");
    EXPECT_EQ(read_socket.unit->nodes.mode, 0666U);
  }
}

TEST(ListenArgument, SaysWhatIsWrong) {
  const std::string neither =
      "neither a path, @NAME, a port, IPV4:PORT, [IPV6]:PORT nor vsock:CID:PORT";
  for (const auto& [argument, complaint] : std::vector<std::pair<std::string, std::string>>{
           {"", "cannot listen at '': " + neither},
           {"http=", "cannot listen at 'http=': " + neither},
           {"70000", "cannot listen at '70000': number out of range"},
           {"seqpacket:80",
            "cannot listen at 'seqpacket:80': sequential packets need a unix "
            "socket"},
           {"fifo:f", "cannot listen at 'fifo:f': not an absolute path without \"..\""},
           {"b\x7f=80", "cannot listen at 'b\x7f=80': bad name of a descriptor"}}) {
    EXPECT_EQ(read_listen_argument(argument, "hello.service").complaint, complaint);
  }
}

}  // namespace
}  // namespace logq::supervise
