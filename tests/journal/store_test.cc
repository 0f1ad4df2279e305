#include "journal/store.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "journal/store_recovery.h"
#include "journal/store_sequence.h"
#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::moment;

class StoreTest : public ::testing::Test {
 protected:
  void open(std::uint64_t max_size = std::uint64_t{4} << 20) {
    StoreOptions options;
    options.directory = directory_.path();
    options.writer.max_size_bytes = max_size;
    store_.reset();
    auto opened = Store::open(options);
    ASSERT_TRUE(opened) << opened.error().message();
    store_ = std::move(*opened);
  }
  void add(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n <= last; ++n) {
      const auto seqnum = store_->append(moment(n), test::views(test::service_entry(n)));
      ASSERT_TRUE(seqnum) << seqnum.error().message();
      ASSERT_EQ(*seqnum, n);
    }
  }
  void add_any(std::uint64_t count) {
    for (std::uint64_t n = 0; n < count; ++n)
      ASSERT_TRUE(store_->append(moment(100 + n), test::views(test::service_entry(n))));
  }
  std::size_t count_files() { return test::files_in(directory_.path()).size(); }
  void expect_gapless(std::uint64_t last) {
    EXPECT_EQ(test::seqnums_in(directory_.path()), test::numbers(1, last));
  }

  logq::test::TempDir directory_;
  std::unique_ptr<Store> store_;
};

