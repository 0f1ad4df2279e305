#include "journal/file_reader.h"

#include <malloc.h>

#include <algorithm>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "journal/file_hash.h"
#include "journal/file_header.h"
#include "journal/reader_support.h"
#include "journal/writer_support.h"

namespace logq::test {
namespace {

using journal::EntryList;
using journal::FileReader;
using journal::Journal;

std::set<std::string> lines_of(const std::string& text) {
  std::set<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);)
    lines.insert(line);
  return lines;
}

class FileReaderOfMany : public testing::Test {
 protected:
  void SetUp() override {
    if (!peers_installed()) GTEST_SKIP() << kNoPeers;
    make_journal(path_, export_entries(0, 300));
    auto opened = FileReader::open(path_);
    ASSERT_TRUE(opened);
    file_ = std::move(*opened);
  }

  std::vector<std::uint64_t> offsets(const EntryList& list) {
    std::vector<std::uint64_t> found;
    for (std::uint64_t i = 0; i < list.size(); ++i)
      found.push_back(list.at(i).value_or(0));
    return found;
  }

  TempDir directory_;
  std::string path_ = directory_.path() + "/test.journal";
  std::unique_ptr<FileReader> file_;
};

TEST_F(FileReaderOfMany, SaysWhatTheHeaderSays) {
  EXPECT_EQ(file_->info().n_entries, 300U);
  EXPECT_EQ(file_->info().head_entry_seqnum, 1U);
  EXPECT_EQ(file_->info().tail_entry_seqnum, 300U);
  EXPECT_EQ(file_->info().head_entry_realtime_usec, kFirstRealtime);
}

TEST_F(FileReaderOfMany, NamesTheFieldsThatJournalctlNames) {
  std::set<std::string> ours;
  file_->for_each_field([&ours](std::string_view name) { return ours.emplace(name).second; });

  EXPECT_EQ(ours, lines_of(journalctl({"--file", path_, "-N"}).out));
}

TEST_F(FileReaderOfMany, GivesTheValuesThatJournalctlGives) {
  for (const char* field : {"MESSAGE", "GROUP", "PRIORITY", "SOURCE", "LONG", "_BOOT_ID", "NONE"}) {
    std::set<std::string> ours;
    const std::size_t name = std::string_view(field).size() + 1;
    file_->for_each_value(field, [&ours, name](std::string_view payload) {
      return ours.emplace(payload.substr(name)).second;
    });

    EXPECT_EQ(ours, lines_of(journalctl({"--file", path_, "-F", field}).out)) << field;
  }
}

TEST_F(FileReaderOfMany, StopsWhenTheVisitorHasSeenEnough) {
  int seen = 0;
  file_->for_each_value("MESSAGE", [&seen](std::string_view /*payload*/) { return ++seen < 3; });

  EXPECT_EQ(seen, 3);
}

TEST_F(FileReaderOfMany, FindsEntriesByOffsetFromEveryPlaceInTheList) {
  for (const EntryList& list : {file_->all_entries(), file_->entries_with("GROUP=2"),
                                file_->entries_with("MESSAGE=message 7 of a")}) {
    const auto all = offsets(list);
    ASSERT_FALSE(all.empty());
    for (const std::uint64_t entry : all) {
      for (const std::uint64_t offset : {entry - 1, entry, entry + 1}) {
        const auto from = std::lower_bound(all.begin(), all.end(), offset);
        const auto until = std::upper_bound(all.begin(), all.end(), offset);
        EXPECT_EQ(list.first_from(offset).value_or(0), from == all.end() ? 0 : *from);
        EXPECT_EQ(list.last_until(offset).value_or(0), until == all.begin() ? 0 : *(until - 1));
      }
    }
  }
}

TEST_F(FileReaderOfMany, HasAnEmptyListForAPayloadThatIsNotThere) {
  const EntryList none = file_->entries_with("GROUP=3");

  EXPECT_EQ(none.size(), 0U);
  EXPECT_FALSE(none.at(0));
  EXPECT_FALSE(none.first_from(0));
  EXPECT_FALSE(none.last_until(UINT64_MAX));
}

