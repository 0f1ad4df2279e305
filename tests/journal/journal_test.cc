#include "journal/journal.h"

#include <algorithm>

#include <gtest/gtest.h>

#include "journal/reader_support.h"

namespace logq::test {
namespace {

using journal::Journal;
using journal::Match;

// A way of writing files that systemd 252 knows.
struct Variant {
  const char* name;
  const char* environment;
  const char* options;
};

class JournalOfVariant : public testing::TestWithParam<Variant> {
 protected:
  void SetUp() override {
    if (!peers_installed()) GTEST_SKIP() << kNoPeers;
    make_journal(path_, export_entries(0, 500), GetParam().environment, GetParam().options);
  }

  TempDir directory_;
  std::string path_ = directory_.path() + "/test.journal";
};

INSTANTIATE_TEST_SUITE_P(
    All,
    JournalOfVariant,
    testing::Values(
        Variant{"compact", "", ""},
        Variant{"regular", "SYSTEMD_JOURNAL_COMPACT=0", ""},
        Variant{"compact_jenkins", "SYSTEMD_JOURNAL_KEYED_HASH=0", ""},
        Variant{"regular_jenkins", "SYSTEMD_JOURNAL_KEYED_HASH=0 SYSTEMD_JOURNAL_COMPACT=0", ""},
        Variant{"compact_plain", "", "--compress=no"},
        Variant{"regular_plain", "SYSTEMD_JOURNAL_COMPACT=0", "--compress=no"},
        Variant{"compact_jenkins_plain", "SYSTEMD_JOURNAL_KEYED_HASH=0", "--compress=no"},
        Variant{"oldest", "SYSTEMD_JOURNAL_KEYED_HASH=0 SYSTEMD_JOURNAL_COMPACT=0",
                "--compress=no"}),
    [](const auto& variant) { return std::string(variant.param.name); });

TEST_P(JournalOfVariant, IsReadForwardAsJournalctlReadsIt) {
  auto journal = Journal::open_files({path_});
  ASSERT_TRUE(journal);

  const auto ours = read_forward(**journal);

  const auto theirs = parse_export_entries(journalctl({"--file", path_, "-o", "export"}).out);
  ASSERT_EQ(theirs.size(), 500U);
  EXPECT_EQ(ours, theirs);
}

TEST_P(JournalOfVariant, IsReadBackwardAsJournalctlReadsIt) {
  auto journal = Journal::open_files({path_});
  ASSERT_TRUE(journal);

  const auto ours = read_backward(**journal);

  const auto theirs = parse_export_entries(journalctl({"--file", path_, "-o", "export", "-r"}).out);
  ASSERT_EQ(theirs.size(), 500U);
  EXPECT_EQ(ours, theirs);
}

TEST_P(JournalOfVariant, FindsAnEntryByItsCompressedPayload) {
  auto journal = Journal::open_files({path_});
  ASSERT_TRUE(journal);
  (*journal)->set_match(Match::exactly("LONG=" + std::string(3000, 'a' + 10)));

  const auto ours = read_forward(**journal);

  EXPECT_EQ(ours.size(), 4U);  // 10, 140, 270, 400: multiples of 5 that are 10 modulo 26
}

// Matches beside the arguments that mean the same to journalctl.
struct MatchCase {
  Match match;
  std::vector<std::string> arguments;
};

std::vector<MatchCase> match_cases() {
  const auto is = [](const char* payload) { return Match::exactly(payload); };
  return {
      {is("GROUP=1"), {"GROUP=1"}},
      {is("GROUP=nothing"), {"GROUP=nothing"}},
      {is("MESSAGE=message 499 of a"), {"MESSAGE=message 499 of a"}},
      {Match::any_of({is("GROUP=1"), is("GROUP=twice")}), {"GROUP=1", "GROUP=twice"}},
      {Match::all_of({is("GROUP=1"), is("PRIORITY=3")}), {"GROUP=1", "PRIORITY=3"}},
      {Match::all_of({Match::any_of({is("GROUP=1"), is("GROUP=2")}), is("PRIORITY=7")}),
       {"GROUP=1", "GROUP=2", "PRIORITY=7"}},
      {Match::any_of({Match::all_of({is("GROUP=1"), is("PRIORITY=2")}), is("PRIORITY=6")}),
       {"GROUP=1", "PRIORITY=2", "+", "PRIORITY=6"}},
  };
}

TEST_P(JournalOfVariant, SelectsWhatJournalctlSelectsInBothDirections) {
  auto journal = Journal::open_files({path_});
  ASSERT_TRUE(journal);
  for (const MatchCase& example : match_cases()) {
    std::string command = "journalctl -q --no-pager -o export --file " + shell_quoted(path_);
    for (const std::string& argument : example.arguments)
      command += " " + shell_quoted(argument);
    ASSERT_EQ(run_shell(command + " >" + shell_quoted(directory_.path() + "/out")), 0);
    ASSERT_EQ(::system((command + " >" + shell_quoted(directory_.path() + "/out")).c_str()), 0);
    auto theirs = parse_export_entries(read_file(directory_.path() + "/out"));
    (*journal)->set_match(example.match);

    EXPECT_EQ(read_forward(**journal), theirs) << example.arguments[0];
    std::reverse(theirs.begin(), theirs.end());
    EXPECT_EQ(read_backward(**journal), theirs) << example.arguments[0];
  }
}

class JournalOfThree : public testing::Test {
 protected:
  void SetUp() override {
    if (!peers_installed()) GTEST_SKIP() << kNoPeers;
    make_journal(directory_.path() + "/a.journal", export_entries(0, 90, 3, "a"));
    make_journal(directory_.path() + "/b.journal", export_entries(1, 90, 3, "b"));
    make_journal(directory_.path() + "/c.journal", export_entries(2, 90, 3, "c"));
    auto opened = Journal::open_directory(directory_.path());
    ASSERT_TRUE(opened);
    journal_ = std::move(*opened);
  }

