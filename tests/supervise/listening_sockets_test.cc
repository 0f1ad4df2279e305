#include "supervise/listening_sockets.h"

#include <fcntl.h>
#include <mqueue.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "supervise/connection.h"
#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::supervise {
namespace {

using Lines = std::vector<std::string>;

SocketUnit unit_of(const std::string& lines) {
  LoadedSocket socket = read_socket_unit("hello.socket", {{"/u", "[Socket]\n" + lines}}, {});
  for (const UnitProblem& problem : socket.problems)
    ADD_FAILURE() << problem.text();
  return std::move(socket.unit);
}

// Open, without a warning.
ListeningSockets open_all(const std::string& lines) {
  auto opened = ListeningSockets::open(unit_of(lines));
  if (!opened) throw std::runtime_error(opened.error().text());
  for (const SocketFailure& warning : opened->warnings())
    ADD_FAILURE() << warning.text();
  return *std::move(opened);
}

std::string failure_of(const std::string& lines) {
  const auto opened = ListeningSockets::open(unit_of(lines));
  return opened ? "" : opened.error().text();
}

int number_of(const base::UniqueFd& fd, int level, int option) {
  int value = -1;
  socklen_t size = sizeof value;
  return ::getsockopt(fd.get(), level, option, &value, &size) == 0 ? value : -1;
}

int option_of(const base::UniqueFd& fd, int option) {
  return number_of(fd, SOL_SOCKET, option);
}

struct stat status_of(const std::string& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path << ": " << ::strerror(errno);
  return status;
}

mode_t mode_of(const std::string& path) {
  return status_of(path).st_mode & 07777;
}

std::string bound_path(const base::UniqueFd& fd) {
  sockaddr_un address{};
  socklen_t size = sizeof address;
  void* const generic = &address;
  ::getsockname(fd.get(), static_cast<sockaddr*>(generic), &size);
  return static_cast<const char*>(address.sun_path);
}

sockaddr_in6 bound_inet(const base::UniqueFd& fd) {
  sockaddr_in6 address{};
  socklen_t size = sizeof address;
  void* const generic = &address;
  ::getsockname(fd.get(), static_cast<sockaddr*>(generic), &size);
  return address;
}

// A port of the loopback's that nobody has at the moment.
std::string free_port() {
  const base::UniqueFd fd(::socket(AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in6 any{};
  any.sin6_family = AF_INET6;
  const void* const generic = &any;
  EXPECT_EQ(::bind(fd.get(), static_cast<const sockaddr*>(generic), sizeof any), 0);
  return std::to_string(ntohs(bound_inet(fd).sin6_port));
}

class ListeningSocketsTest : public testing::Test {
 protected:
  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  [[nodiscard]] bool exists(const std::string& name) const {
    return std::filesystem::exists(std::filesystem::symlink_status(path(name)));
  }
  test::TempDir directory_;
};

TEST_F(ListeningSocketsTest, AreWhatTheUnitSaysInItsOrder) {
  const ListeningSockets opened = open_all(
      "ListenStream=" + path("stream") + "\nListenDatagram=" + path("dgram") +
      "\nListenSequentialPacket=" + path("packets") + "\nListenFIFO=" + path("fifo") + "\n");
  const auto& fds = opened.descriptors();

  ASSERT_EQ(fds.size(), 4U);
  EXPECT_EQ(bound_path(fds[0]), path("stream"));
  EXPECT_EQ(option_of(fds[0], SO_TYPE), SOCK_STREAM);
  EXPECT_EQ(option_of(fds[0], SO_ACCEPTCONN), 1);
  EXPECT_EQ(bound_path(fds[1]), path("dgram"));
  EXPECT_EQ(option_of(fds[1], SO_TYPE), SOCK_DGRAM);
  EXPECT_EQ(option_of(fds[1], SO_ACCEPTCONN), 0);
  EXPECT_EQ(option_of(fds[2], SO_TYPE), SOCK_SEQPACKET);
  EXPECT_EQ(option_of(fds[2], SO_ACCEPTCONN), 1);
  EXPECT_TRUE(S_ISFIFO(status_of(path("fifo")).st_mode));
  for (const base::UniqueFd& fd : fds) {
    EXPECT_EQ(::fcntl(fd.get(), F_GETFD), FD_CLOEXEC);
    EXPECT_EQ(::fcntl(fd.get(), F_GETFL) & O_NONBLOCK, 0);
  }
  EXPECT_EQ(opened.name(), "hello.socket");
}

TEST_F(ListeningSocketsTest, HaveModesAndDirectoriesWhateverTheUmask) {
  const mode_t before = ::umask(0077);
  const ListeningSockets opened =
      open_all("ListenStream=" + path("a/b/socket") + "\nListenFIFO=" + path("a/c/fifo") +
               "\nSocketMode=0666\nDirectoryMode=0751\n");
  ::umask(before);

  EXPECT_EQ(mode_of(path("a")), 0751U);
  EXPECT_EQ(mode_of(path("a/b")), 0751U);
  EXPECT_EQ(mode_of(path("a/b/socket")), 0666U);
  EXPECT_EQ(mode_of(path("a/c/fifo")), 0666U);
  EXPECT_EQ(mode_of(directory_.path()), 0700U);
}

TEST_F(ListeningSocketsTest, BelongToTheirUserAndHisGroupOrAnother) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  const std::string lines =
      "ListenStream=" + path("socket") + "\nListenFIFO=" + path("fifo") + "\nSocketUser=daemon\n";
  {
    const ListeningSockets opened = open_all(lines);
    EXPECT_EQ(status_of(path("socket")).st_uid, 1U);
    EXPECT_EQ(status_of(path("socket")).st_gid, 1U);
    EXPECT_EQ(status_of(path("fifo")).st_uid, 1U);
  }
  const ListeningSockets again = open_all(lines + "SocketGroup=12345\n");
  EXPECT_EQ(status_of(path("socket")).st_gid, 12345U);
  EXPECT_EQ(status_of(path("fifo")).st_gid, 12345U);
}

TEST_F(ListeningSocketsTest, OfAUserWhoIsNobodyAreNotOpened) {
  EXPECT_EQ(failure_of("ListenStream=" + path("a") + "\nSocketUser=no-such-user\n"),
            "no-such-user: look up user: No such process");
  EXPECT_EQ(failure_of("ListenStream=" + path("a") + "\nSocketGroup=no-such-group\n"),
            "no-such-group: look up group: No such process");
  EXPECT_FALSE(exists("a"));
}

TEST_F(ListeningSocketsTest, ReplaceASocketThatNobodyListensAt) {
  for (const char* key : {"ListenStream=", "ListenDatagram=", "ListenSequentialPacket="}) {
    { const auto left = open_all(key + path("socket") + "\n"); }
    ASSERT_TRUE(exists("socket"));
    const auto opened = open_all(key + path("socket") + "\n");
    EXPECT_EQ(bound_path(opened.descriptors()[0]), path("socket"));
  }
}

TEST_F(ListeningSocketsTest, LeaveToOthersWhatIsTheirs) {
  for (const int type : {SOCK_STREAM, SOCK_DGRAM, SOCK_SEQPACKET}) {
    const base::UniqueFd other = test::bind_unix(path("socket"), type);
    for (const char* key : {"ListenStream=", "ListenDatagram=", "ListenSequentialPacket="}) {
      EXPECT_EQ(failure_of(key + path("socket") + "\n"),
                path("socket") + ": bind: Address already in use");
    }
    pollfd ready{other.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&ready, 1, 0), 0) << "somebody has knocked";
  }
  test::write_text_file(path("file"), "mine");
  EXPECT_NE(failure_of("ListenStream=" + path("file") + "\n"), "");
  EXPECT_EQ(failure_of("ListenFIFO=" + path("file") + "\n"),
            path("file") + ": mkfifo: File exists");
  EXPECT_EQ(test::read_text_file(path("file")), "mine");
}

TEST_F(ListeningSocketsTest, TakeNoFifoThatSomebodyElseHasPutThere) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root gives files away";
  ASSERT_EQ(::mkfifo(path("fifo").c_str(), 0666), 0);
  ASSERT_EQ(::chown(path("fifo").c_str(), 1, 1), 0);

