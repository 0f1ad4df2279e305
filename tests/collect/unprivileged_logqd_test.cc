// logqd of an ordinary user: it serves everybody, and believes only its own user and root.
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <memory>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/input_peer.h"
#include "support/memfd.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

constexpr uid_t kOwner = 65534;
constexpr uid_t kStranger = 65533;

class UnprivilegedLogqd : public ::testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "only root can become two other users";
    ASSERT_EQ(::chmod(directory_.path().c_str(), 0755), 0);
    for (const std::string& path : {runtime(), storage()}) {
      std::filesystem::create_directory(path);
      ASSERT_EQ(::chown(path.c_str(), kOwner, kOwner), 0);
    }
    start();
  }
  // `prefix` are a program and its arguments that start logqd.
  void start(std::vector<std::string> prefix = {}) {
    const std::string id = std::to_string(kOwner);
    std::vector<std::string> argv = {"setpriv", "--reuid=" + id, "--regid=" + id, "--clear-groups"};
    argv.insert(argv.end(), prefix.begin(), prefix.end());
    argv.insert(argv.end(), {built_program("logqd"), "--runtime-dir=" + runtime(),
                             "--storage-dir=" + storage()});
    logqd_ = std::make_unique<ChildProcess>(Command{argv, {}, {}});
    ASSERT_TRUE(wait_until([&] { return accepts_connections(runtime() + "/stdout", SOCK_STREAM); }))
        << logqd_->err();
  }
  [[nodiscard]] std::string runtime() const { return directory_.path() + "/run"; }
  [[nodiscard]] std::string storage() const { return directory_.path() + "/store"; }

  // Logs as `uid` by stream and by datagram, and stays until the test is over: its session.
  void log_as(uid_t uid, const std::string& name) {
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::setsid();
      if (::setresgid(uid, uid, uid) != 0 || ::setresuid(uid, uid, uid) != 0) ::_exit(1);
      const base::UniqueFd stream = connect_unix(runtime() + "/stdout", SOCK_STREAM);
      const std::string lines =
          name + "\n" + name + ".service\n6\n0\n0\n0\n0\n" + name + " by stream\n";
      const base::UniqueFd native = connect_unix(runtime() + "/socket", SOCK_DGRAM);
      const std::string datagram = "MESSAGE=" + name + " by datagram\n";
      ::send(stream.get(), lines.data(), lines.size(), 0);
      ::send(native.get(), datagram.data(), datagram.size(), 0);
      ::pause();
      ::_exit(0);
    }
    children_.push_back(pid);
  }
  void TearDown() override {
    for (const pid_t pid : children_) {
      signal_process(pid, SIGKILL);
      ::waitpid(pid, nullptr, 0);
    }
    if (logqd_ == nullptr) return;
    logqd_->signal(SIGTERM);
    EXPECT_EQ(logqd_->wait().status, 0) << logqd_->err();
  }
  // MESSAGE to _SYSTEMD_UNIT of everything that was logged.
  [[nodiscard]] JournalFields units() const {
    JournalFields result;
    const auto read = run_command({{"journalctl", "-q", "-o", "export", "-D", storage()}, {}, {}});
    for (JournalFields& entry : parse_export(read.out)) {
      if (entry["_TRANSPORT"] != "driver") result[entry["MESSAGE"]] = entry["_SYSTEMD_UNIT"];
    }
    return result;
  }

  TempDir directory_;
  std::unique_ptr<ChildProcess> logqd_;
  std::vector<pid_t> children_;
};

TEST_F(UnprivilegedLogqd, HonoursClaimsOfItsOwnUserOnly) {
  log_as(kOwner, "own");
  log_as(kStranger, "strange");

  JournalFields found;
  ASSERT_TRUE(wait_until([&] {
    found = units();
    return found.size() == 4;
  }));
  EXPECT_EQ(found, (JournalFields{{"own by stream", "own.service"},
                                  {"own by datagram", "own.service"},
                                  {"strange by stream", found["strange by stream"]},
                                  {"strange by datagram", found["strange by datagram"]}}));
  EXPECT_NE(found["strange by stream"], "strange.service");
  EXPECT_NE(found["strange by datagram"], "strange.service");
}

// A lock needs no more than an open descriptor.
TEST_F(UnprivilegedLogqd, CannotBeKeptFromStartingByLocksOfAStranger) {
  std::vector<base::UniqueFd> locked;
  ASSERT_EQ(::seteuid(kStranger), 0);
  for (const std::string& path :
       {storage(), runtime(), storage() + "/logqd.lock", runtime() + "/logqd.pid"}) {
    base::UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (fd.is_open()) locked.push_back(std::move(fd));
  }
  ASSERT_EQ(::seteuid(0), 0);
  logqd_->signal(SIGTERM);
  ASSERT_EQ(logqd_->wait().status, 0);
  for (const base::UniqueFd& fd : locked)
    std::ignore = ::flock(fd.get(), LOCK_EX | LOCK_NB);

  start();

  EXPECT_FALSE(locked.empty()) << "directories may be read";
}

TEST_F(UnprivilegedLogqd, CollectsWhereItMayHaveNoThread) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers start threads of their own";
#endif
  logqd_->signal(SIGTERM);
  ASSERT_EQ(logqd_->wait().status, 0);
  start({"prlimit", "--nproc=1:1"});
  log_as(kStranger, "stranger");

  EXPECT_TRUE(wait_until([&] { return units().size() == 2; }));
  EXPECT_NE(logqd_->err().find("logqd: no thread can be had"), std::string::npos) << logqd_->err();
  EXPECT_EQ(std::ranges::count(logqd_->err(), '\n'), 1) << logqd_->err();
}

TEST_F(UnprivilegedLogqd, StoresWhatComesAsAFileWhereItMayHaveNoThread) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "sanitizers start threads of their own";
#endif
  logqd_->signal(SIGTERM);
  ASSERT_EQ(logqd_->wait().status, 0);
  start({"prlimit", "--nproc=1:1"});
  const base::UniqueFd socket = connect_unix(runtime() + "/socket", SOCK_DGRAM);
  std::vector<base::UniqueFd> file;
  file.push_back(make_memfd("FILLER=" + std::string(300'000, 'f') + "\nMESSAGE=as a file\n"));
  send_datagram(socket, {"", file});
  const std::string_view later = "MESSAGE=behind it\n";
  ASSERT_EQ(::send(socket.get(), later.data(), later.size(), 0), std::ssize(later));

  EXPECT_TRUE(wait_until([&] { return units().size() == 2; }));
}

TEST_F(UnprivilegedLogqd, HonoursNoClaimThatRootWritesIntoAStrangersConnection) {
  ASSERT_EQ(::seteuid(kStranger), 0);
  const base::UniqueFd stream = connect_unix(runtime() + "/stdout", SOCK_STREAM);
  ASSERT_EQ(::seteuid(0), 0);
  const std::string lines = "x\nforged.service\n6\n0\n0\n0\n0\nforged\n";
  ASSERT_GT(::send(stream.get(), lines.data(), lines.size(), 0), 0);

  ASSERT_TRUE(wait_until([&] { return units().size() == 1; }));
  EXPECT_NE(units()["forged"], "forged.service");
}

}  // namespace
}  // namespace logq::test
