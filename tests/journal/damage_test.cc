// Files that are cut off, flipped or made by a fuzzer: reading ends, in bounded time, with what is
// readable. Sanitizer builds make these tests strict.
#include <random>

#include <gtest/gtest.h>

#include "journal/file_writer.h"
#include "journal/reader_support.h"

namespace logq::test {
namespace {

using journal::FileReader;
using journal::Journal;
using journal::Match;

struct Walk {
  std::size_t forward = 0;
  std::size_t backward = 0;
  std::size_t matched = 0;
  std::size_t damage = 0;
};

// Everything a reader may be asked for, on one file.
Walk walk(const std::string& path) {
  Walk result;
  auto journal = Journal::open_files(
      {path}, [&result](const std::string& /*path*/, const Error& /*error*/) { ++result.damage; });
  if (!journal) return result;
  result.forward = read_forward(**journal).size();
  result.backward = read_backward(**journal).size();
  (*journal)->seek_realtime(kFirstRealtime + 20'000'000);
  (*journal)->next();
  for (FileReader* file : (*journal)->files()) {
    file->for_each_field([file](std::string_view name) {
      file->for_each_value(name, [](std::string_view payload) { return !payload.empty(); });
      return true;
    });
  }
  (*journal)->set_match(Match::all_of({Match::exactly("GROUP=1"), Match::exactly("SOURCE=a")}));
  result.matched = read_forward(**journal).size() + read_backward(**journal).size();
  return result;
}

// Appends what export_entry() describes, with our own writer: its files can be small, those of
// journal-remote begin with megabytes of hash table.
void append(journal::FileWriter& writer, int number) {
  journal::EntryTime time;
  time.realtime_usec = kFirstRealtime + static_cast<std::uint64_t>(number) * 1'000'000;
  time.monotonic_usec = 1'000'000 + static_cast<std::uint64_t>(number) * 1'000'000;
  time.boot_id = *Id128::parse(kBootId);
  std::vector<std::string> payloads;
  for (const Entry& entry : parse_export_entries(export_entry(number))) {
    for (const std::string& payload : entry) {
      if (!payload.starts_with("__")) payloads.push_back(payload);
    }
  }
  const std::vector<std::string_view> views(payloads.begin(), payloads.end());
  ASSERT_TRUE(writer.append(time, views));
}

class Damage : public testing::Test {
 protected:
  void SetUp() override {
    journal::WriterOptions options;
    options.max_size_bytes = std::uint64_t{512} << 10;
    auto writer = journal::FileWriter::create(path_, options);
    ASSERT_TRUE(writer);
    for (int i = 0; i < 40; ++i)
      append(**writer, i);
    ASSERT_TRUE((*writer)->close());
    bytes_ = read_file(path_);
    whole_ = bytes_;
    // What is in use ends behind the last object.
    const std::size_t end = bytes_.find_last_not_of('\0') + 1;
    bytes_.resize((end + 7) / 8 * 8);
  }

  // The objects of a small file lie behind two hash tables of mostly empty buckets.
  [[nodiscard]] std::size_t objects_begin() const { return bytes_.find("message 0 of a") - 200; }

