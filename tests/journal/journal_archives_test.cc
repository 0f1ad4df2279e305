// Archives that are not opened before reading comes to them: which are, and that what is read is
// what all of them hold, whatever their names say.
#include <dirent.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <filesystem>

#include <gtest/gtest.h>

#include "journal/archive_name.h"
#include "journal/journal.h"
#include "journal/writer_support.h"
#include "support/temp_dir.h"

namespace logq::journal::test {
namespace {

constexpr std::uint64_t kArchives = 40;
constexpr std::uint64_t kEntries = 5;  // in each

std::string field(std::uint64_t seqnum) {
  return "NUMBER=" + std::to_string(seqnum);
}

class JournalArchives : public testing::Test {
 protected:
  // Entries `from` to `last` of the sequence, in an archive of this series.
  std::string write(std::uint64_t from, std::uint64_t last, const std::string& base = "system") {
    WriterOptions options;
    options.max_size_bytes = std::uint64_t{512} << 10;
    options.sequence = {sequence_, 0};
    auto writer = FileWriter::create(directory_.path() + "/" + base + ".journal", options);
    for (std::uint64_t seqnum = from; seqnum <= last; ++seqnum) {
      const Fields fields{field(seqnum), seqnum % 50 == 7 ? "SIDE=rare" : "SIDE=common"};
      if (!(*writer)->append_with_seqnum(moment(seqnum), seqnum, views(fields))) ADD_FAILURE();
    }
    return (*writer)->archive().value();
  }

  void write_series() {
    for (std::uint64_t n = 0; n < kArchives; ++n)
      paths_.push_back(write(n * kEntries + 1, (n + 1) * kEntries));
  }

  [[nodiscard]] std::string path_named(std::uint64_t head) const {
    const ArchiveName name{"system", sequence_, head, moment(head).realtime_usec};
    return directory_.path() + "/" + name.to_string();
  }

  std::unique_ptr<Journal> open() {
    auto journal = Journal::open_directory(
        directory_.path(),
        [this](const std::string& path, const Error&) { damaged_.push_back(path); });
    if (!journal) ADD_FAILURE();
    return std::move(*journal);
  }

  // How many of our files this process has open, which archives stay as long as they are read.
  [[nodiscard]] std::size_t n_open() const {
    std::size_t count = 0;
    for (const auto& fd : std::filesystem::directory_iterator("/proc/self/fd")) {
      std::error_code error;
      const std::string target = std::filesystem::read_symlink(fd, error).string();
      if (!error && target.starts_with(directory_.path() + "/")) ++count;
    }
    return count;
  }

  static std::vector<std::uint64_t> read(Journal& journal, bool forward) {
    forward ? journal.seek_head() : journal.seek_tail();
    std::vector<std::uint64_t> found;
    while (forward ? journal.next() : journal.previous())
      found.push_back(journal.entry().seqnum);
    return found;
  }

  static std::vector<std::uint64_t> ascending(std::vector<std::uint64_t> found) {
    std::sort(found.begin(), found.end());
    return found;
  }

