#include "journal/file_writer.h"

#include <unistd.h>

#include <cerrno>
#include <random>

#include <gtest/gtest.h>

#include "journal/archive_name.h"
#include "journal/entry_limits.h"
#include "journal/file_header.h"
#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::Fields;
using test::moment;
using test::views;

class FileWriterTest : public ::testing::Test {
 protected:
  void begin(const WriterOptions& options = {}) {
    auto created = FileWriter::create(path_, options);
    ASSERT_TRUE(created) << created.error().message();
    writer_ = std::move(*created);
  }
  void reopen(const WriterOptions& options = {}) {
    auto reopened = FileWriter::reopen(path_, options);
    ASSERT_TRUE(reopened) << reopened.error().message();
    writer_ = std::move(*reopened);
  }
  Result<std::uint64_t> add(std::uint64_t n, const Fields& fields) {
    return writer_->append(moment(n), views(fields));
  }
  void add_entries(std::uint64_t first, std::uint64_t last) {
    for (std::uint64_t n = first; n <= last; ++n) {
      const auto seqnum = add(n, test::service_entry(n));
      ASSERT_TRUE(seqnum) << n << ": " << seqnum.error().message();
    }
  }
  Header header() { return read_file_header(path_).value(); }

  logq::test::TempDir directory_;
  std::string path_ = directory_.path() + "/system.journal";
  std::unique_ptr<FileWriter> writer_;
};

TEST_F(FileWriterTest, NumbersEntriesFromOne) {
  begin();

  EXPECT_EQ(add(1, {"MESSAGE=a"}).value(), 1U);
  EXPECT_EQ(add(2, {"MESSAGE=b"}).value(), 2U);
  EXPECT_EQ(test::seqnums_of(path_), test::numbers(1, 2));
}

TEST_F(FileWriterTest, ContinuesTheSequenceItIsGiven) {
  WriterOptions options;
  options.sequence = {Id128::random(), 41};
  begin(options);

  EXPECT_EQ(add(1, {"MESSAGE=a"}).value(), 42U);
  EXPECT_EQ(writer_->sequence().seqnum_id, options.sequence.seqnum_id);
}

TEST_F(FileWriterTest, DoesNotReplaceAFile) {
  begin();

  const auto second = FileWriter::create(path_, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().sys_errno, EEXIST);
}

TEST_F(FileWriterTest, StoresEachValueOnce) {
  begin();
  for (std::uint64_t n = 0; n < 1000; ++n) {
    ASSERT_TRUE(add(n, {"A=same", "B=" + std::to_string(n % 10), "A=same"}));
  }

  EXPECT_EQ(header().n_data, 11U);
  EXPECT_EQ(header().n_fields, 2U);
}

TEST_F(FileWriterTest, FindsANewValueGivenTwiceInOneEntry) {
  begin();

  ASSERT_TRUE(add(1, {"A=x", "A=x", "A=y", "A=x"}));
  EXPECT_EQ(header().n_data, 2U);
}

TEST_F(FileWriterTest, CompressesOnlyWhatGetsSmaller) {
  std::mt19937 random(1);  // NOLINT: the same noise in every run
  std::string noise = "NOISE=";
  while (noise.size() < 3000)
    noise += static_cast<char>(random());
  begin();
  const std::uint64_t empty = header().tail_object_offset;

  ASSERT_TRUE(add(1, {"BIG=" + std::string(100000, 'x')}));
  const std::uint64_t after_big = header().tail_object_offset;
  ASSERT_TRUE(add(2, {noise}));

  const std::uint64_t tables = read_file_header(path_)->data_hash_table_size;
  EXPECT_LT(after_big - empty - tables, 1000U);
  EXPECT_GT(header().tail_object_offset - after_big, noise.size());
}

TEST_F(FileWriterTest, FindsACompressedValueAgain) {
  begin();
  const std::string big = "BIG=" + std::string(5000, 'x');
  for (std::uint64_t n = 0; n < 5; ++n)
    ASSERT_TRUE(add(n, {big}));

  EXPECT_EQ(header().n_data, 1U);
}

