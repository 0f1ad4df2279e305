// Searches of archives, whose objects are gone through before their entries.
#include <gtest/gtest.h>

#include "written_journal.h"

namespace logq::test {
namespace {

class SearchScan : public testing::Test {
 protected:
  // Three archives and a file that is written, of six boots.
  SearchScan() {
    for (int i = 0; i < 6000; ++i) {
      const std::string word = i % 500 == 3 ? "needle " : "straw ";
      Id128 boot;
      boot.bytes[0] = static_cast<std::uint8_t>(1 + i / 1000);
      journal_.append_in_boot(boot, "MESSAGE=" + word + std::to_string(i));
      if (i % 1700 == 1699) journal_.rotate();
    }
  }

  std::string needles(const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"-g", "needle", "-o", "short-unix"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return journal_.logq(arguments).out;
  }

  // The same found by looking at each entry, as whoever keeps a cursor must.
  std::string needles_by_entries(std::vector<std::string> more) {
    more.emplace_back("--show-cursor");
    const std::string out = needles(more);
    return out.substr(0, out.find("-- cursor:"));
  }

  static std::size_t count(const std::string& text, const std::string& part) {
    std::size_t n = 0;
    for (std::size_t at = 0; (at = text.find(part, at)) != std::string::npos; ++at)
      ++n;
    return n;
  }

  WrittenJournal journal_;
};

TEST_F(SearchScan, FindsWhatLookingAtEachEntryFinds) {
  ASSERT_EQ(count(needles({}), "needle"), 12U);
  for (const std::vector<std::string>& more :
       {std::vector<std::string>{}, {"-r"}, {"-q"}, {"-n", "3"}, {"-n", "+3"}, {"-m"}}) {
    EXPECT_EQ(needles(more), needles_by_entries(more)) << (more.empty() ? "" : more[0]);
  }
}

TEST_F(SearchScan, TellsWhereBootsBeginThatHaveNoHit) {
  const std::string out = journal_.logq({"-g", "straw 4999"}).out;

  EXPECT_EQ(count(out, "-- Boot "), 5U) << out;
  EXPECT_EQ(count(out, "straw"), 1U) << out;
}

// Where reading begins in a boot that has no hit from there on, its end is told none the less.
TEST_F(SearchScan, TellsOfBootsThatBeganBeforeWhatIsLookedAt) {
  const std::vector<std::string> at_entry_600 = {"-g", "straw 600$", "-n", "+1", "--show-cursor"};
  const std::string cursor = journal_.logq(at_entry_600).out;
  const std::size_t at = cursor.find("-- cursor: ");
  ASSERT_NE(at, std::string::npos);
  const std::string place = cursor.substr(at + 11, cursor.find('\n', at) - at - 11);

  for (const std::vector<std::string>& start :
       {std::vector<std::string>{"-c", place}, {"-S", "@1700000000.000601"}}) {
    const std::string found = needles(start);
    EXPECT_EQ(count(found, "-- Boot "), 5U) << found;
    EXPECT_EQ(found, needles_by_entries(start)) << start[0];
  }
}

TEST_F(SearchScan, KeepsToTheTimes) {
  const std::string since = "@1700000000.001650";
  const std::string until = "@1700000000.005100";

  const std::string out = needles({"-S", since, "-U", until, "-q"});

  EXPECT_EQ(count(out, "needle"), 7U) << out;
  EXPECT_EQ(out, needles_by_entries({"-S", since, "-U", until, "-q"}));
}

}  // namespace
}  // namespace logq::test