  EXPECT_EQ(failure_of("ListenFIFO=" + path("fifo") + "\n"),
            path("fifo") + ": mkfifo: Operation not permitted");
  EXPECT_TRUE(exists("fifo"));
}

TEST_F(ListeningSocketsTest, AreAllThereOrNone) {
  test::write_text_file(path("file"), "");
  const std::string lines = "ListenStream=" + path("a") + "\nListenFIFO=" + path("b") +
                            "\nListenDatagram=" + path("file/c") + "\n";

  EXPECT_EQ(failure_of(lines), path("file/c") + ": bind: Not a directory");
  EXPECT_FALSE(exists("a"));
  EXPECT_FALSE(exists("b"));
}

TEST_F(ListeningSocketsTest, AreRemovedAtTheirEndOnlyWhenAsked) {
  const std::string lines = "ListenStream=" + path("socket") + "\nSymlinks=" + path("link") + "\n";
  { const auto opened = open_all(lines); }
  EXPECT_TRUE(exists("socket"));
  EXPECT_TRUE(exists("link"));

  ListeningSockets opened = open_all(lines + "RemoveOnStop=yes\n");
  EXPECT_EQ(std::filesystem::read_symlink(path("link")), path("socket"));
  ListeningSockets moved = std::move(opened);
  EXPECT_TRUE(exists("socket"));
  moved.close();
  EXPECT_FALSE(exists("socket"));
  EXPECT_FALSE(exists("link"));
}

