#include "collect/audit_source.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <memory>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "collect/audit_messages.h"
#include "collect/recording_store.h"
#include "collect/test_event.h"
#include "support/child_process.h"
#include "support/private_logqd.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

using test::audit_message;
using ::testing::Contains;
using ::testing::Not;

constexpr int kUserLogin = 1112;  // of audit's own tools

class AuditSourceTest : public ::testing::Test {
 protected:
  void take(int type, std::string_view payload) {
    source_.take_message(audit_message(type, payload));
  }
  [[nodiscard]] std::uint64_t refused() const { return drops_.total(DropCause::kAuditRecord); }

  test::RecordingStore store_;
  Drops drops_;
  Ingest ingest_{store_, base::Clock::system(), {}, drops_};
  AuditSource source_{{ingest_, drops_}};
};

TEST_F(AuditSourceTest, StoresARecordWithItsFields) {
  take(kUserLogin, "audit(1700000000.123:45): pid=12 uid=0 msg='op=login acct=\"root\"'");

  ASSERT_EQ(store_.entries.size(), 1U);
  for (const char* payload :
       {"_TRANSPORT=audit", "_AUDIT_TYPE=1112", "_AUDIT_TYPE_NAME=USER_LOGIN", "_AUDIT_ID=45",
        "SYSLOG_FACILITY=4", "SYSLOG_IDENTIFIER=audit", "_PID=12", "_UID=0", "AUDIT_FIELD_OP=login",
        "AUDIT_FIELD_ACCT=root", "_SOURCE_REALTIME_TIMESTAMP=1700000000123000",
        "MESSAGE=USER_LOGIN pid=12 uid=0 msg='op=login acct=\"root\"'"}) {
    EXPECT_THAT(store_.entries[0], Contains(payload));
  }
}

TEST_F(AuditSourceTest, PassesOverAnswersOfTheKernel) {
  for (const int type : {NLMSG_NOOP, NLMSG_ERROR, AUDIT_GET, AUDIT_SET, AUDIT_LIST_RULES})
    take(type, "audit(1.000:1): a=1");
  EXPECT_TRUE(store_.entries.empty());
  EXPECT_EQ(refused(), 0U);

  take(AUDIT_USER, "audit(1.000:1): a=1");
  EXPECT_EQ(store_.entries.size(), 1U);
}

TEST_F(AuditSourceTest, CountsWhatIsNoRecord) {
  take(AUDIT_SYSCALL, "no record");
  source_.take_message("short");
  std::string too_long = audit_message(AUDIT_SYSCALL, "audit(1.000:1): a=1");
  too_long.resize(too_long.size() - 1);
  source_.take_message(too_long);
  std::string too_short = audit_message(AUDIT_SYSCALL, "audit(1.000:1): a=1");
  too_short.replace(0, 4, std::string(4, '\0'));
  source_.take_message(too_short);

  EXPECT_TRUE(store_.entries.empty());
  EXPECT_EQ(refused(), 4U);
}

TEST_F(AuditSourceTest, LeavesRecordsAboveTheLevelThatIsStoredOut) {
  ingest_.set_limits({}, 4, {});
  take(AUDIT_SYSCALL, "audit(1.000:1): a=1");
  EXPECT_TRUE(store_.entries.empty());
}

// Any process can send to a netlink socket of another.
TEST_F(AuditSourceTest, BelievesNobodyButTheKernel) {
  base::UniqueFd receiver(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK));
  const base::UniqueFd sender(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK));
  sockaddr_nl address{};
  address.nl_family = AF_NETLINK;
  socklen_t size = sizeof(address);
  void* generic = &address;
  ASSERT_EQ(::bind(receiver.get(), static_cast<const sockaddr*>(generic), size), 0);
  ASSERT_EQ(::getsockname(receiver.get(), static_cast<sockaddr*>(generic), &size), 0);
  const TestEvent event;
  ASSERT_TRUE(source_.start(std::move(receiver), event.get()));
  const std::string forged = audit_message(AUDIT_SYSCALL, "audit(1.000:1): a=1");
  if (::sendto(sender.get(), forged.data(), forged.size(), 0, static_cast<const sockaddr*>(generic),
               size) < 0) {
    GTEST_SKIP() << "this kernel lets nobody send: " << errno;
  }

  source_.work();

  EXPECT_TRUE(store_.entries.empty());
  EXPECT_EQ(refused(), 1U);
}

TEST_F(AuditSourceTest, HearsTheKernelWhereItMay) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs CAP_AUDIT_READ";
  const auto socket = AuditSource::open_socket();
  if (!socket.has_value()) GTEST_SKIP() << socket.error().message();
  sockaddr_nl address{};
  socklen_t size = sizeof(address);
  void* generic = &address;
  ASSERT_EQ(::getsockname(socket->get(), static_cast<sockaddr*>(generic), &size), 0);
  EXPECT_EQ(address.nl_groups, 1U);
}

// A logqd that is passed this one socket and no other; what it has to say of it.
std::string complaints_about(int socket) {
  const test::TempDir directory;
  ::fcntl(socket, F_SETFD, 0);
  const std::string script =
      "exec 3<&" + std::to_string(socket) + "; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\" \"$@\"";
  test::ChildProcess logqd({{"sh", "-c", script, test::built_program("logqd"),
                             "--runtime-dir=" + directory.path() + "/run",
                             "--storage-dir=" + directory.path() + "/store"},
                            {},
                            {}});
  test::wait_until(
      [&] { return test::accepts_connections(directory.path() + "/run/stdout", SOCK_STREAM); });
  logqd.signal(SIGTERM);
  return logqd.wait().err;
}

TEST(PassedAuditSocket, IsKnownByItsProtocol) {
  const base::UniqueFd audit(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_AUDIT));
  const base::UniqueFd other(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_USERSOCK));
  if (!audit.is_open() || !other.is_open()) GTEST_SKIP() << "no such sockets here";

  EXPECT_EQ(complaints_about(audit.get()), "");
  EXPECT_EQ(complaints_about(other.get()), "logqd: 1 passed descriptors are of no use, closed\n");
}

}  // namespace
}  // namespace logq::collect
