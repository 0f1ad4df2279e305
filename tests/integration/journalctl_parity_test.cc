// The same command lines for logq and for stock journalctl 252, over five sets of journal files:
// standard output and exit status must be the same byte for byte, but for
// support/journalctl_masks.h. The command lines are in journalctl_parity/. Each is tried over two
// of the sets or three, under --long over all.
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "journalctl_parity/basics.h"
#include "journalctl_parity/commands.h"
#include "journalctl_parity/differences.h"
#include "journalctl_parity/formats.h"
#include "journalctl_parity/harness.h"
#include "journalctl_parity/machine.h"
#include "journalctl_parity/mixtures.h"
#include "journalctl_parity/selection.h"
#include "journalctl_parity/time.h"
#include "support/journal_sets.h"
#include "support/long_tests.h"

namespace logq::test {
namespace {

// In which of five turns a set takes a command line. Each turn has a set of a collector and another
// one; the sets that take longest, to read or to enter, have one each.
bool has_turn(SetKind set, std::size_t turn) {
  switch (set) {
    case SetKind::kJournald:
      return turn % 2 == 0;
    case SetKind::kLogqd:
      return turn % 2 == 1;
    case SetKind::kNoRtc:
      return turn == 1;
    case SetKind::kAwkward:
      return turn == 0 || turn == 2 || turn == 4;
    case SetKind::kMachine:
      return turn == 3;
  }
  return false;
}

// Lists that are products have their innermost words in each turn: it shifts with every round.
bool is_tried(SetKind set, std::size_t index) {
  return rounds(0, 1) == 1 || has_turn(set, (index + index / 5) % 5);
}

class JournalctlParity : public testing::TestWithParam<SetKind> {
 protected:
  void SetUp() override {
    if (!set_.missing.empty()) GTEST_SKIP() << set_.missing;
    ASSERT_FALSE(set_.entries.empty());
  }

  template <typename Invocations>
  void expect_parity_of_all(const Invocations& invocations) {
    std::size_t index = 0;
    for (const auto& invocation : invocations) {
      if (is_tried(GetParam(), index++)) expect_parity(GetParam(), invocation);
    }
  }

  const JournalSet& set_ = shared_set(GetParam());
};

TEST_P(JournalctlParity, TheUsualIsShownAlike) {
  expect_parity_of_all(kBasicInvocations);
}

TEST_P(JournalctlParity, EveryOutputModeIsWrittenAlike) {
  expect_parity_of_all(mode_invocations());
}

TEST_P(JournalctlParity, EveryOutputModeTakesFlagsAlike) {
  expect_parity_of_all(mode_and_flag_invocations());
}

TEST_P(JournalctlParity, EntriesAreFormattedAlike) {
  expect_parity_of_all(kFormatInvocations);
}

TEST_P(JournalctlParity, UnitsAreFoundAlike) {
  expect_parity_of_all(kUnitInvocations);
}

TEST_P(JournalctlParity, PrioritiesAndFacilitiesAreFoundAlike) {
  expect_parity_of_all(kPriorityInvocations);
}

TEST_P(JournalctlParity, FieldsAreMatchedAlike) {
  expect_parity_of_all(kMatchInvocations);
}

TEST_P(JournalctlParity, TextIsFoundAlike) {
  expect_parity_of_all(kGrepInvocations);
}

TEST_P(JournalctlParity, EntriesAreCountedAlike) {
  expect_parity_of_all(kLineInvocations);
}

TEST_P(JournalctlParity, TimesAreUnderstoodAlike) {
  expect_parity_of_all(kTimeInvocations);
}

TEST_P(JournalctlParity, BootsAreListedAlike) {
  expect_parity_of_all(kBootListInvocations);
}

TEST_P(JournalctlParity, BootsAreFoundAlike) {
  expect_parity_of_all(kBootInvocations);
}

TEST_P(JournalctlParity, CursorsAreFollowedAlike) {
  expect_parity_of_all(kCursorInvocations);
}

TEST_P(JournalctlParity, FieldsAreListedAlike) {
  expect_parity_of_all(kFieldInvocations);
}

TEST_P(JournalctlParity, FilesAreReportedAlike) {
  expect_parity_of_all(kReportInvocations);
}

TEST_P(JournalctlParity, FilesAreChosenAlike) {
  expect_parity_of_all(kSourceInvocations);
}

TEST_P(JournalctlParity, MistakesAreRefusedAlike) {
  expect_parity_of_all(kRefusedInvocations);
}

TEST_P(JournalctlParity, MixturesOfOptionsWorkAlike) {
  expect_parity_of_all(mixture_invocations());
}

class MachineParity : public testing::Test {
 protected:
  void SetUp() override {
    if (!set_.missing.empty()) GTEST_SKIP() << set_.missing;
  }

  template <typename Invocations>
  void expect_parity_of_all(const Invocations& invocations) {
    for (const auto& invocation : invocations)
      expect_parity(SetKind::kMachine, invocation);
  }

  const JournalSet& set_ = shared_set(SetKind::kMachine);
};

TEST_F(MachineParity, ItsBootsAreFoundAlike) {
  expect_parity_of_all(kMachineInvocations);
}

TEST_F(MachineParity, ItsUsersAreToldApartAlike) {
  expect_parity_of_all(kUserInvocations);
}

TEST_F(MachineParity, ItsNamespacesAreChosenAlike) {
  expect_parity_of_all(kNamespaceInvocations);
}

TEST_F(MachineParity, ItsNeighboursAreReadAlike) {
  expect_parity_of_all(kNeighbourInvocations);
}

template <typename Invocations>
void add(const Invocations& invocations, std::set<std::string>& all) {
  all.insert(std::begin(invocations), std::end(invocations));
}

std::set<std::string> all_invocations() {
  std::set<std::string> all;
  add(kBasicInvocations, all);
  add(mode_invocations(), all);
  add(mode_and_flag_invocations(), all);
  add(kFormatInvocations, all);
  add(kUnitInvocations, all);
  add(kPriorityInvocations, all);
  add(kMatchInvocations, all);
  add(kGrepInvocations, all);
  add(kLineInvocations, all);
  add(kTimeInvocations, all);
  add(kBootListInvocations, all);
  add(kBootInvocations, all);
  add(kCursorInvocations, all);
  add(kFieldInvocations, all);
  add(kReportInvocations, all);
  add(kSourceInvocations, all);
  add(kRefusedInvocations, all);
  add(mixture_invocations(), all);
  add(kMachineInvocations, all);
  add(kUserInvocations, all);
  add(kNamespaceInvocations, all);
  add(kNeighbourInvocations, all);
  return all;
}

// The exceptions do not count.
TEST(JournalctlParityLists, HoldAtLeastThreeHundredCommandLines) {
  std::set<std::string> all = all_invocations();
  for (const Difference& difference : kDifferences)
    all.erase(difference.invocation);

  EXPECT_GE(all.size(), 300U);
}

TEST(JournalctlParityLists, HaveAReasonForEveryException) {
  const std::set<std::string> all = all_invocations();
  for (const Difference& difference : kDifferences) {
    EXPECT_NE(std::string(difference.reason), "") << difference.invocation;
    EXPECT_TRUE(all.contains(difference.invocation)) << difference.invocation;
  }
}

INSTANTIATE_TEST_SUITE_P(Sets, JournalctlParity, testing::ValuesIn(kAllSets), [](const auto& set) {
  return set_name(set.param);
});

}  // namespace
}  // namespace logq::test