TEST_F(ListeningSocketsTest, AreNotRemovedWhereOthersHaveTakenTheirPlace) {
  ListeningSockets opened = open_all("ListenStream=" + path("socket") + "\nRemoveOnStop=yes\n");
  const base::UniqueFd other = test::bind_unix(path("socket"), SOCK_STREAM);

  opened.close();

  EXPECT_TRUE(test::accepts_connections(path("socket"), SOCK_STREAM));
}

TEST_F(ListeningSocketsTest, DoWithoutALinkWhoseNameIsTaken) {
  test::write_text_file(path("link"), "mine");
  const std::string lines = "ListenStream=" + path("socket") + "\nSymlinks=" + path("link") + "\n";

  {
    const auto opened = ListeningSockets::open(unit_of(lines));
    ASSERT_TRUE(opened);
    ASSERT_EQ(opened->warnings().size(), 1U);
    EXPECT_EQ(opened->warnings()[0].text(), path("link") + ": symlink: File exists");
  }
  EXPECT_EQ(test::read_text_file(path("link")), "mine");
  const auto replacing = open_all(lines + "RemoveOnStop=yes\n");
  EXPECT_EQ(std::filesystem::read_symlink(path("link")), path("socket"));
}

TEST_F(ListeningSocketsTest, PassCredentialsAndHaveTheirBuffers) {
  const ListeningSockets opened = open_all("ListenDatagram=" + path("a") +
                                           "\nPassCredentials=yes\nReceiveBuffer=64K\n"
                                           "SendBuffer=32K\nTimestamping=us\nPriority=3\n");
  const base::UniqueFd& fd = opened.descriptors()[0];

  EXPECT_EQ(option_of(fd, SO_PASSCRED), 1);
  EXPECT_EQ(option_of(fd, SO_RCVBUF), 2 * 65536);
  EXPECT_EQ(option_of(fd, SO_SNDBUF), 2 * 32768);
  EXPECT_EQ(option_of(fd, SO_TIMESTAMP), 1);
  EXPECT_EQ(option_of(fd, SO_PRIORITY), 3);
}

TEST_F(ListeningSocketsTest, OfTcpHaveItsOptions) {
  const std::string port = free_port();
  const ListeningSockets opened = open_all(
      "ListenStream=127.0.0.1:" + port +
      "\nNoDelay=yes\nKeepAlive=yes\nKeepAliveTimeSec=30\nKeepAliveIntervalSec=5\n"
      "KeepAliveProbes=4\nIPTOS=low-delay\nIPTTL=7\nReusePort=yes\nFreeBind=yes\nBacklog=3\n");
  const base::UniqueFd& fd = opened.descriptors()[0];

  EXPECT_EQ(number_of(fd, SOL_TCP, TCP_NODELAY), 1);
  EXPECT_EQ(option_of(fd, SO_KEEPALIVE), 1);
  EXPECT_EQ(number_of(fd, SOL_TCP, TCP_KEEPIDLE), 30);
  EXPECT_EQ(number_of(fd, SOL_TCP, TCP_KEEPINTVL), 5);
  EXPECT_EQ(number_of(fd, SOL_TCP, TCP_KEEPCNT), 4);
  EXPECT_EQ(number_of(fd, SOL_IP, IP_TOS), 16);
  EXPECT_EQ(number_of(fd, SOL_IP, IP_TTL), 7);
  EXPECT_EQ(option_of(fd, SO_REUSEPORT), 1);
  EXPECT_EQ(option_of(fd, SO_REUSEADDR), 1);
  EXPECT_EQ(number_of(fd, SOL_IP, IP_FREEBIND), 1);
  tcp_info info{};
  socklen_t size = sizeof info;
  ASSERT_EQ(::getsockopt(fd.get(), SOL_TCP, TCP_INFO, &info, &size), 0);
  EXPECT_EQ(info.tcpi_sacked, 3U) << "the backlog of a listening socket";
}

