// The seven journals that systemd keeps of a machine without a battery-backed clock: written by
// systemd 246 to 247, some left ONLINE, with wall clock time that jumps between and within boots.
#include <algorithm>
#include <set>

#include <gtest/gtest.h>

#include "journal/reader_support.h"

namespace logq::test {
namespace {

using journal::Journal;

class NoRtc : public testing::Test {
 protected:
  void SetUp() override {
    if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
    const std::filesystem::path data = std::string(LOGQ_TESTDATA_DIR) + "/journals/no-rtc";
    if (!std::filesystem::is_directory(data)) GTEST_SKIP() << "no test data in " << data;
    for (const auto& file : std::filesystem::directory_iterator(data)) {
      const std::string to = directory_.path() + "/" + file.path().stem().string();
      if (!unpack_zstd(file.path(), to)) GTEST_SKIP() << "zstd is not installed";
      paths_.push_back(to);
    }
  }

  TempDir directory_;
  std::vector<std::string> paths_;
};

TEST_F(NoRtc, EachFileIsReadAsJournalctlReadsItInBothDirections) {
  for (const std::string& path : paths_) {
    auto journal = Journal::open_files({path});
    ASSERT_TRUE(journal) << path;

    auto theirs = parse_export_entries(journalctl({"--file", path, "-o", "export"}).out);
    ASSERT_FALSE(theirs.empty());
    EXPECT_TRUE(read_forward(**journal) == theirs) << path;
    std::reverse(theirs.begin(), theirs.end());
    EXPECT_TRUE(read_backward(**journal) == theirs) << path;
  }
}

TEST_F(NoRtc, AllFilesTogetherGiveEveryEntryOnce) {
  auto journal = Journal::open_directory(directory_.path());
  ASSERT_TRUE(journal);
  std::set<Entry> of_each;
  for (const std::string& path : paths_) {
    auto alone = Journal::open_files({path});
    for (Entry& entry : read_forward(**alone))
      of_each.insert(std::move(entry));
  }

  const auto forward = read_forward(**journal);
  const auto backward = read_backward(**journal);

  EXPECT_EQ(forward.size(), of_each.size());
  EXPECT_TRUE(std::set<Entry>(forward.begin(), forward.end()) == of_each);
  EXPECT_TRUE(std::set<Entry>(backward.begin(), backward.end()) == of_each);
  EXPECT_EQ(backward.size(), of_each.size());
}

// One entry of priority 4 has only its head on disk, not the items: the index still knows of it.
// journalctl 252 finds all of these forwards, but backwards it gives up at damage (1,261 of them).
TEST_F(NoRtc, AnIndexedMatchFindsTheTornEntryTooInBothDirections) {
  auto journal = Journal::open_directory(directory_.path());
  ASSERT_TRUE(journal);
  std::vector<journal::Match> priorities;
  for (const char* priority : {"0", "1", "2", "3", "4"})
    priorities.push_back(journal::Match::exactly(std::string("PRIORITY=") + priority));
  (*journal)->set_match(journal::Match::any_of(std::move(priorities)));

  const auto forward = values_of(read_forward(**journal), "__CURSOR");
  auto backward = values_of(read_backward(**journal), "__CURSOR");

  const auto theirs = values_of(
      parse_export_entries(journalctl({"-D", directory_.path(), "-p", "4", "-o", "export"}).out),
      "__CURSOR");
  EXPECT_EQ(theirs.size(), 1318U);
  EXPECT_TRUE(forward == theirs);
  EXPECT_EQ(backward.size(), 1318U);
  EXPECT_TRUE(std::set<std::string>(backward.begin(), backward.end()) ==
              std::set<std::string>(theirs.begin(), theirs.end()));
}

TEST_F(NoRtc, ACursorLeadsBackToItsEntry) {
  auto journal = Journal::open_directory(directory_.path());
  ASSERT_TRUE(journal);
  const auto cursors = values_of(read_forward(**journal), "__CURSOR");
  std::size_t missed = 0;
  for (std::size_t i = 0; i < cursors.size(); i += 11) {
    (*journal)->seek_cursor(*journal::Cursor::parse(cursors[i]));
    ASSERT_TRUE((*journal)->next());
    missed += (*journal)->cursor().to_string() == cursors[i] ? 0U : 1U;
  }
  EXPECT_EQ(missed, 0U);
}

TEST_F(NoRtc, AllFilesTogetherComeInTheOrderOfJournalctl) {
  auto journal = Journal::open_directory(directory_.path());
  ASSERT_TRUE(journal);

  const auto ours = values_of(read_forward(**journal), "__CURSOR");

  const auto theirs = values_of(
      parse_export_entries(journalctl({"-D", directory_.path(), "-o", "export"}).out), "__CURSOR");
  EXPECT_EQ(ours.size(), theirs.size());
  EXPECT_TRUE(ours == theirs);
}

}  // namespace
}  // namespace logq::test
