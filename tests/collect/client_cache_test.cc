// Whose message it was, when its sender has exited and when its number is another's.
#include "collect/client_cache.h"

#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "collect/control_message.h"
#include "collect/group_process.h"
#include "collect/limits.h"
#include "support/child_process.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kNow = 10'000'000;

class Attribution : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!kernel_tells_processes()) GTEST_SKIP() << "the kernel does not tell processes apart";
    if (!first_.possible() || !second_.possible()) {
      GTEST_SKIP() << "control groups cannot be made here";
    }
    int ends[2];
    ASSERT_EQ(::socketpair(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0, ends), 0);
    receiver_.reset(ends[0]);
    sender_.reset(ends[1]);
    enable_control(receiver_.get());
    pass_processes(receiver_.get(), true);
  }
  void TearDown() override {
    if (living_ > 0) end(living_);
  }

  void send() const {
    if (::send(sender_.get(), "x", 1, 0) < 0) ::_exit(1);
  }
  // The number of a process that sends and is gone for good.
  [[nodiscard]] pid_t send_and_exit(const test::UnitGroup& group, pid_t pid = 0) const {
    const pid_t child = test::begin_in_group(group, pid, [this] { send(); });
    if (child > 0) ::waitpid(child, nullptr, 0);
    return child;
  }
  // One that sends and stays, under that number.
  [[nodiscard]] bool send_and_stay(const test::UnitGroup& group, pid_t pid = 0) {
    living_ = test::begin_in_group(group, pid, [this] {
      send();
      ::pause();
    });
    return living_ > 0;
  }
  static void end(pid_t& pid) {
    test::signal_process(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    pid = -1;
  }
  [[nodiscard]] ControlData receive() const {
    std::array<char, 16> bytes{};
    alignas(cmsghdr) std::array<unsigned char, 512> control{};
    iovec part{bytes.data(), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    if (::recvmsg(receiver_.get(), &message, MSG_CMSG_CLOEXEC) < 0) return {};
    return parse_control(message, control.size(), Descriptors::kTake);
  }
  std::string unit_of(const ControlData& control, std::uint64_t now = kNow) {
    const Sender sender{*control.credentials, {}, {}, &control.process, control.realtime_usec};
    return std::string(cache_.find(sender, now).value(TrustedField::kUnit));
  }

  test::UnitGroup first_{"first"};
  test::UnitGroup second_{"second"};
  base::UniqueFd receiver_;
  base::UniqueFd sender_;
  pid_t living_ = -1;
  const UnitClaims claims_;
  ClientCache cache_{ProcessSources{}, claims_, 64};
};

TEST_F(Attribution, OfASenderThatHasExitedIsToItsUnit) {
  ASSERT_GT(send_and_exit(first_), 0);
  const ControlData message = receive();
  if (message.process.facts().cgroup_id == 0) GTEST_SKIP() << "Linux 6.15 tells more";

  EXPECT_EQ(unit_of(message), first_.unit());
}

TEST_F(Attribution, OfAMessageWhoseNumberIsAnothersIsToWhoSentIt) {
  const pid_t pid = send_and_exit(first_);
  ASSERT_GT(pid, 0);
  if (!send_and_stay(second_, pid)) GTEST_SKIP() << "no number can be chosen here";
  const ControlData first = receive();
  const ControlData second = receive();
  ASSERT_EQ(first.credentials, second.credentials);

  const bool tells_groups = first.process.facts().cgroup_id != 0;  // since Linux 6.15
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(unit_of(first), tells_groups ? first_.unit() : "");
    EXPECT_EQ(unit_of(second), second_.unit());
  }

  ProcessSources by_number;
  by_number.tell_apart = false;
  ClientCache other(by_number, claims_, 64);
  EXPECT_EQ(other.find({*first.credentials}, kNow).value(TrustedField::kUnit), second_.unit())
      << "what /proc alone says";
}

