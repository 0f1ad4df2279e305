#include "supervise/tree_log.h"

#include <gtest/gtest.h>

#include "client/fake_transport.h"

namespace logq::supervise {
namespace {

using test::value_of;

class TreeLogTest : public testing::Test {
 protected:
  std::string last(const std::string& field) { return value_of(recording_.entries.back(), field); }

  test::Recording recording_;
  test::FakeTransport transport_{recording_};
  TreeLog log_{transport_, {"app.tree", "App", *Id128::parse("0123456789abcdef0123456789abcdef")}};
};

TEST_F(TreeLogTest, ARestartNamesItsStrategyAndItsCause) {
  log_.restarting(Strategy::kOneForAll, "b.service", "a.service, b.service");

  EXPECT_EQ(last("MESSAGE"), "app.tree: Restarting a.service, b.service (one_for_all).");
  EXPECT_EQ(last("MESSAGE_ID"), "bb057bd58ec84320b45c35e0de26770f");
  EXPECT_EQ(last("PRIORITY"), "5");
  EXPECT_EQ(last("STRATEGY"), "one_for_all");
  EXPECT_EQ(last("CAUSE_UNIT"), "b.service");
}

TEST_F(TreeLogTest, EntriesAreOfTheTreeAndItsRun) {
  log_.ended(TreeEnd::kAutoShutdown);

  EXPECT_EQ(last("UNIT"), "app.tree");
  EXPECT_EQ(last("OBJECT_SYSTEMD_UNIT"), "app.tree");
  EXPECT_EQ(last("INVOCATION_ID"), "0123456789abcdef0123456789abcdef");
  EXPECT_EQ(last("SYSLOG_IDENTIFIER"), "logq-run");
}

TEST_F(TreeLogTest, TooManyRestartsAreAnErrorWithTheLimit) {
  TreeUnit unit;
  unit.intensity = 3;
  unit.period_usec = 90 * base::kUsecPerSecond;
  log_.restart_limit_hit(unit, "b.service");

  EXPECT_EQ(last("MESSAGE"),
            "app.tree: Restarts of its children are too many, the limit is 3 in 1min 30s.");
  EXPECT_EQ(last("MESSAGE_ID"), "2ac568bf996d4f80ac34d18bbf8816be");
  EXPECT_EQ(last("PRIORITY"), "3");
  EXPECT_EQ(last("CAUSE_UNIT"), "b.service");
}

TEST_F(TreeLogTest, AnEndIsAnErrorUnlessItWasMeant) {
  log_.ended(TreeEnd::kIntensity);
  EXPECT_EQ(last("MESSAGE"), "app.tree: Ended, all children are stopped: intensity.");
  EXPECT_EQ(last("MESSAGE_ID"), "51c340bcd7d54d1bae1dc3ce2601e55f");
  EXPECT_EQ(last("UNIT_RESULT"), "intensity");
  EXPECT_EQ(last("PRIORITY"), "3");
  log_.ended(TreeEnd::kAutoShutdown);

  EXPECT_EQ(last("PRIORITY"), "6");
}

}  // namespace
}  // namespace logq::supervise