TEST_F(FileReaderOfMany, SeesEntriesThatWereAppendedAfterARefresh) {
  const EntryList all = file_->all_entries();
  const EntryList group = file_->entries_with("GROUP=2");
  ASSERT_EQ(group.size(), 100U);
  make_journal(path_, export_entries(300, 600));

  const auto news = file_->refresh();

  ASSERT_TRUE(news);
  EXPECT_TRUE(*news);
  EXPECT_EQ(all.size(), 600U);
  EXPECT_EQ(group.size(), 200U);
  const auto last = file_->read_entry(*all.at(599));
  ASSERT_TRUE(last);
  EXPECT_EQ(last->seqnum, 600U);
}

TEST_F(FileReaderOfMany, KeepsViewsValidWhileTheFileGrows) {
  std::vector<journal::FileOffset> items;
  ASSERT_TRUE(file_->read_items(*file_->all_entries().at(0), items));
  std::vector<std::pair<std::string_view, std::string>> views;
  for (std::size_t i = 0; i < items.size(); ++i) {
    const auto payload = file_->read_data(items[i], i);
    ASSERT_TRUE(payload);
    views.emplace_back(*payload, std::string(*payload));
  }
  for (int i = 1; i < 5; ++i) {
    make_journal(path_, export_entries(300 * i, 300 * (i + 1)));
    ASSERT_TRUE(file_->refresh());
  }
  for (const auto& [view, copy] : views)
    EXPECT_EQ(view, copy);
}

journal::WriterOptions large_file() {
  journal::WriterOptions options;
  options.max_size_bytes = std::uint64_t{64} << 20;
  return options;
}

// Bytes that are allocated; 0 where a sanitizer has a malloc of its own.
std::size_t allocated() {
  const auto info = ::mallinfo2();
  return info.hblkhd + info.uordblks;
}

// In each entry the large value has another place, and so a buffer of its own.
TEST(FileReader, GivesBackTheBuffersOfLargeValues) {
  const TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  const auto writer = journal::FileWriter::create(path, large_file()).value();
  std::vector<std::string> fields;
  for (std::uint64_t i = 0; i < 20; ++i) {
    fields.push_back("F" + std::to_string(i) + "=x");
    std::vector<std::string_view> views(fields.begin(), fields.end());
    const std::string large = "LARGE=" + std::string(8 << 20, static_cast<char>('a' + i));
    views.emplace_back(large);
    ASSERT_TRUE(writer->append(journal::test::moment(i), views));
  }
  auto journal = Journal::open_files({path});
  const std::size_t before = allocated();

  std::size_t bytes = 0;
  while ((*journal)->next())
    bytes += (*journal)->find_value("LARGE").value_or("").size();

  EXPECT_EQ(bytes, std::size_t{20 * 8} << 20);
  EXPECT_LT(allocated() - before, std::size_t{40} << 20);
}

// A DATA object that claims the hash of another payload, and unpacks to 32 MiB.
TEST(FileReader, UnpacksNoMoreThanThePayloadItLooksFor) {
  const TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  auto writer = journal::FileWriter::create(path, large_file()).value();
  const std::string large = "LARGE=" + std::string(32 << 20, 'x');
  ASSERT_TRUE(writer->append(journal::test::moment(1), {{large}}));
  auto reader = FileReader::open(path).value();
  const journal::FileOffset data = reader->find_data(large);
  ASSERT_NE(data, 0U);
  const journal::Header header = *journal::read_file_header(path);
  journal::Le64 hash;
  hash = journal::FileHash(header)("A=1");
  journal::Le64 link;
  link = data;
  const std::uint64_t bucket = hash % (header.data_hash_table_size / 16) * 16;
  std::string bytes = read_file(path);
  std::memcpy(bytes.data() + data + offsetof(journal::DataObject, hash), &hash, sizeof hash);
  std::memcpy(bytes.data() + header.data_hash_table_offset + bucket, &link, sizeof link);
  write_file(directory.path() + "/copy.journal", bytes);
  reader = FileReader::open(directory.path() + "/copy.journal").value();
  const std::size_t before = allocated();

  EXPECT_EQ(reader->find_data("A=1"), 0U);

  EXPECT_LT(allocated() - before, std::size_t{16} << 20);
}

TEST(FileReader, RefusesADirectoryAndAMissingFile) {
  const TempDir directory;

  const auto missing = FileReader::open(directory.path() + "/missing.journal");
  const auto folder = FileReader::open(directory.path());

  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().sys_errno, ENOENT);
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().code, Errc::kInvalidArgument);
}

}  // namespace
}  // namespace logq::test