  logq::test::TempDir directory_ = logq::test::TempDir::in_memory();
  Id128 sequence_ = Id128::random();
  std::vector<std::string> paths_;
  std::vector<std::string> damaged_;
};

TEST_F(JournalArchives, AreOpenedAtTheTailAsFarAsTheLastEntriesLie) {
  write_series();
  const auto journal = open();

  journal->seek_tail();
  for (std::uint64_t n = 0; n < kEntries; ++n)
    ASSERT_TRUE(journal->previous());

  EXPECT_EQ(journal->entry().seqnum, (kArchives - 1) * kEntries + 1);
  EXPECT_LE(n_open(), 2U);
}

TEST_F(JournalArchives, AreOpenedAtTheHeadAsFarAsTheFirstEntriesLie) {
  write_series();
  const auto journal = open();

  journal->seek_head();
  for (std::uint64_t n = 0; n < kEntries; ++n)
    ASSERT_TRUE(journal->next());

  EXPECT_EQ(journal->entry().seqnum, kEntries);
  EXPECT_LE(n_open(), 2U);
}

TEST_F(JournalArchives, AreOpenedWhereASoughtNumberLies) {
  write_series();
  const auto journal = open();

  journal->seek_seqnum(sequence_, 100);

  ASSERT_TRUE(journal->next());
  EXPECT_EQ(journal->entry().seqnum, 100U);
  ASSERT_TRUE(journal->previous());
  EXPECT_EQ(journal->entry().seqnum, 99U);
  EXPECT_LE(n_open(), 4U);
}

TEST_F(JournalArchives, AreNotOpenedWhereNothingIsWanted) {
  write_series();
  const auto journal = open();

  journal->set_match(Match::exactly(field(33)));

  EXPECT_EQ(read(*journal, false), std::vector<std::uint64_t>{33});
  EXPECT_EQ(read(*journal, true), std::vector<std::uint64_t>{33});
  EXPECT_LE(n_open(), 4U);  // a bucket may be shared
  journal->set_match(Match::exactly(field(34)));
  EXPECT_EQ(read(*journal, false), std::vector<std::uint64_t>{34});
}

TEST_F(JournalArchives, AreAllOpenedInTheOrderOfTheirNamesForWhoAsks) {
  write_series();
  const auto journal = open();
  journal->seek_tail();
  ASSERT_TRUE(journal->previous());

  std::vector<std::string> paths;
  for (const FileReader* file : journal->files())
    paths.push_back(file->path());

  EXPECT_EQ(paths, paths_);
  ASSERT_TRUE(journal->previous());
  EXPECT_EQ(journal->entry().seqnum, kArchives * kEntries - 1);
}

TEST_F(JournalArchives, AreAllOpenForWhatNarrowsThem) {
  write_series();
  const auto journal = open();
  journal->narrow([&](FileReader&) -> std::optional<std::vector<FileOffset>> {
    EXPECT_EQ(journal->files().size(), kArchives);
    return std::nullopt;
  });

  EXPECT_EQ(read(*journal, true), numbers(1, kArchives * kEntries));
}

TEST_F(JournalArchives, AreReadTogetherWithTheFileBeingWritten) {
  write_series();
  WriterOptions options;
  options.sequence = {sequence_, kArchives * kEntries};
  auto writer = FileWriter::create(directory_.path() + "/system.journal", options);
  const std::uint64_t next = kArchives * kEntries + 1;
  ASSERT_TRUE((*writer)->append(moment(next), views({field(next)})));
  const auto journal = open();

  EXPECT_EQ(read(*journal, true), numbers(1, next));
  EXPECT_EQ(ascending(read(*open(), false)), numbers(1, next));
}

TEST_F(JournalArchives, ThatAreDeletedBeforeTheyAreReachedAreNoDamage) {
  write_series();
  const auto journal = open();
  for (std::uint64_t n = 0; n < 10; ++n)
    std::filesystem::remove(paths_[n]);

  EXPECT_EQ(ascending(read(*journal, false)), numbers(10 * kEntries + 1, kArchives * kEntries));
  EXPECT_TRUE(damaged_.empty());
}

TEST_F(JournalArchives, ThatCannotBeReadAreReportedAndTheOthersRead) {
  write_series();
  std::filesystem::resize_file(paths_[20], 100);
  const auto journal = open();
  std::vector<std::uint64_t> expected = numbers(1, 20 * kEntries);
  for (const std::uint64_t seqnum : numbers(21 * kEntries + 1, kArchives * kEntries))
    expected.push_back(seqnum);

  std::vector<std::uint64_t> found = read(*journal, false);

  std::reverse(found.begin(), found.end());
  EXPECT_EQ(found, expected);
  EXPECT_EQ(damaged_, std::vector<std::string>{paths_[20]});
}

TEST_F(JournalArchives, ThatExchangedTheirNamesLoseNoEntry) {
  write_series();
  std::filesystem::rename(paths_[10], directory_.path() + "/aside");
  std::filesystem::rename(paths_[30], paths_[10]);
  std::filesystem::rename(directory_.path() + "/aside", paths_[30]);

  for (const bool forward : {true, false})
    EXPECT_EQ(ascending(read(*open(), forward)), numbers(1, kArchives * kEntries));
}

TEST_F(JournalArchives, ThatAreCopiesOfOthersUnderAFalseNameShowNoEntryTwice) {
  write_series();
  std::filesystem::copy_file(paths_[30], path_named(3));
  std::filesystem::copy_file(paths_[5], path_named(193));

  for (const bool forward : {true, false})
    EXPECT_EQ(ascending(read(*open(), forward)), numbers(1, kArchives * kEntries));
}

TEST_F(JournalArchives, ThatOverlapTheirNeighboursAreReadInOrder) {
  write(1, 10);
  write(11, 30);
  write(21, 40);  // which a writer would not do
  write(41, 50);

  for (const bool forward : {true, false}) {
    std::vector<std::uint64_t> found = read(*open(), forward);
    if (!forward) std::reverse(found.begin(), found.end());
    EXPECT_EQ(found, numbers(1, 50));
  }
}

TEST_F(JournalArchives, OfAnotherMachineThatAreStillWrittenAreReadAsSuch) {
  write_series();
  const std::string false_name = path_named(3);
  WriterOptions options;
  options.sequence = {sequence_, 1000};
  auto writer = FileWriter::create(directory_.path() + "/other.journal", options);
  ASSERT_TRUE((*writer)->append(moment(1001), views({field(1001)})));
  std::filesystem::rename(directory_.path() + "/other.journal", false_name);

  std::vector<std::uint64_t> expected = numbers(1, kArchives * kEntries);
  expected.push_back(1001);
  EXPECT_EQ(ascending(read(*open(), false)), expected);
}

TEST_F(JournalArchives, AreFollowedBehindWhatIsReadOfThem) {
  write_series();
  const auto journal = open();
  journal->seek_tail();
  ASSERT_TRUE(journal->previous());

  ASSERT_TRUE(journal->watch_fd());
  const std::uint64_t next = kArchives * kEntries + 1;
  write(next, next + 4);
  ASSERT_TRUE(journal->process_changes());

  std::vector<std::uint64_t> found;
  while (journal->next())
    found.push_back(journal->entry().seqnum);
  EXPECT_EQ(found, numbers(next, next + 4));
}

TEST_F(JournalArchives, TellTheirTimesUnopened) {
  write_series();
  const auto journal = open();

  const TimeSpan times = journal->known_times();

  EXPECT_EQ(times.first_usec, moment(1).realtime_usec);
  EXPECT_EQ(times.last_usec, moment(kArchives * kEntries).realtime_usec);
  EXPECT_LE(n_open(), 1U);
}

}  // namespace
}  // namespace logq::journal::test