  TempDir directory_;
  std::string path_ = directory_.path() + "/whole.journal";
  std::string damaged_ = directory_.path() + "/damaged.journal";
  std::string bytes_;
  std::string whole_;
};

TEST_F(Damage, AFileCutAnywhereGivesTheEntriesBeforeTheCut) {
  const std::size_t whole = walk(path_).forward;
  ASSERT_EQ(whole, 40U);
  std::size_t before = 0;
  for (std::size_t size = objects_begin(); size < bytes_.size(); size += 8) {
    write_file(damaged_, std::string_view(bytes_).substr(0, size));
    const Walk result = walk(damaged_);
    EXPECT_LE(result.forward, whole);
    EXPECT_EQ(result.forward, result.backward) << size;
    EXPECT_GE(result.forward, before) << size;
    before = result.forward;
  }
  EXPECT_GE(before, 38U);
}

TEST_F(Damage, AFileCutWithinHeaderOrTablesIsRefusedOrEmpty) {
  for (std::size_t size = 0; size < objects_begin(); size += size < 400 ? 1 : 1021) {
    write_file(damaged_, std::string_view(bytes_).substr(0, size));
    EXPECT_EQ(walk(damaged_).forward, 0U) << size;
  }
}

TEST_F(Damage, FlippedBitsNeverStopReading) {
  std::mt19937 random(1);
  std::size_t reported = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string bytes = bytes_;
    for (int flips = 0; flips < 1 + round % 8; ++flips) {
      const std::size_t begin = round % 4 == 0 ? 0 : objects_begin();
      const std::size_t end = round % 4 == 0 ? 272 : bytes.size();
      const std::size_t at = begin + random() % (end - begin);
      bytes[at] = static_cast<char>(bytes[at] ^ (1 << (random() % 8)));
    }
    write_file(damaged_, bytes);
    const Walk result = walk(damaged_);
    EXPECT_LE(result.forward, 40U);
    reported += result.damage;
  }
  EXPECT_GT(reported, 0U);
}

// Each 8-byte word in turn becomes a value that offsets and sizes must be guarded against.
TEST_F(Damage, ExtremeWordsNeverStopReading) {
  const std::uint64_t extremes[] = {
      0, 1, 8, UINT64_MAX, UINT64_MAX - 7, bytes_.size() - 8, objects_begin() / 8 * 8};
  for (std::size_t at = objects_begin() / 8 * 8; at + 8 <= bytes_.size(); at += 8) {
    const std::string saved = bytes_.substr(at, 8);
    const std::uint64_t word = extremes[at / 8 % std::size(extremes)];
    std::memcpy(bytes_.data() + at, &word, sizeof(word));
    write_file(damaged_, bytes_);
    EXPECT_LE(walk(damaged_).forward, 40U);
    bytes_.replace(at, 8, saved);
  }
}

TEST_F(Damage, AnUnreadableEntryIsReportedAndPassed) {
  auto journal = Journal::open_files({path_});
  ASSERT_TRUE(journal);
  (*journal)->seek_head();
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE((*journal)->next());
  whole_[(*journal)->entry().offset] = 1;  // not an ENTRY any more
  write_file(damaged_, whole_);

  const Walk result = walk(damaged_);

  EXPECT_EQ(result.forward, 39U);
  EXPECT_EQ(result.backward, 39U);
  EXPECT_EQ(result.damage, 1U);
}

TEST_F(Damage, UnknownIncompatibleFlagsAreRefused) {
  bytes_[12] = static_cast<char>(bytes_[12] | 0x20);
  write_file(damaged_, bytes_);

  const auto reader = FileReader::open(damaged_);

  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Errc::kUnsupported);
}

TEST_F(Damage, WhatAFuzzerMadeIsWalkedInBoundedTime) {
  const std::string data = std::string(LOGQ_TESTDATA_DIR) + "/journals/corrupted";
  if (!std::filesystem::is_directory(data)) GTEST_SKIP() << "no test data in " << data;
  if (run_shell("tar --zstd -xf " + data + "/afl-corrupted-310.tar.zst -C " + directory_.path()) !=
      0) {
    GTEST_SKIP() << "tar or zstd is not installed";
  }
  for (const auto& file : std::filesystem::directory_iterator(data)) {
    unpack_zstd(file.path(), directory_.path() + "/" + file.path().stem().string() + ".journal");
  }
  std::size_t files = 0;
  for (const auto& file : std::filesystem::recursive_directory_iterator(directory_.path())) {
    if (!file.is_regular_file()) continue;
    ++files;
    walk(file.path());
  }
  EXPECT_GT(files, 300U);
}

}  // namespace
}  // namespace logq::test