TEST_F(StoreTest, KeepsOneSequenceOverManyFiles) {
  open();
  add(1, 100'000);
  ASSERT_TRUE(store_->close());

  EXPECT_GE(count_files(), 11U);
  expect_gapless(100'000);
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const auto verified = logq::test::verify_directory(directory_.path());
  EXPECT_EQ(verified.status, 0) << verified.out;
}

TEST_F(StoreTest, ContinuesTheFileThatWasClosed) {
  open();
  add(1, 10);
  ASSERT_TRUE(store_->close());
  open();

  EXPECT_FALSE(store_->open_report().recovered);
  EXPECT_EQ(store_->open_report().tail_seqnum, 10U);
  add(11, 20);
  EXPECT_EQ(count_files(), 1U);
  expect_gapless(20);
}

TEST_F(StoreTest, RotatesOnRequestButNeverAnEmptyFile) {
  open();
  ASSERT_TRUE(store_->rotate());
  EXPECT_EQ(count_files(), 1U);
  add(1, 5);
  ASSERT_TRUE(store_->rotate());
  ASSERT_TRUE(store_->rotate());

  EXPECT_EQ(count_files(), 2U);
  EXPECT_EQ(store_->next_seqnum(), 6U);
}

TEST_F(StoreTest, CountsWhatItHasWrittenOverItsFiles) {
  open();
  EXPECT_EQ(store_->written_bytes(), 0U);
  add(1, 100);
  const std::uint64_t first = store_->written_bytes();
  EXPECT_GT(first, 100U * 64);
  ASSERT_TRUE(store_->rotate());
  EXPECT_EQ(store_->written_bytes(), first);
  add(101, 200);
  const std::uint64_t second = store_->written_bytes();
  EXPECT_GT(second, first);
  ASSERT_TRUE(store_->close());
  EXPECT_EQ(store_->written_bytes(), second);

  open();  // goes on in the same file
  EXPECT_EQ(store_->written_bytes(), 0U);
}

TEST_F(StoreTest, OtherFileOptionsHoldFromTheNextFileOn) {
  open();
  add(1, 10);
  store_->set_file_options({.max_size_bytes = std::uint64_t{512} << 10, .max_file_usec = 0});
  add(11, 2'000);
  EXPECT_EQ(store_->rotations(), 0U);  // all in the first file, which is of 4 MiB
  ASSERT_TRUE(store_->rotate());

  add(2'001, 6'000);

  EXPECT_GT(store_->rotations(), 2U);
  ASSERT_TRUE(store_->close());
  expect_gapless(6'000);
}

TEST_F(StoreTest, RotatesWhenTimeStepsBack) {
  open();
  add(1, 5);

  EntryTime earlier = moment(1);
  const auto seqnum = store_->append(earlier, test::views({"MESSAGE=m"}));
  ASSERT_TRUE(seqnum);
  EXPECT_EQ(*seqnum, 6U);
  EXPECT_EQ(count_files(), 2U);
}

TEST_F(StoreTest, DoesNotRotateForWhatFitsNoFile) {
  open();
  add(1, 5);

  const auto refused =
      store_->append(moment(6), test::views({"MESSAGE=" + std::string(9 << 20, 'x')}));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kTooLarge);
  EXPECT_EQ(count_files(), 1U);
}

TEST_F(StoreTest, ContinuesTheSequenceOfTheNewestArchive) {
  open();
  add(1, 5);
  ASSERT_TRUE(store_->rotate());
  add(6, 9);
  ASSERT_TRUE(store_->rotate());
  ASSERT_TRUE(store_->close());
  std::filesystem::remove(store_->active_path());  // as a crash between archiving and creating
  open();

  EXPECT_EQ(store_->open_report().tail_seqnum, 9U);
  add(10, 12);
  expect_gapless(12);
}

TEST_F(StoreTest, LeavesOtherFilesAlone) {
  for (const char* name :
       {"notes.txt", "user-1000.journal", "system@.journal", "systemd.journal"}) {
    std::ofstream(directory_.path() + "/" + name) << name;
  }
  open();
  add(1, 5);
  ASSERT_TRUE(store_->rotate());
  ASSERT_TRUE(store_->close());

  for (const char* name :
       {"notes.txt", "user-1000.journal", "system@.journal", "systemd.journal"}) {
    std::string text;
    std::ifstream(directory_.path() + "/" + name) >> text;
    EXPECT_EQ(text, name);
  }
}

TEST_F(StoreTest, IsTheOnlyOneInItsDirectory) {
  open();
  StoreOptions options;
  options.directory = directory_.path();

  EXPECT_EQ(Store::open(options).error().code, Errc::kBusy);
}

TEST_F(StoreTest, SetsAsideWhatIsNoJournal) {
  std::ofstream(directory_.path() + "/system.journal") << std::string(5000, 'x');
  open();

  EXPECT_TRUE(store_->open_report().recovered_path.ends_with(".journal~"));
  EXPECT_EQ(std::filesystem::file_size(store_->open_report().recovered_path), 5000U);
  ASSERT_TRUE(store_->append(moment(1), test::views({"A=b"})));
}

TEST_F(StoreTest, FinishesAnArchivingThatStoppedBeforeTheRename) {
  open();
  add(1, 5);
  ASSERT_TRUE(store_->rotate());
  ASSERT_TRUE(store_->close());
  std::filesystem::remove(store_->active_path());
  const std::string archive = test::files_in(directory_.path()).at(0);
  std::filesystem::rename(directory_.path() + "/" + archive, store_->active_path());
  open();

  EXPECT_TRUE(std::filesystem::exists(directory_.path() + "/" + archive));
  EXPECT_EQ(store_->next_seqnum(), 6U);
}

// Retired and never archived, as a kill between two renames leaves it. Returns its path.
std::string leave_retired_file(const std::string& directory, std::uint64_t entries) {
  const auto writer = FileWriter::create(directory + "/system.journal", test::small_file()).value();
  for (std::uint64_t n = 1; n <= entries; ++n)
    EXPECT_TRUE(writer->append(moment(n), test::views(test::service_entry(n))));
  const std::string archive = writer->retire().value();
  // As a power loss leaves it, which only salvage can deal with.
  const base::UniqueFd file(::open(archive.c_str(), O_RDWR | O_CLOEXEC));
  const std::uint64_t tail = 0;
  EXPECT_EQ(::pwrite(file.get(), &tail, 8, offsetof(Header, tail_object_offset)), 8);
  return archive;
}

TEST_F(StoreTest, OpensBesideAFileThatCannotBeRenamedAndSaysSo) {
  const std::string archive = leave_retired_file(directory_.path(), 20);
  const std::string wanted = archive.substr(0, archive.rfind(".journal")) + ".unclean.journal";
  std::ofstream(wanted) << "in the way";
  open();

  ASSERT_EQ(store_->open_report().troubles.size(), 1U);
  EXPECT_EQ(store_->open_report().troubles[0].path, archive);
  EXPECT_EQ(store_->open_report().troubles[0].error.sys_errno, EEXIST);
  EXPECT_GT(store_->next_seqnum(), 21U) << "numbers of the file may not be given out again";
  EXPECT_EQ(test::seqnums_of(archive).size(), 20U) << "readers have them meanwhile";
  ASSERT_TRUE(store_->append(moment(21), test::views(test::service_entry(21))));
  ASSERT_TRUE(store_->close());

  open();  // what was in the way has been set aside
  EXPECT_TRUE(store_->open_report().troubles.empty());
  EXPECT_EQ(store_->open_report().recovered_entries, 20U);
}

TEST_F(StoreTest, KeepsANextFileWithEntriesThatCannotBeRenamed) {
  const std::string next = next_file_path(directory_.path() + "/system.journal");
  {
    const auto writer = FileWriter::create(directory_.path() + "/x.journal", test::small_file());
    for (std::uint64_t n = 1; n <= 10; ++n)
      ASSERT_TRUE((*writer)->append(moment(n), test::views(test::service_entry(n))));
  }
  std::filesystem::rename(directory_.path() + "/x.journal", next);
  std::filesystem::create_directory(directory_.path() + "/system@next.unclean.journal");
  open(512 << 10);

  ASSERT_EQ(store_->open_report().troubles.size(), 1U);
  EXPECT_EQ(store_->open_report().troubles[0].path, next);
  add_any(4000);  // rotations, which would like that name
  EXPECT_GT(store_->rotations(), 0U);
  ASSERT_TRUE(store_->close());
  std::filesystem::remove_all(directory_.path() + "/system@next.unclean.journal");
  open();
  EXPECT_EQ(store_->open_report().recovered_entries, 10U);
}

TEST(StoreSequence, JumpsAheadWhereAnArchiveCannotBeRead) {
  const logq::test::TempDir directory;
  const std::string id = "0123456789abcdef0123456789abcdef";
  std::ofstream(directory.path() + "/system@" + id + "-0000000000000010-00060a24181e4000.journal");

  const SequencePosition position = find_sequence(directory.path(), "system").position;
  EXPECT_EQ(position.seqnum_id.to_string(), id);
  EXPECT_EQ(position.tail_seqnum, 16 + kSequenceGap);
}

}  // namespace
}  // namespace logq::journal