TEST_F(ListeningSocketsTest, OfABarePortAreReachedByBothVersionsOfIp) {
  const std::string port = free_port();
  {
    const auto both = open_all("ListenStream=" + port + "\nBindIPv6Only=both\n");
    EXPECT_EQ(bound_inet(both.descriptors()[0]).sin6_family, AF_INET6);
    EXPECT_EQ(number_of(both.descriptors()[0], SOL_IPV6, IPV6_V6ONLY), 0);
    EXPECT_EQ(failure_of("ListenStream=0.0.0.0:" + port + "\n"),
              "0.0.0.0:" + port + ": bind: Address already in use");
  }
  const auto only = open_all("ListenStream=" + port + "\nBindIPv6Only=ipv6-only\n");
  EXPECT_EQ(number_of(only.descriptors()[0], SOL_IPV6, IPV6_V6ONLY), 1);
  const auto beside = open_all("ListenStream=0.0.0.0:" + port + "\n");
}

TEST_F(ListeningSocketsTest, OfDatagramsCannotBeTakenOver) {
  const std::string line = "ListenDatagram=127.0.0.1:" + free_port() + "\n";
  const auto opened = open_all(line + "PassPacketInfo=yes\nBroadcast=yes\n");

  EXPECT_EQ(number_of(opened.descriptors()[0], SOL_IP, IP_PKTINFO), 1);
  EXPECT_EQ(option_of(opened.descriptors()[0], SO_BROADCAST), 1);
  EXPECT_NE(failure_of(line).find("bind: Address already in use"), std::string::npos);
}

TEST_F(ListeningSocketsTest, OfALinkThatIsNotThereAreNotOpened) {
  EXPECT_EQ(failure_of("ListenStream=[fe80::1]:" + free_port() + "%%nolink\n").substr(0, 9),
            "[fe80::1]");
  EXPECT_NE(failure_of("ListenStream=127.0.0.1:" + free_port() + "\nBindToDevice=nolink\n")
                .find(": BindToDevice: No such device"),
            std::string::npos);
}

TEST_F(ListeningSocketsTest, ThrowAwayWhatHasComeIn) {
  ListeningSockets opened =
      open_all("ListenStream=" + path("stream") + "\nListenDatagram=" + path("dgram") +
               "\nListenFIFO=" + path("fifo") + "\n");
  const base::UniqueFd caller = test::connect_unix(path("stream"), SOCK_STREAM);
  const base::UniqueFd sender = test::connect_unix(path("dgram"), SOCK_DGRAM);
  ASSERT_EQ(::send(sender.get(), "x", 1, 0), 1);
  ASSERT_EQ(::send(sender.get(), "", 0, 0), 0);
  ASSERT_EQ(::send(sender.get(), "y", 1, 0), 1);
  ASSERT_EQ(::write(opened.descriptors()[2].get(), "z", 1), 1);

  opened.flush();

  for (const base::UniqueFd& fd : opened.descriptors()) {
    pollfd ready{fd.get(), POLLIN, 0};
    EXPECT_EQ(::poll(&ready, 1, 0), 0);
    EXPECT_EQ(::fcntl(fd.get(), F_GETFL) & O_NONBLOCK, 0);
  }
}

