// Thousands of processes that send one message and exit at once, in several units: whose messages
// they are, said by logqd and by stock journald. The shares of both are printed
// (docs/attribution.md).
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <list>

#include <gtest/gtest.h>

#include "collect/configured_logqd.h"
#include "collect/group_process.h"
#include "collect/process_facts.h"
#include "support/long_tests.h"
#include "support/native_sender.h"
#include "support/stock_journald.h"

namespace logq::test {
namespace {

constexpr int kUnits = 4;

int senders_per_unit() {
  return rounds(500, 2500);
}
int senders() {
  return kUnits * senders_per_unit();
}

struct Shares {
  int attributed = 0;  // to their unit
  int unknown = 0;
  int wrong = 0;
  int with_program = 0;  // whose _COMM is known as well
};

// Linux 6.15 and later.
bool tells_groups_of_the_dead() {
  if (!collect::kernel_tells_processes()) return false;
  const pid_t child = ::fork();
  if (child == 0) ::_exit(0);
  const base::UniqueFd pidfd(static_cast<int>(::syscall(SYS_pidfd_open, child, 0U)));
  ::waitpid(child, nullptr, 0);
  return collect::facts_of(pidfd.get()).cgroup_id != 0;
}

class ShortLivedSenders : public ::testing::Test {
 protected:
  void SetUp() override {
    if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
    for (int i = 0; i < kUnits; ++i)
      groups_.emplace_back("sender" + std::to_string(i));
    if (!groups_.back().possible()) GTEST_SKIP() << "control groups cannot be made here";
  }
  // In each unit one process after the other is begun, and waited for.
  void send_all(const std::string& socket) const {
    std::vector<pid_t> starters;
    for (const UnitGroup& group : groups_) {
      starters.push_back(
          begin_in_group(group, 0, [&] { send_from_children(socket, group.unit()); }));
    }
    for (const pid_t starter : starters) {
      int status = -1;
      ::waitpid(starter, &status, 0);
      EXPECT_EQ(status, 0);
    }
  }
  [[nodiscard]] Shares count(const std::vector<JournalFields>& entries) const {
    Shares shares;
    for (const JournalFields& entry : entries) {
      const auto unit = entry.find("_SYSTEMD_UNIT");
      if (unit == entry.end()) {
        ++shares.unknown;
      } else {
        ++(unit->second == entry.at("MESSAGE") ? shares.attributed : shares.wrong);
      }
      shares.with_program += entry.contains("_COMM") ? 1 : 0;
    }
    return shares;
  }
  static void print(const char* name, const Shares& shares) {
    const auto percent = [](int count) { return 100.0 * count / senders(); };
    std::printf("%-12s %6.2f %% to their unit, %6.2f %% unknown, %d wrong; _COMM of %6.2f %%\n",
                name, percent(shares.attributed), percent(shares.unknown), shares.wrong,
                percent(shares.with_program));
  }

  std::list<UnitGroup> groups_;

 private:
  static void send_from_children(const std::string& socket, const std::string& unit) {
    NativeSender sender(socket);
    for (int i = 0; i < senders_per_unit(); ++i) {
      const pid_t child = ::fork();
      if (child == 0) {
        sender.send({{"MESSAGE", unit}, {"SYSLOG_IDENTIFIER", "short-lived"}});
        ::_exit(0);
      }
      ::waitpid(child, nullptr, 0);
    }
  }
};

TEST_F(ShortLivedSenders, AreAttributedToTheirUnitAndNeverToAnother) {
  StockJournald journald("RateLimitIntervalSec=0\nForwardToWall=no\n");
  ConfiguredLogqd logqd("[Journal]\nRateLimitIntervalSec=0\nStorage=persistent\n");
  ConfiguredLogqd by_number(
      "[Journal]\nRateLimitIntervalSec=0\nStorage=persistent\n[Logq]\nProcessHandles=never\n");
  const std::vector<std::string> matches{"SYSLOG_IDENTIFIER=short-lived"};

  send_all(journald.native_socket());
  send_all(logqd.native_socket());
  send_all(by_number.native_socket());
  const Shares theirs = count(journald.entries(matches));
  const Shares ours = count(logqd.entries(logqd.storage_dir(), matches));
  const Shares without = count(by_number.entries(by_number.storage_dir(), matches));

  print("journald", theirs);
  print("logqd", ours);
  print("no pidfds", without);
  EXPECT_EQ(ours.attributed + ours.unknown + ours.wrong, senders());
  EXPECT_EQ(ours.wrong, 0);
  EXPECT_EQ(without.wrong, 0);
  if (!tells_groups_of_the_dead()) GTEST_SKIP() << "the kernel tells nothing of the dead";
  EXPECT_GE(ours.attributed, theirs.attributed);
  EXPECT_EQ(ours.attributed, senders());
}

}  // namespace
}  // namespace logq::test