TEST_F(Attribution, OfAMessageWithoutAPidfdIsNotToWhoBeganLater) {
  pass_processes(receiver_.get(), false);
  const pid_t pid = send_and_exit(first_);
  ASSERT_GT(pid, 0);
  const ControlData first = receive();
  const std::uint64_t sent = first.realtime_usec.value();
  test::wait_until([&] { return base::Clock::system().now().realtime_usec > sent + 50'000; });
  if (!send_and_stay(second_, pid)) GTEST_SKIP() << "no number can be chosen here";
  const ControlData second = receive();
  ASSERT_FALSE(second.process.came());

  EXPECT_EQ(unit_of(second), second_.unit());
  EXPECT_EQ(unit_of(first), "");
  EXPECT_EQ(unit_of(second), second_.unit());

  ProcessSources by_number;
  by_number.tell_apart = false;
  ClientCache other(by_number, claims_, 64);
  const Sender sender{*first.credentials, {}, {}, nullptr, first.realtime_usec};
  EXPECT_EQ(other.find(sender, kNow).value(TrustedField::kUnit), "") << "on older kernels";
}

TEST_F(Attribution, OfAMessageWithoutAPidfdIsToAProcessThatWasSeenAMomentAgo) {
  pass_processes(receiver_.get(), false);
  ASSERT_TRUE(send_and_stay(first_));
  const ControlData message = receive();
  EXPECT_EQ(unit_of(message), first_.unit());
  const std::uint64_t strangers = cache_.strangers();
  constexpr std::uint64_t kSeen = kNow + kPidTrustUsec / 2;
  EXPECT_EQ(unit_of(message, kSeen), first_.unit()) << "looked at once more";
  end(living_);

  EXPECT_EQ(unit_of(message, kSeen + kPidTrustUsec - 1), first_.unit());
  EXPECT_EQ(cache_.strangers(), strangers);
  EXPECT_EQ(unit_of(message, kSeen + kPidTrustUsec), "") << "the number may have come round";
  EXPECT_NE(cache_.strangers(), strangers);
}

TEST_F(Attribution, OfManyMessagesAtOnceTakesOneLook) {
  living_ = test::begin_in_group(first_, 0, [this] {
    for (int i = 0; i < 3; ++i)
      send();
    ::pause();
  });
  ASSERT_GT(living_, 0);
  const ControlData messages[] = {receive(), receive(), receive()};
  EXPECT_EQ(unit_of(messages[0], kNow), first_.unit());
  EXPECT_EQ(unit_of(messages[1], kNow + 1), first_.unit());
  EXPECT_EQ(unit_of(messages[2], kNow + 1), first_.unit());

  // Another's pidfd, as no kernel sends it: not looked at any more.
  const PassedProcess own(
      base::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, ::getpid(), 0))));
  const Sender sender{*messages[2].credentials, {}, {}, &own, messages[2].realtime_usec};
  EXPECT_EQ(cache_.find(sender, kNow + 1).value(TrustedField::kUnit), first_.unit());
  EXPECT_EQ(cache_.find(sender, kNow + 2).value(TrustedField::kUnit), "");
}

TEST_F(Attribution, OfACachedProcessEndsWithIt) {
  ASSERT_TRUE(send_and_stay(first_));
  const pid_t pid = living_;
  EXPECT_EQ(unit_of(receive()), first_.unit());

  end(living_);
  if (!send_and_stay(second_, pid)) GTEST_SKIP() << "no number can be chosen here";

  EXPECT_EQ(unit_of(receive(), kNow + 1), second_.unit());
}

TEST_F(Attribution, OfTheLastWordsIsToTheProcessThatWasCached) {
  ASSERT_TRUE(send_and_stay(first_));
  const ControlData message = receive();
  EXPECT_EQ(unit_of(message), first_.unit());
  end(living_);
  first_.remove();

  EXPECT_EQ(unit_of(message, kNow + 60'000'000), first_.unit());
  const Sender sender{*message.credentials, {}, {}, &message.process, message.realtime_usec};
  EXPECT_NE(cache_.find(sender, kNow).value(TrustedField::kComm), "");
}

TEST_F(Attribution, NeedsToHaveSeenAGroupThatIsGone) {
  ASSERT_TRUE(send_and_stay(first_));
  EXPECT_EQ(unit_of(receive()), first_.unit());
  ASSERT_GT(send_and_exit(first_), 0);
  ASSERT_GT(send_and_exit(second_), 0);
  end(living_);
  const ControlData seen = receive();
  const ControlData unseen = receive();
  if (seen.process.facts().cgroup_id == 0) GTEST_SKIP() << "Linux 6.15 tells more";
  first_.remove();
  second_.remove();

  EXPECT_EQ(unit_of(seen), first_.unit());
  EXPECT_EQ(unit_of(unseen), "") << "nobody knows any more";
}

TEST_F(Attribution, OfSomethingElseThanAMessageIsToWhoHadTheNumberLast) {
  ASSERT_TRUE(send_and_stay(first_));
  const ControlData message = receive();
  EXPECT_EQ(unit_of(message), first_.unit());
  end(living_);

  EXPECT_EQ(cache_.find({*message.credentials}, kNow).value(TrustedField::kUnit), first_.unit());
}

TEST_F(Attribution, ToAClaimEndsWithTheProcessThatMadeIt) {
  UnitClaims claims;
  ClientCache cache(ProcessSources{}, claims, 64);
  const pid_t pid = send_and_exit(first_);
  ASSERT_GT(pid, 0);
  const ControlData claimant = receive();
  claims.add(pid, "claimed.service", claimant.process.identity());

  EXPECT_EQ(claims.unit_of(pid, claimant.process.facts()), "claimed.service");
  ASSERT_EQ(send_and_exit(first_, pid), pid);
  EXPECT_EQ(claims.unit_of(pid, receive().process.facts()), "");
}

}  // namespace
}  // namespace logq::collect
