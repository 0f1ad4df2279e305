#include "supervise/memory_kills.h"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

class MemoryKillsTest : public testing::Test {
 protected:
  void add(const std::string& text) const { std::ofstream(file(), std::ios::app) << text; }
  [[nodiscard]] std::string file() const { return directory_.path() + "/file"; }

  test::TempDir directory_;
};

TEST_F(MemoryKillsTest, AreThoseOfTheKernelsLogFromNowOn) {
  add("6,1,5,-;Out of memory: Killed process 10 (old) total-vm:1kB\n");
  MemoryKills kills({file(), ""});
  EXPECT_FALSE(kills.has_killed(10));

  add("3,2,9,-;Memory cgroup out of memory: Killed process 12 (sh) total-vm:99kB\n"
      "6,3,9,-;something else\n3,4,9,-;Out of memory: Killed process 10 (python3) total-vm:1kB\n");

  EXPECT_TRUE(kills.has_killed(10));
  EXPECT_FALSE(kills.has_killed(10)) << "another process may have its number now";
  EXPECT_FALSE(kills.has_killed(11));
  EXPECT_TRUE(kills.has_killed(12));
}

TEST_F(MemoryKillsTest, OfStrangersAreForgottenWithTime) {
  add("");  // it is there
  MemoryKills kills({file(), ""});
  for (std::size_t pid = 1; pid <= MemoryKills::kMostVictims + 1; ++pid) {
    add("3,2,9,-;Out of memory: Killed process " + std::to_string(pid) + " (sh) total-vm:1kB\n");
    EXPECT_FALSE(kills.has_killed(99999));  // read one by one, as the kernel's records are
  }

  EXPECT_FALSE(kills.has_killed(1));
  EXPECT_TRUE(kills.has_killed(2));
  EXPECT_TRUE(kills.has_killed(static_cast<pid_t>(MemoryKills::kMostVictims + 1)));
}

TEST_F(MemoryKillsTest, AreAsManyAsTheGroupCountsWhereTheLogCannotBeRead) {
  add("low 0\noom 4\noom_kill 2\noom_group_kill 9\n");
  MemoryKills kills({directory_.path() + "/none", file()});
  EXPECT_FALSE(kills.has_killed(10));

  std::ofstream(file()) << "low 0\noom 5\noom_kill 3\n";

  EXPECT_TRUE(kills.has_killed(10));
  EXPECT_FALSE(kills.has_killed(11));
}

TEST_F(MemoryKillsTest, AreNoneWhereNobodyTells) {
  MemoryKills kills({"", ""});
  EXPECT_FALSE(kills.has_killed(10));
}

}  // namespace
}  // namespace logq::supervise
