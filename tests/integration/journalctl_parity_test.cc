// The same command lines for logq and for stock journalctl 252, over four sets of journal files:
// standard output and exit status must be the same byte for byte, but for
// support/journalctl_masks.h. The command lines are in journalctl_parity/.
#include <map>
#include <string>

#include <gtest/gtest.h>

#include "journalctl_parity/basics.h"
#include "journalctl_parity/commands.h"
#include "journalctl_parity/formats.h"
#include "journalctl_parity/harness.h"
#include "journalctl_parity/mixtures.h"
#include "journalctl_parity/selection.h"
#include "journalctl_parity/time.h"
#include "support/journal_sets.h"

namespace logq::test {
namespace {

// One set serves all tests of a process.
const JournalSet& shared_set(SetKind kind) {
  static std::map<SetKind, JournalSet> sets;
  const auto found = sets.find(kind);
  if (found != sets.end()) return found->second;
  return sets.emplace(kind, make_journal_set(kind)).first->second;
}

class JournalctlParity : public testing::TestWithParam<SetKind> {
 protected:
  void SetUp() override {
    if (!set_.missing.empty()) GTEST_SKIP() << set_.missing;
    ASSERT_FALSE(set_.entries.empty());
  }

  void expect_parity(const std::string& invocation) {
    const Comparison comparison = compare_with_journalctl(set_, invocation);
    EXPECT_TRUE(comparison.equal) << comparison.report;
  }

  template <typename Invocations>
  void expect_parity_of_all(const Invocations& invocations) {
    for (const auto& invocation : invocations)
      expect_parity(invocation);
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
  if (GetParam() == SetKind::kNoRtc) GTEST_SKIP() << "252 misses one boot of four there";
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

INSTANTIATE_TEST_SUITE_P(Sets, JournalctlParity, testing::ValuesIn(kAllSets), [](const auto& set) {
  return set_name(set.param);
});

}  // namespace
}  // namespace logq::test