TEST_F(ListeningSocketsTest, BlockAgainForTheNextService) {
  ListeningSockets opened = open_all("ListenStream=" + path("stream") + "\n");
  const int fd = opened.descriptors()[0].get();
  ::fcntl(fd, F_SETFL, ::fcntl(fd, F_GETFL) | O_NONBLOCK);

  opened.make_blocking();

  EXPECT_EQ(::fcntl(fd, F_GETFL) & O_NONBLOCK, 0);
}

TEST_F(ListeningSocketsTest, OfVirtualMachinesAreOpenedWhereTheKernelHasThem) {
  const auto opened = ListeningSockets::open(unit_of("ListenStream=vsock::39911\n"));
  if (!opened && opened.error().step == "socket") GTEST_SKIP() << opened.error().text();
  ASSERT_TRUE(opened) << opened.error().text();
  EXPECT_EQ(option_of(opened->descriptors()[0], SO_ACCEPTCONN), 1);
}

// Where we say that we listen, systemd says that it does.
TEST_F(ListeningSocketsTest, AreCalledWhatSystemdCallsThem) {
  const std::string port = free_port();
  for (const std::string& address : {"127.0.0.1:" + port, "[::1]:" + port, port,
                                     "[::ffff:127.0.0.1]:" + port, path("x"), "@" + path("x")}) {
    test::ChildProcess peer({.argv = {"systemd-socket-activate", "-l", address, "/bin/true"},
                             .environment = {},
                             .input = {}});
    const auto says = [&] { return !peer.err().empty() && peer.err().back() == '\n'; };
    if (!test::wait_until([&] { return says() || !test::signal_process(peer.pid(), 0); }) ||
        peer.err().find("Listening on") == std::string::npos) {
      GTEST_SKIP() << "no systemd-socket-activate here: " << peer.err();
    }
    EXPECT_EQ(peer.err(), "Listening on " + parse_socket_address(address)->text() + " as 3.\n");
    peer.signal(SIGTERM);
    peer.wait();
  }
}