  std::string message() {
    return std::string(journal_->find_value("MESSAGE").value_or("none")).substr(8);
  }

  TempDir directory_;
  std::unique_ptr<Journal> journal_;
};

TEST_F(JournalOfThree, InterleavesFilesAsJournalctlDoes) {
  const auto theirs =
      parse_export_entries(journalctl({"-D", directory_.path(), "-o", "export"}).out);

  ASSERT_EQ(theirs.size(), 90U);
  EXPECT_EQ(read_forward(*journal_), theirs);
}

TEST_F(JournalOfThree, BackwardIsTheReverseOfForward) {
  auto forward = read_forward(*journal_);
  std::reverse(forward.begin(), forward.end());

  EXPECT_EQ(read_backward(*journal_), forward);
}

TEST_F(JournalOfThree, TurnsAroundBetweenAnyTwoEntries) {
  journal_->seek_head();
  for (int i = 0; i < 90; ++i) {
    ASSERT_TRUE(journal_->next());
    const std::string here = message();
    ASSERT_EQ(here.substr(0, here.find(' ')), std::to_string(i));
    if (i == 0) continue;
    ASSERT_TRUE(journal_->previous());
    ASSERT_EQ(message().substr(0, message().find(' ')), std::to_string(i - 1));
    ASSERT_TRUE(journal_->next());
    ASSERT_EQ(message(), here);
  }
  EXPECT_FALSE(journal_->next());
  ASSERT_TRUE(journal_->previous());
  EXPECT_EQ(message(), "88 of b");
}

TEST_F(JournalOfThree, SeeksByRealtimeBetweenEntries) {
  journal_->seek_realtime(kFirstRealtime + 40'500'000);
  ASSERT_TRUE(journal_->next());
  EXPECT_EQ(message(), "41 of c");

  journal_->seek_realtime(kFirstRealtime + 41'000'000);
  ASSERT_TRUE(journal_->previous());
  EXPECT_EQ(message(), "40 of b");
}

TEST_F(JournalOfThree, SeeksByMonotonicTimeWithinABoot) {
  journal_->seek_monotonic(*Id128::parse(kBootId), 1'000'000 + 40'500'000);

  ASSERT_TRUE(journal_->next());

  EXPECT_EQ(message(), "41 of c");
}

TEST_F(JournalOfThree, SeeksToTheEntryOfACursor) {
  std::vector<journal::Cursor> cursors;
  journal_->seek_head();
  while (journal_->next())
    cursors.push_back(journal_->cursor());
  ASSERT_EQ(cursors.size(), 90U);
  for (std::size_t i = 0; i < cursors.size(); ++i) {
    journal_->seek_cursor(*journal::Cursor::parse(cursors[i].to_string()));
    ASSERT_TRUE(journal_->next());
    EXPECT_EQ(journal_->cursor().to_string(), cursors[i].to_string());
  }
}

TEST_F(JournalOfThree, SeeksByNumberInOneSequenceAndByTimeInTheOthers) {
  journal_->seek_head();
  ASSERT_TRUE(journal_->next() && journal_->next());
  const Id128 sequence_of_b = journal_->file_info().seqnum_id;

  journal_->seek_seqnum(sequence_of_b, 11);

  ASSERT_TRUE(journal_->next());
  EXPECT_EQ(message(), "31 of b");
  ASSERT_TRUE(journal_->next());
  EXPECT_EQ(message(), "32 of c");
}

TEST_F(JournalOfThree, ShowsAnEntryThatIsInTwoFilesOnce) {
  std::filesystem::copy(directory_.path() + "/b.journal", directory_.path() + "/copy.journal");
  auto journal = Journal::open_directory(directory_.path());
  ASSERT_TRUE(journal);

  EXPECT_EQ(read_forward(**journal), read_forward(*journal_));
  EXPECT_EQ(read_backward(**journal), read_backward(*journal_));
}

TEST_F(JournalOfThree, TakesFilesOfMachineSubdirectories) {
  const std::string machine = directory_.path() + "/" + kMachineId;
  std::filesystem::create_directory(machine);
  std::filesystem::rename(directory_.path() + "/c.journal", machine + "/c.journal");
  auto journal = Journal::open_directory(directory_.path());
  ASSERT_TRUE(journal);

  EXPECT_EQ(read_forward(**journal).size(), 90U);
}

TEST_F(JournalOfThree, LeavesOutWhatIsNoJournalAndSaysSo) {
  write_file(directory_.path() + "/bad.journal", std::string(4096, 'x'));
  std::vector<std::string> damaged;
  auto journal = Journal::open_directory(
      directory_.path(),
      [&damaged](const std::string& path, const Error& /*error*/) { damaged.push_back(path); });
  ASSERT_TRUE(journal);

  EXPECT_EQ(read_forward(**journal).size(), 90U);
  EXPECT_EQ(damaged, std::vector<std::string>{directory_.path() + "/bad.journal"});
}

TEST(Journal, TellsEntriesOfTheSameInstantApartByCursor) {
  if (!peers_installed()) GTEST_SKIP() << kNoPeers;
  const TempDir directory;
  for (const char* source : {"a", "b", "c"}) {
    make_journal(directory.path() + "/" + source + ".journal", export_entries(0, 10, 1, source));
  }
  auto journal = Journal::open_directory(directory.path());
  ASSERT_TRUE(journal);
  const auto cursors = values_of(read_forward(**journal), "__CURSOR");
  ASSERT_EQ(cursors.size(), 30U);
  for (std::size_t i = 0; i < cursors.size(); ++i) {
    (*journal)->seek_cursor(*journal::Cursor::parse(cursors[i]));
    ASSERT_TRUE((*journal)->next());
    EXPECT_EQ((*journal)->cursor().to_string(), cursors[i]);
    (*journal)->seek_cursor(*journal::Cursor::parse(cursors[i]));
    ASSERT_EQ((*journal)->previous(), i > 0);
    if (i == 0) continue;
    EXPECT_EQ((*journal)->cursor().to_string(), cursors[i - 1]);
  }
}

TEST(Journal, SaysWhyADirectoryCannotBeRead) {
  const TempDir directory;

  const auto journal = Journal::open_directory(directory.path() + "/missing");

  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, Errc::kSystem);
  EXPECT_EQ(journal.error().sys_errno, ENOENT);
}

TEST(Journal, SaysWhyTheOnlyFileCannotBeRead) {
  const TempDir directory;
  write_file(directory.path() + "/short.journal", "LPKSHHRH");

  const auto journal = Journal::open_files({directory.path() + "/short.journal"});

  ASSERT_FALSE(journal);
  EXPECT_EQ(journal.error().code, Errc::kTruncated);
}

}  // namespace
}  // namespace logq::test
