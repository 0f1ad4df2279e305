// What a tree orders and tells, step by step. That its orders are those of Erlang/OTP's supervisor
// is tried in tree_differential_test.cc; here is what OTP does not have, or not so: stops that do
// not wait, time, entries.
#include "supervise/tree.h"

#include <gtest/gtest.h>

#include "tree_world.h"

namespace logq::supervise {
namespace {

using logq::test::value_of;
using Events = std::vector<std::string>;

constexpr std::uint64_t kSecond = base::kUsecPerSecond;

class TreeTest : public testing::Test {
 protected:
  TreeTest() {
    plan_.unit.name = "app.tree";
    plan_.unit.intensity = 2;
    plan_.unit.period_usec = 5 * kSecond;
    for (const char* const name : {"a", "b", "c"})
      plan_.children.push_back({{name, ChildRestart::kPermanent}, nullptr});
  }
  TreeWorld& world() {
    if (!world_) world_ = std::make_unique<TreeWorld>(plan_, Answers::kAtOnce);
    return *world_;
  }
  Tree& tree() { return world().tree(); }
  void crash(const std::string& name) { world().end_worker(name, ChildEnd::kAbnormal); }
  // What was ordered since the last call.
  Events ordered() { return std::exchange(world().events, {}); }
  // The values of a field in the entries that have it.
  Events told(const std::string& field) {
    Events values;
    for (const auto& entry : world().recording.entries) {
      const std::string value = value_of(entry, field);
      if (value != "(absent)") values.push_back(value);
    }
    return values;
  }