TEST(SocketNodes, TheModeOfWhatALinkLeadsToStaysAsItIs) {
  const test::TempDir directory;
  const std::string file = directory.path() + "/secret";
  const std::string link = directory.path() + "/link";
  test::write_text_file(file, "");
  ASSERT_EQ(::chmod(file.c_str(), 0600), 0);
  ASSERT_EQ(::symlink(file.c_str(), link.c_str()), 0);
  EXPECT_NE(own_node(link, {}, 0666), 0);
  struct stat status {};
  ASSERT_EQ(::stat(file.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
}

TEST_F(ListeningSocketsTest, MayBeNetlink) {
  const ListeningSockets sockets = open_all("ListenNetlink=kobject-uevent 2\n");

  EXPECT_EQ(option_of(sockets.descriptors().at(0), SO_DOMAIN), AF_NETLINK);
  EXPECT_EQ(option_of(sockets.descriptors().at(0), SO_PROTOCOL), 15);
}

TEST_F(ListeningSocketsTest, MayBeSpecialFiles) {
  test::write_text_file(path("file"), "x");
  const ListeningSockets sockets =
      open_all("ListenSpecial=/dev/zero\nListenSpecial=" + path("file") + "\nWritable=yes\n");

  char byte = 'a';
  EXPECT_EQ(::read(sockets.descriptors().at(0).get(), &byte, 1), 1);
  EXPECT_EQ(byte, '\0');
  EXPECT_EQ(::write(sockets.descriptors().at(1).get(), "y", 1), 1);
  EXPECT_EQ(failure_of("ListenSpecial=" + directory_.path() + "\n"),
            directory_.path() + ": open: File exists");
}

TEST_F(ListeningSocketsTest, MayBeMessageQueues) {
  const std::string name = "/logq-test-" + std::to_string(::getpid());
  const mode_t mask = ::umask(077);
  {
    const ListeningSockets sockets =
        open_all("ListenMessageQueue=" + name +
                 "\nMessageQueueMaxMessages=3\nMessageQueueMessageSize=100\nSocketMode=0640\n"
                 "RemoveOnStop=yes\n");
    ::umask(mask);

    const int queue = sockets.descriptors().at(0).get();
    mq_attr sizes{};
    struct stat status {};
    ASSERT_EQ(::mq_getattr(queue, &sizes), 0);
    ASSERT_EQ(::fstat(queue, &status), 0);
    EXPECT_EQ(sizes.mq_maxmsg, 3);
    EXPECT_EQ(sizes.mq_msgsize, 100);
    EXPECT_EQ(status.st_mode & 0777, 0640U);
  }
  EXPECT_EQ(::mq_unlink(name.c_str()), -1);  // it is gone
}

// A connection to a listening socket of a free port, from its own address or another one.
struct Connected {
  base::UniqueFd listener;
  base::UniqueFd client;
  std::string port;         // of the listener
  std::string client_port;  // of the client
};

std::string port_of(const base::UniqueFd& fd) {
  sockaddr_in6 address{};  // where the port is in both families
  socklen_t size = sizeof address;
  ::getsockname(fd.get(), reinterpret_cast<sockaddr*>(&address), &size);
  return std::to_string(ntohs(address.sin6_port));
}

Connected connect_inet(const std::string& listens_at, const std::string& is_called) {
  auto address = native_address(*parse_socket_address(listens_at)).value();
  // The port of both families; nobody may have port 1 in an address of a unit.
  reinterpret_cast<sockaddr_in6*>(&address.storage)->sin6_port = 0;
  Connected made;
  made.listener =
      base::UniqueFd(::socket(address.family(), SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  if (::bind(made.listener.get(), address.get(), address.size) != 0 ||
      ::listen(made.listener.get(), 5) != 0)
    throw std::runtime_error(::strerror(errno));
  made.port = port_of(made.listener);
  const auto called = native_address(*parse_socket_address(is_called + ":" + made.port)).value();
  made.client = base::UniqueFd(::socket(called.family(), SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (::connect(made.client.get(), called.get(), called.size) != 0)
    throw std::runtime_error(::strerror(errno));
  made.client_port = port_of(made.client);
  return made;
}

TEST(Connection, IsNamedByBothItsEnds) {
  const Connected of = connect_inet("127.0.0.1:1", "127.0.0.1");

  const auto connection = accept_connection(of.listener.get());

  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->name, "127.0.0.1:" + of.port + "-127.0.0.1:" + of.client_port);
  EXPECT_EQ(connection->peer, "127.0.0.1:" + of.client_port);
  EXPECT_EQ(connection->source, "127.0.0.1");
  EXPECT_EQ(connection->variables,
            (Lines{"REMOTE_ADDR=127.0.0.1", "REMOTE_PORT=" + of.client_port}));
  EXPECT_EQ(instance_name("hello@.service", 3, *connection),
            "hello@3-" + connection->name + ".service");
}

TEST(Connection, OfIpv6HasNoBracketsInTheNameOfAUnit) {
  const Connected of = connect_inet("[::1]:1", "[::1]");

  const auto connection = accept_connection(of.listener.get());

  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->name, "::1:" + of.port + "-::1:" + of.client_port);
  EXPECT_EQ(connection->peer, "[::1]:" + of.client_port);
  EXPECT_EQ(connection->variables.at(0), "REMOTE_ADDR=::1");
}

TEST(Connection, OfIpv4ToASocketOfIpv6IsOneOfIpv4) {
  const Connected of = connect_inet("[::]:1", "127.0.0.1");

  const auto connection = accept_connection(of.listener.get());

  ASSERT_TRUE(connection);
  EXPECT_EQ(connection->name, "127.0.0.1:" + of.port + "-127.0.0.1:" + of.client_port);
  EXPECT_EQ(connection->source, "127.0.0.1");
}

TEST(Connection, OfAUnixSocketIsNamedByWhoItIs) {
  test::TempDir directory;
  const auto listener = test::bind_unix(directory.path() + "/s", SOCK_SEQPACKET | SOCK_NONBLOCK);
  const auto client = test::connect_unix(directory.path() + "/s", SOCK_SEQPACKET);

  const auto connection = accept_connection(listener.get());

  ASSERT_TRUE(connection);
  const std::string pid = std::to_string(::getpid());
  const std::string uid = std::to_string(::getuid());
  EXPECT_EQ(connection->name, pid + "-" + uid);
  EXPECT_EQ(connection->peer, "PID " + pid + "/UID " + uid);
  EXPECT_EQ(connection->source, "");
  EXPECT_EQ(connection->variables, Lines{});
  EXPECT_EQ(accept_connection(listener.get()).error().code, Errc::kBusy);
}

}  // namespace
}  // namespace logq::supervise
