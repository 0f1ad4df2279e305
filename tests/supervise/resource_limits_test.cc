#include "supervise/resource_limits.h"

#include <string>

#include <gtest/gtest.h>

#include "support/child_process.h"

namespace logq::supervise {
namespace {

constexpr rlim_t kInfinity = RLIM_INFINITY;

// "SOFT:HARD", or the problem.
std::string parsed(std::string_view key, std::string_view value) {
  const ParsedLimit limit = parse_limit(resource_of_key(key), value);
  if (limit.problem == LimitProblem::kMalformed) return "malformed";
  if (limit.problem == LimitProblem::kSoftAboveHard) return "soft above hard";
  const auto text = [](rlim_t number) {
    return number == kInfinity ? "infinity" : std::to_string(number);
  };
  return text(limit.limit.soft) + ":" + text(*limit.limit.hard);
}

TEST(ResourceLimit, HasASoftAndAHardValue) {
  EXPECT_EQ(parsed("LimitNOFILE", "1024"), "1024:1024");
  EXPECT_EQ(parsed("LimitNOFILE", "1024:4096"), "1024:4096");
  EXPECT_EQ(parsed("LimitNPROC", "0x10:infinity"), "16:infinity");
  EXPECT_EQ(parsed("LimitCORE", "infinity"), "infinity:infinity");
  EXPECT_EQ(parsed("LimitNOFILE", "5:3"), "soft above hard");
  EXPECT_EQ(parsed("LimitNOFILE", "infinity:3"), "soft above hard");
}

TEST(ResourceLimit, HasTheUnitsOfItsResource) {
  EXPECT_EQ(parsed("LimitAS", "1.5G:2G"), "1610612736:2147483648");
  EXPECT_EQ(parsed("LimitCPU", "1min"), "60:60");
  EXPECT_EQ(parsed("LimitCPU", "1500ms"), "2:2");
  EXPECT_EQ(parsed("LimitRTTIME", "5"), "5:5");
  EXPECT_EQ(parsed("LimitRTTIME", "1s"), "1000000:1000000");
  EXPECT_EQ(parsed("LimitNICE", "+19"), "1:1");
  EXPECT_EQ(parsed("LimitNICE", "-20"), "40:40");
  EXPECT_EQ(parsed("LimitNICE", "5"), "5:5");
}

TEST(ResourceLimit, IsRefusedWhereItIsNoNumberOfThatKind) {
  for (const char* value : {"", "x", "-1", "1K", ":5", "5:", "1:2:3", "18446744073709551615"}) {
    EXPECT_EQ(parsed("LimitNOFILE", value), "malformed") << value;
  }
  EXPECT_EQ(parsed("LimitNICE", "+20"), "malformed");
  EXPECT_EQ(parsed("LimitNICE", "41"), "malformed");
  EXPECT_EQ(resource_of_key("LimitBOGUS"), -1);
}

TEST(ResourceLimit, WithoutAHardValueStaysBelowTheOneInForce) {
  const rlimit current{100, 200};

  const rlimit raised = limit_to_set({RLIMIT_NOFILE, 500, std::nullopt}, current);
  EXPECT_EQ(raised.rlim_cur, 200U);
  EXPECT_EQ(raised.rlim_max, 200U);
  const rlimit lowered = limit_to_set({RLIMIT_NOFILE, 5, 7}, current);
  EXPECT_EQ(lowered.rlim_cur, 5U);
  EXPECT_EQ(lowered.rlim_max, 7U);
}

TEST(SoftLimit, OfMemoryIsSeveralLimits) {
  const auto limits = parse_soft_limit('m', "4096");

  ASSERT_EQ(limits.size(), 4U);
  for (const ResourceLimit& limit : limits) {
    EXPECT_EQ(limit.soft, 4096U);
    EXPECT_FALSE(limit.hard);
  }
  EXPECT_EQ(parse_soft_limit('o', "=").front().soft, kInfinity);
  EXPECT_TRUE(parse_soft_limit('z', "5").empty());
  EXPECT_TRUE(parse_soft_limit('o', "1k").empty());
  EXPECT_TRUE(parse_soft_limit('o', "-5").empty());
}

// The peer sets the limits of a shell, which prints them; we say what they would be.
TEST(SoftLimit, IsThatOfDaemontools) {
  struct Row {
    char letter;
    const char* value;
    const char* flag;  // of the shell's ulimit
    rlim_t unit;       // it counts in
  };
  for (const Row& row :
       {Row{'o', "7", "n", 1}, Row{'o', "=", "n", 1}, Row{'o', "999999999", "n", 1},
        Row{'c', "1024", "c", 512}, Row{'f', "2048", "f", 512}, Row{'t', "33", "t", 1},
        Row{'d', "1073741824", "d", 1024}, Row{'s', "1048576", "s", 1024},
        Row{'l', "4096", "l", 1024}}) {
    const auto shown =
        test::run_command({.argv = {"softlimit", std::string("-") + row.letter, row.value, "dash",
                                    "-c", std::string("ulimit -S") + row.flag},
                           .environment = {},
                           .input = {}});
    if (shown.status == 127) GTEST_SKIP() << "no softlimit here";
    ASSERT_EQ(shown.status, 0) << shown.err;
    const auto limits = parse_soft_limit(row.letter, row.value);
    ASSERT_EQ(limits.size(), 1U);
    rlimit current{};
    ASSERT_EQ(::getrlimit(static_cast<__rlimit_resource>(limits[0].resource), &current), 0);
    const rlim_t soft = limit_to_set(limits[0], current).rlim_cur;
    EXPECT_EQ(shown.out, (soft == kInfinity ? "unlimited" : std::to_string(soft / row.unit)) + "\n")
        << row.letter << " " << row.value;
  }
}

}  // namespace
}  // namespace logq::supervise
