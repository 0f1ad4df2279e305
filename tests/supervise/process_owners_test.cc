#include "supervise/process_owners.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

constexpr pid_t kRoot = 10;
constexpr ProcessOwners::Owner kFirst = 0;
constexpr ProcessOwners::Owner kSecondOwner = 1;

class ProcessOwnersTest : public testing::Test {
 protected:
  ProcessOwnersTest() { add(kRoot, "(logq-run) S 1 10 10 0"); }

  void add(pid_t pid, const std::string& rest, const std::string& environment = {}) {
    const std::string directory = proc_.path() + "/" + std::to_string(pid);
    std::filesystem::create_directory(directory);
    test::write_text_file(directory + "/stat", std::to_string(pid) + " " + rest + "\n");
    test::write_text_file(directory + "/environ", environment);
  }
  void end(pid_t pid) { std::filesystem::remove_all(proc_.path() + "/" + std::to_string(pid)); }
  static std::vector<pid_t> pids(const std::vector<ProcessInfo>& processes) {
    std::vector<pid_t> pids;
    for (const ProcessInfo& info : processes)
      pids.push_back(info.pid);
    return pids;
  }

  test::TempDir proc_;
};

using Pids = std::vector<pid_t>;

TEST_F(ProcessOwnersTest, WhatDescendsFromAChildIsOfWhoeverTheChildIsOf) {
  ProcessOwners owners(kRoot, proc_.path());
  add(11, "(one) S 10 11 11 0");
  add(12, "(worker) S 11 11 11 0");
  add(21, "(two) S 10 21 21 0");
  add(99, "(elsewhere) S 1 99 99 0");
  owners.started(kFirst, 11, Id128::random());
  owners.started(kSecondOwner, 21, Id128::random());

  EXPECT_EQ(pids(owners.processes_of(kFirst)), (Pids{11, 12}));
  EXPECT_EQ(pids(owners.processes_of(kSecondOwner)), (Pids{21}));
  EXPECT_TRUE(owners.owns(kFirst, 12));
  EXPECT_FALSE(owners.owns(kSecondOwner, 12));
  EXPECT_FALSE(owners.owns(kFirst, 99));
  EXPECT_FALSE(owners.owns(kFirst, kRoot));
  EXPECT_FALSE(owners.owns(kFirst, 4711)) << "it has gone";
}

TEST_F(ProcessOwnersTest, AnOrphanIsOfTheServiceWhoseSessionItIsIn) {
  ProcessOwners owners(kRoot, proc_.path());
  owners.started(kFirst, 11, Id128::random());
  owners.started(kSecondOwner, 21, Id128::random());
  owners.reaped(11);
  add(12, "(orphan) S 10 11 11 0");

  EXPECT_EQ(pids(owners.processes_of(kFirst)), (Pids{12}));
  EXPECT_TRUE(owners.processes_of(kSecondOwner).empty());
}

TEST_F(ProcessOwnersTest, WhatHasEndedIsSomebodysUntilItIsReaped) {
  ProcessOwners owners(kRoot, proc_.path());
  owners.started(kFirst, 11, Id128::random());
  owners.started(kSecondOwner, 21, Id128::random());
  add(21, "(two) Z 10 21 21 0");
  add(12, "(orphan) Z 10 11 11 0");
  add(99, "(stranger) Z 10 98 98 0");

  EXPECT_EQ(owners.owner_of_ended(21), kSecondOwner);
  EXPECT_EQ(owners.owner_of_ended(12), kFirst);
  EXPECT_EQ(owners.owner_of_ended(99), std::nullopt);
}

TEST_F(ProcessOwnersTest, ADaemonWithASessionOfItsOwnIsKnownByItsInvocation) {
  ProcessOwners owners(kRoot, proc_.path());
  const Id128 invocation = Id128::random();
  owners.started(kFirst, 11, Id128::random());
  owners.started(kSecondOwner, 21, invocation);
  owners.reaped(21);
  const std::string environment =
      "PATH=/bin" + std::string(1, '\0') + "INVOCATION_ID=" + invocation.to_string();
  add(22, "(daemon) S 10 22 22 0", environment);
  add(23, "(unknown) S 10 23 23 0", "PATH=/bin");

  EXPECT_EQ(pids(owners.processes_of(kSecondOwner)), (Pids{22}));
  EXPECT_TRUE(owners.processes_of(kFirst).empty());
}

TEST_F(ProcessOwnersTest, WhatLeftNoTraceIsOfTheOnlyServiceThereIs) {
  ProcessOwners owners(kRoot, proc_.path());
  owners.started(kFirst, 11, Id128::random());
  add(23, "(unknown) S 10 23 23 0");
  EXPECT_EQ(pids(owners.processes_of(kFirst)), (Pids{23}));
}

TEST_F(ProcessOwnersTest, WhatWasThereBeforeIsNobodys) {
  add(11, "(stranger) S 10 10 10 0");
  add(12, "(its-child) S 11 10 10 0");
  ProcessOwners owners(kRoot, proc_.path());
  owners.started(kFirst, 21, Id128::random());
  add(13, "(later) S 11 10 10 0");
  EXPECT_TRUE(owners.processes_of(kFirst).empty());
  end(11);
  owners.reaped(11);
  add(13, "(later) S 10 10 10 0");
  EXPECT_TRUE(owners.processes_of(kFirst).empty()) << "an orphan of a stranger";
}

TEST_F(ProcessOwnersTest, ReadsTheParentBehindWhateverAProcessCallsItself) {
  ProcessOwners owners(kRoot, proc_.path());
  owners.started(kFirst, 11, Id128::random());
  add(11, "() S 1 (a b) S 10 11 11 0");
  add(12, "(evil) S 10 12 ) S 1 12 12 0");
  EXPECT_EQ(pids(owners.processes_of(kFirst)), (Pids{11}));
}

TEST_F(ProcessOwnersTest, EndsWhereParentsChangedIntoARing) {
  ProcessOwners owners(kRoot, proc_.path());
  owners.started(kFirst, 13, Id128::random());
  add(11, "(a) S 12 0 0 0");
  add(12, "(b) S 11 0 0 0");
  EXPECT_TRUE(owners.processes_of(kFirst).empty());
  EXPECT_FALSE(owners.owns(kFirst, 11));
}

TEST_F(ProcessOwnersTest, AnOwnerThatWasRemovedKeepsWhatStillRuns) {
  ProcessOwners owners(kRoot, proc_.path());
  add(11, "(one) S 10 11 11 0");
  owners.started(kFirst, 11, Id128::random());
  owners.started(kSecondOwner, 21, Id128::random());
  end(11);
  owners.reaped(11);
  add(12, "(left) S 10 12 11 0");
  owners.remove(kFirst);
  EXPECT_EQ(pids(owners.processes_of(kFirst)), Pids{12});
  EXPECT_TRUE(owners.processes_of(kSecondOwner).empty()) << "though the first has gone";

  end(12);
  owners.reaped(12);
  owners.remove(kFirst);
  add(13, "(anybodys) S 10 13 13 0");
  EXPECT_EQ(pids(owners.processes_of(kSecondOwner)), Pids{13}) << "there is nobody else";
}

TEST_F(ProcessOwnersTest, LeavesZombiesOut) {
  ProcessOwners owners(kRoot, proc_.path());
  owners.started(kFirst, 11, Id128::random());
  add(11, "(done) Z 10 11 11 0");
  EXPECT_FALSE(owners.has_processes(kFirst));
}

}  // namespace
}  // namespace logq::supervise