  SimulatedTree plan_;
  std::unique_ptr<TreeWorld> world_;
};

TEST_F(TreeTest, AChildIsStartedWhenTheOneBeforeIsReady) {
  world().silent = {"a", "b"};
  tree().start();
  EXPECT_EQ(ordered(), Events{"+a"});
  tree().child_started("a");
  EXPECT_EQ(ordered(), Events{"+b"});
  EXPECT_EQ(tree().state(), TreeState::kStarting);
  tree().child_started("b");
  EXPECT_EQ(ordered(), Events{"+c"});

  EXPECT_EQ(tree().state(), TreeState::kUp);
}

TEST_F(TreeTest, AChildIsStoppedWhenTheOneBehindIsAtRest) {
  tree().start();
  ordered();
  world().silent = {"a", "b", "c"};
  tree().stop();
  EXPECT_EQ(ordered(), Events{"-c"});
  tree().child_stopped("c");
  EXPECT_EQ(ordered(), Events{"-b"});
  tree().child_stopped("b");
  EXPECT_EQ(ordered(), Events{"-a"});
  EXPECT_EQ(tree().state(), TreeState::kEnding);
  tree().child_stopped("a");

  EXPECT_EQ(ordered(), Events{"end=stopped"});
  EXPECT_EQ(tree().state(), TreeState::kDown);
}

TEST_F(TreeTest, AChildThatCannotBeStartedEndsTheTreeAndThoseBeforeIt) {
  world().fails["c"] = 1;
  tree().start();

  EXPECT_EQ(ordered(), (Events{"+a", "+b", "!c", "-b", "-a", "end=start-failed"}));
  EXPECT_EQ(told("UNIT_RESULT"), Events{"start-failed"});
}

TEST_F(TreeTest, AChildThatEndsBeforeItIsReadyCouldNotBeStarted) {
  world().silent = {"b"};
  tree().start();
  crash("b");

  EXPECT_EQ(ordered(), (Events{"+a", "+b", "-a", "end=start-failed"}));
}

TEST_F(TreeTest, AStopDoesNotWaitForWhatIsBeingStarted) {
  world().silent = {"b"};
  tree().start();
  tree().stop();
  EXPECT_EQ(ordered(), (Events{"+a", "+b", "-b"}));
  tree().child_started("b");  // it was ready before it heard of the stop
  tree().child_stopped("b");

  EXPECT_EQ(ordered(), (Events{"-a", "end=stopped"}));
}

TEST_F(TreeTest, AStopDuringARestartStartsNothingMore) {
  plan_.unit.strategy = Strategy::kOneForAll;
  tree().start();
  world().silent = {"b"};
  crash("c");
  EXPECT_EQ(ordered(), (Events{"+a", "+b", "+c", "-b"}));
  tree().stop();
  tree().child_stopped("b");

  EXPECT_EQ(ordered(), (Events{"-a", "end=stopped"}));
}

TEST_F(TreeTest, AStopDuringARestartStopsWhatIsStartingInItsTurn) {
  tree().start();
  world().silent = {"b"};
  crash("b");
  ordered();
  tree().stop();
  EXPECT_EQ(ordered(), (Events{"-c", "-b"}));
  tree().child_start_failed("b");

  EXPECT_EQ(ordered(), (Events{"-a", "end=stopped"}));
}

TEST_F(TreeTest, AnEndDuringTheStopIsNotStoppedAgain) {
  tree().start();
  ordered();
  world().on_stop["c"] = {"a", ChildEnd::kAbnormal};
  tree().stop();

  EXPECT_EQ(ordered(), (Events{"-c", "-b", "end=stopped"}));
}

TEST_F(TreeTest, KnowsWhoIsToRunAgain) {
  plan_.unit.strategy = Strategy::kRestForOne;
  tree().start();
  EXPECT_TRUE(tree().is_to_run("b"));
  EXPECT_FALSE(tree().is_to_run("stranger"));
  world().silent = {"b", "c"};
  crash("b");
  tree().child_stopped("c");  // for the restart of both
  EXPECT_TRUE(tree().is_to_run("b"));
  EXPECT_TRUE(tree().is_to_run("c"));
  tree().stop();
  EXPECT_FALSE(tree().is_to_run("c"));
  tree().child_stopped("b");
  EXPECT_FALSE(tree().is_to_run("a"));
}

TEST_F(TreeTest, RestartsCountForAsLongAsThePeriod) {
  tree().start();
  crash("a");
  world().now += 2 * kSecond;
  crash("b");
  world().now += 3 * kSecond + 1;  // the first is just forgotten
  crash("c");
  EXPECT_EQ(ordered(), (Events{"+a", "+b", "+c", "+a", "+b", "+c"}));
  world().now += 2 * kSecond - 1;  // exactly a period after the second
  crash("a");

  EXPECT_EQ(ordered(), (Events{"-c", "-b", "end=intensity"}));
}

TEST_F(TreeTest, ARestartThatFailsIsTriedAgainAndCounts) {
  tree().start();
  ordered();
  world().fails["b"] = 1;
  crash("b");
  EXPECT_EQ(ordered(), (Events{"!b", "+b"}));
  world().now += 10 * kSecond;
  world().fails["b"] = 2;
  crash("b");

  EXPECT_EQ(ordered(), (Events{"!b", "!b", "-c", "-a", "end=intensity"}));
}

TEST_F(TreeTest, AnIntensityOfNoneEndsTheTreeAtTheFirstCrash) {
  plan_.unit.intensity = 0;
  tree().start();
  crash("c");

  EXPECT_EQ(ordered(), (Events{"+a", "+b", "+c", "-b", "-a", "end=intensity"}));
  EXPECT_EQ(told("CAUSE_UNIT"), Events{"c"});
  EXPECT_EQ(told("UNIT_RESULT"), Events{"intensity"});
}

TEST_F(TreeTest, ATreeThatIsStartedAgainKnowsNothingOfItsFormerLife) {
  plan_.children[1].spec.restart = ChildRestart::kTemporary;
  tree().start();
  crash("b");
  crash("a");
  crash("a");
  tree().stop();
  ordered();
  tree().start();
  crash("a");
  crash("a");

  EXPECT_EQ(ordered(), (Events{"+a", "+b", "+c", "+a", "+a"}));
}

TEST_F(TreeTest, AChildThatIsAlwaysRestartedIsNotSignificant) {
  plan_.unit.auto_shutdown = AutoShutdown::kAllSignificant;
  plan_.unit.significant = {"a", "b"};
  plan_.children[1].spec.restart = ChildRestart::kTransient;
  tree().start();
  ordered();
  world().end_worker("b", ChildEnd::kNormal);

  EXPECT_EQ(ordered(), (Events{"-c", "-a", "end=auto-shutdown"}));
}

TEST_F(TreeTest, ATreeThatGivesUpIsRestartedByItsParentIfPermanent) {
  const auto inner = std::make_shared<SimulatedTree>(plan_);
  inner->unit.name = "b";
  inner->unit.intensity = 0;
  for (auto& child : inner->children)
    child.spec.name += "2";
  plan_.children[1].tree = inner;
  tree().start();
  ordered();
  crash("b2");
  EXPECT_EQ(ordered(), (Events{"-c2", "-a2", "+a2", "+b2", "+c2"}));
  plan_.children[1].spec.restart = ChildRestart::kTransient;
  world_.reset();
  tree().start();
  ordered();
  crash("b2");

  EXPECT_EQ(ordered(), (Events{"-c2", "-a2"}));
  EXPECT_EQ(tree().children()[1].state, ChildState::kDown);
}

TEST_F(TreeTest, ARequestWaitsForARestart) {
  tree().start();
  world().silent = {"b"};
  crash("b");
  ordered();
  tree().terminate_child("c");
  EXPECT_EQ(ordered(), Events{});
  tree().child_started("b");

  EXPECT_EQ(ordered(), (Events{"-c", "=done"}));
}

TEST_F(TreeTest, AChildThatIsStillStartingCanBeStopped) {
  tree().start();
  tree().terminate_child("b");
  ordered();
  world().silent = {"b"};
  tree().start_child("b");
  tree().start_child("c");
  tree().terminate_child("b");
  EXPECT_EQ(ordered(), (Events{"+b", "=canceled", "-b"}));
  tree().child_stopped("b");
  EXPECT_EQ(ordered(), (Events{"=done", "=running"}));

  crash("c");
  world().silent = {"c"};
  ordered();
  crash("c");
  tree().terminate_child("c");
  EXPECT_EQ(ordered(), (Events{"+c", "-c"})) << "a restart is given up as well";
}

TEST_F(TreeTest, ARequestThatAStopOvertakesIsRefused) {
  tree().start_child("a");
  tree().start();
  world().silent = {"b", "c"};
  tree().terminate_child("c");
  tree().start_child("c");
  tree().stop();
  tree().child_stopped("c");
  tree().child_stopped("b");

  EXPECT_EQ(ordered(), (Events{"=not-now", "+a", "+b", "+c", "-c", "-b", "-a", "=not-now",
                               "=not-now", "end=stopped"}));
}

TEST_F(TreeTest, InstancesAreOfATemplateAndStoppedAllAtOnce) {
  plan_.unit.strategy = Strategy::kSimpleOneForOne;
  plan_.children = {{{"w@.service", ChildRestart::kPermanent}, nullptr}};
  tree().start();
  for (const char* const name : {"w@1.service", "w@2.service", "w@.service", "v@1.service", "w"})
    tree().start_child(name);
  EXPECT_EQ(ordered(), (Events{"+w@1.service", "=done", "+w@2.service", "=done", "=unknown",
                               "=unknown", "=unknown"}));
  world().silent = {"w@1.service", "w@2.service"};
  tree().stop();
  EXPECT_EQ(ordered(), (Events{"-w@2.service", "-w@1.service"}));
  tree().child_stopped("w@1.service");
  EXPECT_EQ(ordered(), Events{});
  tree().child_stopped("w@2.service");

  EXPECT_EQ(ordered(), Events{"end=stopped"});
}

TEST_F(TreeTest, AnInstanceThatWasStoppedOrCouldNotBeStartedIsForgotten) {
  plan_.unit.strategy = Strategy::kSimpleOneForOne;
  plan_.children = {{{"w@.service", ChildRestart::kPermanent}, nullptr}};
  tree().start();
  world().fails["w@2.service"] = 1;
  for (const char* const name : {"w@1.service", "w@2.service", "w@3.service"})
    tree().start_child(name);
  tree().terminate_child("w@1.service");
  EXPECT_EQ(ordered(), (Events{"+w@1.service", "=done", "!w@2.service", "=failed", "+w@3.service",
                               "=done", "-w@1.service", "=done"}));
  EXPECT_EQ(world().forgotten, (std::set<std::string>{"w@1.service", "w@2.service"}));
  ASSERT_EQ(tree().children().size(), 1U);
  EXPECT_EQ(tree().children().front().spec.name, "w@3.service");
}

TEST_F(TreeTest, AnInstanceThatWaitsForItsTurnNeedNotComeBeforeItIsStopped) {
  plan_.unit.strategy = Strategy::kSimpleOneForOne;
  plan_.children = {{{"w@.service", ChildRestart::kPermanent}, nullptr}};
  tree().start();
  world().silent = {"w@1.service"};
  tree().start_child("w@1.service");
  tree().start_child("w@2.service");
  tree().start_child("w@3.service");
  tree().terminate_child("w@2.service");
  EXPECT_EQ(ordered(), (Events{"+w@1.service", "=canceled", "=done"}));
  tree().child_started("w@1.service");

  EXPECT_EQ(ordered(), (Events{"=done", "+w@3.service", "=done"}));
}

TEST_F(TreeTest, AnInstanceMayBeOfAnotherKindThanItsTemplate) {
  plan_.unit.strategy = Strategy::kSimpleOneForOne;
  plan_.children = {{{"w@.service", ChildRestart::kPermanent}, nullptr}};
  tree().start();
  tree().start_child("w@1.service", ChildRestart::kTemporary);
  tree().start_child("w@2.service");
  ordered();
  crash("w@1.service");
  EXPECT_EQ(ordered(), Events{});
  EXPECT_EQ(world().forgotten, std::set<std::string>{"w@1.service"});
  crash("w@2.service");

  EXPECT_EQ(ordered(), Events{"+w@2.service"});
}

TEST_F(TreeTest, ARestartIsToldWithItsCause) {
  plan_.unit.strategy = Strategy::kRestForOne;
  tree().start();
  crash("b");

  EXPECT_EQ(told("MESSAGE"), (Events{"Starting app.tree - App...", "Started app.tree - App.",
                                     "app.tree: Restarting b, c (rest_for_one)."}));
  EXPECT_EQ(told("STRATEGY"), Events{"rest_for_one"});
  EXPECT_EQ(told("CAUSE_UNIT"), Events{"b"});
}

TEST_F(TreeTest, ReportsAboutStrangersAreNoMatter) {
  tree().start();
  tree().child_ended("d", ChildEnd::kAbnormal);
  tree().child_started("d");
  tree().child_skipped("a");  // it runs
  tree().child_start_failed("a");

  EXPECT_EQ(ordered(), (Events{"+a", "+b", "+c"}));
}

}  // namespace
}  // namespace logq::supervise
