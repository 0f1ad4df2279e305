#include "supervise/restart_policy.h"

#include <signal.h>

#include <array>
#include <ostream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace logq::supervise {
namespace {

using Code = ProcessExit::Code;
using Outcome = ServiceResult;

constexpr std::uint64_t kSecond = base::kUsecPerSecond;

RestartSettings settings_of(const char* restart) {
  RestartSettings settings;
  settings.restart = parse_restart(restart).value();
  return settings;
}

ServiceEnd end_of(ProcessExit exit) {
  const ExitStatusSet none;
  return {judge_exit(exit, CleanSignals::kOfService, none), exit};
}

struct Cause {
  const char* name;
  ServiceEnd end;
};

// The ways to end of systemd.service(5), table 2, its rows split by what leads to them.
const std::array kCauses = {
    Cause{"clean status", end_of({Code::kExited, 0})},
    Cause{"clean signal", end_of({Code::kKilled, SIGTERM})},
    Cause{"unclean status", end_of({Code::kExited, 1})},
    Cause{"unclean signal", end_of({Code::kKilled, SIGKILL})},
    Cause{"core dump", end_of({Code::kDumped, SIGABRT})},
    Cause{"timeout", {Outcome::kTimeout, ProcessExit{Code::kKilled, SIGTERM}}},
    Cause{"watchdog", {Outcome::kWatchdog, ProcessExit{Code::kDumped, SIGABRT}}},
    Cause{"no program", end_of({Code::kExited, kStatusExecFailed})},
};

struct Row {
  const char* restart;
  const char* restarts;  // one letter to a cause: X restarts
};

void PrintTo(const Row& row, std::ostream* out) {
  *out << row.restart;
}

class RestartTable : public testing::TestWithParam<Row> {};

TEST_P(RestartTable, IsThatOfSystemdsManual) {
  const RestartSettings settings = settings_of(GetParam().restart);
  for (std::size_t i = 0; i < kCauses.size(); ++i) {
    EXPECT_EQ(shall_restart(settings, kCauses[i].end), GetParam().restarts[i] == 'X')
        << kCauses[i].name;
  }
}

INSTANTIATE_TEST_SUITE_P(Settings,
                         RestartTable,
                         testing::Values(Row{"no", "........"},
                                         Row{"always", "XXXXXXXX"},
                                         Row{"on-success", "XX......"},
                                         Row{"on-failure", "..XXXXXX"},
                                         Row{"on-abnormal", "...XXXX."},
                                         Row{"on-abort", "...XX..."},
                                         Row{"on-watchdog", "......X."}));

TEST(RestartPolicy, KnowsTheWordsOfRestart) {
  EXPECT_EQ(parse_restart("on-abort"), Restart::kOnAbort);
  EXPECT_FALSE(parse_restart("sometimes"));
  EXPECT_FALSE(parse_restart(""));
  EXPECT_EQ(name_of(Outcome::kExecCondition), "exec-condition");
  EXPECT_EQ(name_of(Outcome::kCoreDump), "core-dump");
}

TEST(RestartPolicy, NeverRestartsWhatWasStopped) {
  for (const Cause& cause : kCauses) {
    ServiceEnd end = cause.end;
    end.stop_requested = true;
    RestartSettings settings = settings_of("always");
    settings.force.statuses.set();
    EXPECT_FALSE(shall_restart(settings, end)) << cause.name;
  }
}

TEST(RestartPolicy, PreventsAndForcesByStatusInThisOrder) {
  RestartSettings settings = settings_of("on-failure");
  ASSERT_TRUE(settings.prevent.add("SIGKILL") && settings.prevent.add("2"));
  ASSERT_TRUE(settings.force.add("0") && settings.force.add("2"));

  EXPECT_FALSE(shall_restart(settings, end_of({Code::kKilled, SIGKILL})));
  EXPECT_TRUE(shall_restart(settings, end_of({Code::kExited, 0})));
  EXPECT_FALSE(shall_restart(settings, end_of({Code::kExited, 2})));
  EXPECT_TRUE(shall_restart(settings, end_of({Code::kExited, 1})));
}

TEST(RestartPolicy, RestartsWhatCouldNotBeStartedButNotWhatWasSkippedOrStartedTooOften) {
  EXPECT_TRUE(shall_restart(settings_of("on-failure"), {Outcome::kResources, {}}));
  EXPECT_TRUE(shall_restart(settings_of("on-abnormal"), {Outcome::kProtocol, {}}));
  EXPECT_TRUE(shall_restart(settings_of("on-abnormal"), {Outcome::kOomKill, {}}));
  EXPECT_FALSE(shall_restart(settings_of("always"), {Outcome::kExecCondition, {}}));
  EXPECT_FALSE(shall_restart(settings_of("on-failure"), {Outcome::kExecCondition, {}}));
  EXPECT_FALSE(shall_restart(settings_of("always"), {Outcome::kStartLimitHit, {}}));
}

TEST(RestartPolicy, JudgesEndsByTheKindOfServiceAndItsOwnList) {
  ExitStatusSet success;
  ASSERT_TRUE(success.add("75") && success.add("SIGKILL") && success.add("SIGABRT"));
  const ExitStatusSet none;

  EXPECT_EQ(judge_exit({Code::kExited, 75}, CleanSignals::kOfService, success), Outcome::kSuccess);
  EXPECT_EQ(judge_exit({Code::kExited, 75}, CleanSignals::kOfService, none), Outcome::kExitCode);
  EXPECT_EQ(judge_exit({Code::kKilled, 9}, CleanSignals::kOfCommand, success), Outcome::kSuccess);
  EXPECT_EQ(judge_exit({Code::kKilled, SIGTERM}, CleanSignals::kOfCommand, none), Outcome::kSignal);
  EXPECT_EQ(judge_exit({Code::kKilled, SIGTERM}, CleanSignals::kOfService, none),
            Outcome::kSuccess);
  // A core dump is never clean, whatever signal brought it about.
  EXPECT_EQ(judge_exit({Code::kDumped, SIGABRT}, CleanSignals::kOfService, success),
            Outcome::kCoreDump);
}

TEST(RestartDelay, IsAlwaysTheSameWithoutSteps) {
  RestartSettings settings;
  EXPECT_EQ(restart_delay_usec(settings, 0), kSecond / 10);
  EXPECT_EQ(restart_delay_usec(settings, 1000), kSecond / 10);

  settings.steps = 5;  // without RestartMaxDelaySec= there is nothing to grow to
  EXPECT_EQ(restart_delay_usec(settings, 3), kSecond / 10);
}

TEST(RestartDelay, GrowsByEqualFactorsToTheLargest) {
  RestartSettings settings;
  settings.delay_usec = kSecond;
  settings.max_delay_usec = 16 * kSecond;
  settings.steps = 4;

  std::vector<std::uint64_t> delays;
  for (unsigned restarts = 0; restarts < 7; ++restarts)
    delays.push_back(restart_delay_usec(settings, restarts));

  EXPECT_EQ(delays, (std::vector<std::uint64_t>{kSecond, 2 * kSecond, 4 * kSecond, 8 * kSecond,
                                                16 * kSecond, 16 * kSecond, 16 * kSecond}));
}

TEST(RestartDelay, NeverGetsShorter) {
  RestartSettings settings;
  settings.delay_usec = 1;
  settings.max_delay_usec = base::kInfiniteUsec - 1;
  settings.steps = 100;
  std::uint64_t last = 0;
  for (unsigned restarts = 0; restarts < 120; ++restarts) {
    const std::uint64_t delay = restart_delay_usec(settings, restarts);
    EXPECT_GE(delay, last) << restarts;
    last = delay;
  }
  settings.max_delay_usec = 0;  // smaller than the delay itself: not honoured
  EXPECT_EQ(restart_delay_usec(settings, 50), 1U);
}

TEST(StartLimit, AdmitsABurstAndThenNoMoreUntilTheIntervalIsOver) {
  StartLimit limit(10 * kSecond, 3);
  const std::uint64_t begin = 1000 * kSecond;

  EXPECT_TRUE(limit.admit(begin));
  EXPECT_TRUE(limit.admit(begin + 4 * kSecond));
  EXPECT_TRUE(limit.admit(begin + 8 * kSecond));
  EXPECT_FALSE(limit.admit(begin + 9 * kSecond));
  EXPECT_FALSE(limit.admit(begin + 10 * kSecond));
  EXPECT_TRUE(limit.admit(begin + 10 * kSecond + 1));
}

TEST(StartLimit, IsForgottenByAReset) {
  StartLimit limit(10 * kSecond, 1);
  EXPECT_TRUE(limit.admit(5));
  EXPECT_FALSE(limit.admit(6));

  limit.reset();

  EXPECT_TRUE(limit.admit(7));
}

TEST(StartLimit, IsNoneWithoutAnIntervalOrABurst) {
  for (auto limit : {StartLimit(0, 1), StartLimit(kSecond, 0)}) {
    for (std::uint64_t now = 0; now < 100; ++now)
      EXPECT_TRUE(limit.admit(now));
  }
}

}  // namespace
}  // namespace logq::supervise
