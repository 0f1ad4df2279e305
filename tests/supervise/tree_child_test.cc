#include "supervise/tree_child.h"

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using Code = ProcessExit::Code;

RestartSettings settings_of(Restart restart) {
  RestartSettings settings;
  settings.restart = restart;
  return settings;
}

ServiceEnd exited(int status) {
  return {status == 0 ? ServiceResult::kSuccess : ServiceResult::kExitCode,
          ProcessExit{Code::kExited, status}, false};
}

TEST(TreeChild, KindFollowsFromRestart) {
  EXPECT_EQ(child_restart(settings_of(Restart::kAlways)), ChildRestart::kPermanent);
  EXPECT_EQ(child_restart(settings_of(Restart::kNo)), ChildRestart::kTemporary);
  for (const Restart restart : {Restart::kOnFailure, Restart::kOnSuccess, Restart::kOnAbnormal,
                                Restart::kOnAbort, Restart::kOnWatchdog}) {
    EXPECT_EQ(child_restart(settings_of(restart)), ChildRestart::kTransient);
  }
}

TEST(TreeChild, WithStatusesOfItsOwnIsTransient) {
  RestartSettings always = settings_of(Restart::kAlways);
  ASSERT_TRUE(always.prevent.add("75"));
  RestartSettings never = settings_of(Restart::kNo);
  ASSERT_TRUE(never.force.add("SIGKILL"));

  EXPECT_EQ(child_restart(always), ChildRestart::kTransient);
  EXPECT_EQ(child_end(always, exited(75)), ChildEnd::kNormal);
  EXPECT_EQ(child_end(always, exited(0)), ChildEnd::kAbnormal);
  EXPECT_EQ(child_restart(never), ChildRestart::kTransient);
  EXPECT_EQ(child_end(never, exited(1)), ChildEnd::kNormal);
}

TEST(TreeChild, StatusesThatChangeNothingDoNotMatter) {
  RestartSettings always = settings_of(Restart::kAlways);
  ASSERT_TRUE(always.force.add("1"));
  RestartSettings never = settings_of(Restart::kNo);
  ASSERT_TRUE(never.prevent.add("1"));

  EXPECT_EQ(child_restart(always), ChildRestart::kPermanent);
  EXPECT_EQ(child_restart(never), ChildRestart::kTemporary);
}

TEST(TreeChild, EndIsAbnormalWhereSystemdWouldRestart) {
  const RestartSettings on_failure = settings_of(Restart::kOnFailure);
  const RestartSettings on_abort = settings_of(Restart::kOnAbort);

  EXPECT_EQ(child_end(on_failure, exited(0)), ChildEnd::kNormal);
  EXPECT_EQ(child_end(on_failure, exited(1)), ChildEnd::kAbnormal);
  EXPECT_EQ(child_end(on_abort, exited(1)), ChildEnd::kNormal);
}

}  // namespace
}  // namespace logq::supervise
