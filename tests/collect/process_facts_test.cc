#include "collect/process_facts.h"

#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "collect/cgroup_names.h"
#include "collect/client_cache.h"
#include "collect/group_process.h"
#include "collect/limits.h"
#include "collect/process_passing.h"

namespace logq::collect {
namespace {

class ProcessFactsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kernel_tells_processes()) GTEST_SKIP() << "the kernel does not tell processes apart";
  }
};

TEST_F(ProcessFactsTest, AreOfOneProcessAsLongAsItIsThere) {
  const pid_t pid = ::fork();
  if (pid == 0) ::_exit(0);
  const base::UniqueFd child(static_cast<int>(::syscall(SYS_pidfd_open, pid, 0U)));
  const std::uint64_t identity = identity_of(child.get());
  EXPECT_FALSE(facts_of(child.get()).has_ended) << "a zombie keeps its number";
  EXPECT_EQ(facts_of_pid(pid)->identity, identity);
  ::waitpid(pid, nullptr, 0);

  EXPECT_TRUE(facts_of(child.get()).has_ended);
  EXPECT_EQ(facts_of(child.get()).identity, identity);
  EXPECT_FALSE(facts_of_pid(pid).has_value());
  EXPECT_NE(facts_of_pid(::getpid())->identity, identity);
}

TEST_F(ProcessFactsTest, OfAPeerAreKnown) {
  int ends[2];
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
  const base::UniqueFd first(ends[0]);
  const base::UniqueFd second(ends[1]);

  EXPECT_EQ(identity_of(peer_process(ends[0]).get()), facts_of_pid(::getpid())->identity);
}

TEST(ProcessBeginning, IsComparedWithTheWallClock) {
  const std::uint64_t now = base::Clock::system().now().realtime_usec;

  EXPECT_FALSE(began_after(::getpid(), now));
  EXPECT_TRUE(began_after(::getpid(), now - 3'600'000'000)) << "an hour ago";
  EXPECT_TRUE(began_after(::getpid(), 0)) << "before the boot";
  EXPECT_TRUE(began_after(::getpid(), now + 3'600'000'000)) << "the clock was set";
  EXPECT_FALSE(began_after(1 << 22, now)) << "nobody";
}

TEST_F(ProcessFactsTest, NameTheControlGroup) {
  test::UnitGroup group("named");
  if (!group.possible()) GTEST_SKIP() << "control groups cannot be made here";
  CgroupNames names(detect_cgroup_root());
  const std::uint64_t id = group.id();

  const CgroupNames::Cgroup* found = names.find(id);

  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->path, "/" + group.unit());
  EXPECT_TRUE(names.lives(id, *found));
  group.remove();
  found = names.find(id);
  ASSERT_NE(found, nullptr) << "what was learnt stays";
  EXPECT_FALSE(names.lives(id, *found));
  EXPECT_EQ(CgroupNames(detect_cgroup_root()).find(id), nullptr);
  EXPECT_EQ(names.find(0), nullptr);
}

TEST_F(ProcessFactsTest, NameTheControlGroupAlsoToWhoMayNotAskForIt) {
  const test::UnitGroup group("found");
  if (!group.possible()) GTEST_SKIP() << "control groups cannot be made here";

  const pid_t pid = ::fork();
  if (pid == 0) {
    if (::setresuid(65534, 65534, 65534) < 0) ::_exit(2);
    CgroupNames names(detect_cgroup_root());
    const CgroupNames::Cgroup* found = names.find(group.id());
    ::_exit(found != nullptr && found->path == "/" + group.unit() ? 0 : 1);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);

  EXPECT_EQ(status, 0);
}

TEST_F(ProcessFactsTest, ComeAlongUnlessKnownSendersLeaveNoTime) {
  const base::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  const UnitClaims claims;
  ClientCache clients(ProcessSources{}, claims, 64);
  ProcessPassing passing(clients, ProcessHandles::kAuto);
  std::uint64_t now = 0;
  const auto run_for = [&](std::size_t windows, std::size_t messages) {
    for (std::size_t i = 0; i < windows; ++i) {
      passing.before_receive(socket.get(), now);
      passing.after_receive(messages, now += kBusyWindowUsec);
    }
    passing.before_receive(socket.get(), now);
  };

  run_for(2 * kBusyWindows, kBusyMessages - 1);
  EXPECT_TRUE(passing.is_on()) << "there is time";
  run_for(kBusyWindows, kBusyMessages);
  EXPECT_FALSE(passing.is_on());
  passing.before_receive(socket.get(), now + kPidTrustUsec);
  EXPECT_TRUE(passing.is_on()) << "after a pause";
  passing.before_receive(socket.get(), now);
  EXPECT_FALSE(passing.is_on());
  clients.find({{::getpid(), 0, 0}}, 1);
  run_for(1, kBusyMessages);
  EXPECT_TRUE(passing.is_on()) << "somebody new";
}

}  // namespace
}  // namespace logq::collect