TEST_F(FileWriterTest, RefusesEntriesThatAreNone) {
  begin();

  EXPECT_EQ(writer_->append(moment(1), {}).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(add(1, {"=value"}).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(add(1, {"name"}).error().code, Errc::kInvalidArgument);
  EXPECT_EQ(writer_->append({0, 1, Id128::random()}, views({"A=b"})).error().code,
            Errc::kInvalidArgument);
  EXPECT_EQ(writer_->append({kTimestampLimit, 1, Id128::random()}, views({"A=b"})).error().code,
            Errc::kInvalidArgument);
  EXPECT_EQ(header().n_entries, 0U);
  EXPECT_EQ(header().n_data, 0U);
}

TEST_F(FileWriterTest, AsksForRotationWhenTimeStepsBack) {
  begin();
  const EntryTime now = moment(10);
  ASSERT_TRUE(add(10, {"A=b"}));

  EntryTime earlier = now;
  earlier.realtime_usec -= 1;
  EXPECT_EQ(writer_->append(earlier, views({"A=b"})).error().code, Errc::kFull);
  earlier = now;
  earlier.monotonic_usec -= 1;
  EXPECT_EQ(writer_->append(earlier, views({"A=b"})).error().code, Errc::kFull);
  earlier.boot_id = Id128::random();  // after a reboot the monotonic clock begins anew
  EXPECT_TRUE(writer_->append(earlier, views({"A=b"})));
}

TEST_F(FileWriterTest, TakesOnlyIncreasingGivenNumbers) {
  begin();
  const Fields fields = {"A=b"};

  EXPECT_TRUE(writer_->append_with_seqnum(moment(1), 7, views(fields)));
  EXPECT_FALSE(writer_->append_with_seqnum(moment(2), 7, views(fields)));
  EXPECT_TRUE(writer_->append_with_seqnum(moment(2), 9, views(fields)));
  EXPECT_EQ(add(3, fields).value(), 10U);
}

TEST_F(FileWriterTest, LeavesAFullFileAsItWas) {
  begin(test::small_file());
  std::uint64_t n = 0;
  while (add(n, test::service_entry(n)))
    ++n;
  const Header full = header();

  const auto refused = add(n, test::service_entry(n));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::kFull);
  const Header after = header();
  EXPECT_EQ(full.n_objects, after.n_objects);
  EXPECT_EQ(full.tail_object_offset, after.tail_object_offset);
  EXPECT_EQ(full.n_entries, n);
  EXPECT_LE(writer_->size_bytes(), test::small_file().max_size_bytes);
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  ASSERT_TRUE(writer_->close());
  const auto verified = logq::test::verify_file(path_);
  EXPECT_EQ(verified.status, 0) << verified.out;
}

TEST_F(FileWriterTest, SaysWhenAnEntryFitsNoFile) {
  begin(test::small_file());

  EXPECT_EQ(add(1, {"BIG=" + std::string(5 << 20, 'x')}).error().code, Errc::kTooLarge);
  EXPECT_TRUE(add(1, {"A=b"}));
}

TEST_F(FileWriterTest, RefusesMoreFieldsThanReadersTake) {
  Fields most;
  for (std::uint64_t i = 0; i < kMaxItems; ++i)
    most.push_back("F=" + std::to_string(i));
  begin(test::small_file());
  ASSERT_TRUE(add(1, most));
  most.push_back("F=one more");
  EXPECT_EQ(add(2, most).error().code, Errc::kTooLarge);
  ASSERT_TRUE(writer_->close());

  const auto reader = FileReader::open(path_).value();
  std::vector<std::string_view> payloads;
  const auto entry = reader->all_entries().first_from(0);
  ASSERT_TRUE(entry);
  EXPECT_EQ(reader->read_payloads(*entry, payloads).size(), kMaxItems);
}

TEST_F(FileWriterTest, GrowsInSteps) {
  WriterOptions options;
  options.max_size_bytes = std::uint64_t{16} << 20;
  begin(options);

  EXPECT_LE(writer_->size_bytes(), std::uint64_t{2} << 20);
  add_entries(1, 10000);
  EXPECT_GT(writer_->size_bytes(), std::uint64_t{4} << 20);
  EXPECT_EQ(header().arena_size + sizeof(Header), writer_->size_bytes());
}

TEST_F(FileWriterTest, ContinuesAFileThatWasClosed) {
  begin();
  add_entries(1, 500);
  ASSERT_TRUE(writer_->close());
  EXPECT_EQ(header().state, FileState::kOffline);

  reopen();
  EXPECT_EQ(header().state, FileState::kOnline);
  add_entries(501, 1000);
  EXPECT_EQ(test::seqnums_of(path_), test::numbers(1, 1000));
  EXPECT_EQ(header().n_fields, 14U);
  EXPECT_EQ(header().n_data, 3 * 1000 + 8 + 40 + 5 + 8U);
}

TEST_F(FileWriterTest, DoesNotContinueAFileThatWasNotClosed) {
  begin();
  writer_.reset();

  EXPECT_EQ(FileWriter::reopen(path_, {}).error().code, Errc::kBusy);
}

TEST_F(FileWriterTest, DoesNotContinueDamagedOrForeignFiles) {
  begin();
  add_entries(1, 10);
  ASSERT_TRUE(writer_->close());
  const auto with_byte = [&](off_t at, char value) {
    const auto copy = directory_.path() + "/copy.journal";
    std::filesystem::copy_file(path_, copy, std::filesystem::copy_options::overwrite_existing);
    EXPECT_EQ(::truncate(copy.c_str(), static_cast<off_t>(writer_->size_bytes())), 0);
    std::FILE* file = std::fopen(copy.c_str(), "r+");
    std::fseek(file, at, SEEK_SET);
    std::fputc(value, file);
    std::fclose(file);
    return FileWriter::reopen(copy, {}).error().code;
  };

  EXPECT_EQ(with_byte(0, 'X'), Errc::kCorrupt);
  EXPECT_EQ(with_byte(offsetof(Header, compatible_flags), 2), Errc::kUnsupported);
  EXPECT_EQ(with_byte(offsetof(Header, incompatible_flags), 0x20), Errc::kUnsupported);
  EXPECT_EQ(with_byte(offsetof(Header, incompatible_flags), 0x0c), Errc::kCorrupt);  // not COMPACT
  EXPECT_EQ(with_byte(offsetof(Header, incompatible_flags), 0x18), Errc::kCorrupt);  // not keyed
  EXPECT_EQ(with_byte(offsetof(Header, state), 2), Errc::kUnsupported);
  EXPECT_EQ(with_byte(offsetof(Header, tail_object_offset) + 5, 1), Errc::kCorrupt);
  EXPECT_EQ(with_byte(offsetof(Header, data_hash_table_size) + 5, 1), Errc::kCorrupt);
  EXPECT_EQ(with_byte(offsetof(Header, tail_entry_array_offset), 1), Errc::kCorrupt);
}

TEST_F(FileWriterTest, ArchivesUnderTheNameOfItsHead) {
  begin();
  add_entries(1, 100);
  const std::uint64_t grown = writer_->size_bytes();

  const std::string archive = writer_->archive().value();

  const auto name = ArchiveName::parse(std::filesystem::path(archive).filename().string());
  ASSERT_TRUE(name);
  EXPECT_EQ(name->base, "system");
  EXPECT_EQ(name->head_seqnum, 1U);
  EXPECT_EQ(name->head_realtime_usec, moment(1).realtime_usec);
  EXPECT_FALSE(std::filesystem::exists(path_));
  EXPECT_LT(std::filesystem::file_size(archive), grown);
  EXPECT_EQ(read_file_header(archive)->state, FileState::kArchived);
  EXPECT_EQ(test::seqnums_of(archive), test::numbers(1, 100));
}

TEST_F(FileWriterTest, DeletesAnEmptyFileInsteadOfArchivingIt) {
  begin();

  EXPECT_EQ(writer_->archive().value(), "");
  EXPECT_TRUE(test::files_in(directory_.path()).empty());
}

TEST_F(FileWriterTest, KeepsAnArchiveThatHasItsName) {
  begin();
  add_entries(1, 3);
  const ArchiveName name{"system", writer_->sequence().seqnum_id, 1, moment(1).realtime_usec};
  const std::string taken = directory_.path() + "/" + name.to_string();
  std::fclose(std::fopen(taken.c_str(), "w"));

  const std::string archive = writer_->archive().value();
  EXPECT_TRUE(archive.ends_with(".journal~"));
  EXPECT_EQ(std::filesystem::file_size(taken), 0U);
  EXPECT_EQ(test::seqnums_of(archive), test::numbers(1, 3));
}

TEST_F(FileWriterTest, RefusesEntriesAfterTheEnd) {
  begin();
  ASSERT_TRUE(writer_->close());

  EXPECT_EQ(add(1, {"A=b"}).error().code, Errc::kClosed);
}

}  // namespace
}  // namespace logq::journal
