// Files that are cut off, flipped or made by a fuzzer: reading ends, in bounded time, with what is
// readable. Sanitizer builds make these tests strict.
#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <random>
#include <tuple>

#include <gtest/gtest.h>

#include "base/io.h"
#include "journal/file_header.h"
#include "journal/file_writer.h"
#include "journal/reader_support.h"
#include "support/journalctl.h"
#include "support/long_tests.h"

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

std::size_t count_entries(std::string_view exported) {
  constexpr std::string_view kBegin = "__CURSOR=s=";
  std::size_t count = 0;
  for (std::size_t at = exported.find(kBegin); at != std::string_view::npos;
       at = exported.find(kBegin, at + 1))
    ++count;
  return count;
}

// A kind of file, by what differs in its objects.
struct DamageKind {
  const char* name;
  bool compact;
  bool keyed_hash;
  journal::Compression compression;
};

std::string damage_kind_name(const testing::TestParamInfo<DamageKind>& tested) {
  return tested.param.name;
}

journal::WriterOptions options_of(const DamageKind& kind) {
  journal::WriterOptions options;
  options.max_size_bytes = std::uint64_t{512} << 10;
  options.compact = kind.compact;
  options.keyed_hash = kind.keyed_hash;
  options.compression = kind.compression;
  return options;
}

constexpr DamageKind kUsual{"Usual", true, true, journal::Compression::kZstd};

// A file with `entries` entries, without what is unused behind its last object.
std::string make_file(const std::string& path, const DamageKind& kind, int entries) {
  const auto writer = journal::FileWriter::create(path, options_of(kind)).value();
  for (int i = 0; i < entries; ++i)
    append(*writer, i);
  EXPECT_TRUE(writer->close());
  std::string bytes = read_file(path);
  bytes.resize((bytes.find_last_not_of('\0') + 1 + 7) / 8 * 8);
  return bytes;
}

// The objects of a small file lie behind two hash tables of mostly empty buckets.
std::size_t objects_begin(const std::string& bytes) {
  return bytes.find("_BOOT_ID", sizeof(journal::Header)) - sizeof(journal::FieldObject);
}

class Damage : public testing::Test {
 protected:
  TempDir directory_ = TempDir::in_memory();
  std::string path_ = directory_.path() + "/whole.journal";
  std::string damaged_ = directory_.path() + "/damaged.journal";
  std::string bytes_ = make_file(path_, kUsual, 40);
  std::size_t begin_ = objects_begin(bytes_);
};

class DamageOfKind : public testing::TestWithParam<DamageKind> {
 protected:
  // Changes one byte of the damaged file in place.
  void put(std::size_t at, int byte) const {
    const auto value = static_cast<char>(byte);
    ASSERT_EQ(::pwrite(fd_.get(), &value, 1, static_cast<off_t>(at)), 1);
  }
  void SetUp() override {
    write_file(path_, bytes_);
    fd_ = base::open_file(path_, O_RDWR).value();
    ASSERT_EQ(walk(path_).forward, kEntries);
  }

  static constexpr int kEntries = 6;  // the first and the last have a compressed value
  TempDir directory_ = TempDir::in_memory();
  std::string path_ = directory_.path() + "/damaged.journal";
  std::string bytes_ = make_file(directory_.path() + "/whole.journal", GetParam(), kEntries);
  std::size_t begin_ = objects_begin(bytes_);
  base::UniqueFd fd_;
};

INSTANTIATE_TEST_SUITE_P(
    Kinds,
    DamageOfKind,
    testing::Values(kUsual,
                    DamageKind{"RegularJenkinsXz", false, false, journal::Compression::kXz},
                    DamageKind{"RegularKeyedLz4", false, true, journal::Compression::kLz4}),
    damage_kind_name);

TEST_P(DamageOfKind, AFileCutAtAnyByteGivesTheEntriesBeforeTheCut) {
  std::size_t after = kEntries;
  for (std::size_t size = bytes_.size(); size > begin_; --size) {
    ASSERT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(size - 1)), 0);
    const Walk result = walk(path_);
    ASSERT_EQ(result.forward, result.backward) << size - 1;
    ASSERT_LE(result.forward, after) << size - 1;
    after = result.forward;
  }
  EXPECT_EQ(after, 0U);
}

TEST_P(DamageOfKind, AFileCutWithinHeaderOrTablesIsRefusedOrEmpty) {
  for (std::size_t size = begin_; size > 0; size -= std::min<std::size_t>(size, 1021)) {
    if (size < 1021) size = 400;
    ASSERT_EQ(::ftruncate(fd_.get(), static_cast<off_t>(size)), 0);
    EXPECT_EQ(walk(path_).forward, 0U) << size;
  }
  for (int size = 400; size >= 0; --size) {
    ASSERT_EQ(::ftruncate(fd_.get(), size), 0);
    EXPECT_EQ(walk(path_).forward, 0U) << size;
  }
}

// Also while a reader has the file open and looks again, as a follower does.
TEST_P(DamageOfKind, AFlippedBitNeverStopsReading) {
  const std::size_t step = static_cast<std::size_t>(rounds(61, 1));
  std::size_t lost = 0;
  for (std::size_t bit = 0; bit < bytes_.size() * 8; bit += step) {
    const std::size_t at = bit / 8;
    if (at >= sizeof(journal::Header) && at < begin_ && bytes_[at] == 0) continue;
    auto follower = Journal::open_files({path_});
    ASSERT_TRUE(follower);
    (*follower)->seek_tail();
    (*follower)->previous();

    put(at, bytes_[at] ^ (1 << bit % 8));
    const Walk result = walk(path_);
    std::ignore = (*follower)->process_changes();
    EXPECT_LE(read_forward(**follower).size(), kEntries + 0U) << bit;
    put(at, bytes_[at]);

    EXPECT_LE(result.forward, kEntries + 0U) << bit;
    lost += kEntries - result.forward;
  }
  EXPECT_GT(lost, 0U);
}

// Two slots in ascending order lead into entries that come later: those before them have slots too.
TEST_F(Damage, SlotsThatNameNoEntryHideNoneThatHaveSoundOnes) {
  std::vector<std::uint64_t> offsets;
  const auto sound = Journal::open_files({path_}).value();
  while (sound->next())
    offsets.push_back(sound->entry().offset);
  ASSERT_EQ(offsets.size(), 40U);
  std::uint64_t array = 0;
  std::memcpy(&array, bytes_.data() + offsetof(journal::Header, entry_array_offset), sizeof array);
  const auto within = [&offsets](std::size_t entry) {
    return static_cast<std::uint32_t>(offsets[entry] + sizeof(journal::EntryObject));
  };
  const std::uint32_t slots[] = {within(6), within(10)};
  std::string bytes = bytes_;
  std::memcpy(bytes.data() + array + sizeof(journal::EntryArrayObject), slots, sizeof slots);
  write_file(damaged_, bytes);

  EXPECT_EQ(walk(damaged_).forward, 38U);
  EXPECT_EQ(walk(damaged_).backward, 38U);
}

TEST_F(Damage, FlippedBitsNeverStopReading) {
  std::mt19937 random(1);  // NOLINT: the same flips in every run
  std::size_t reported = 0;
  for (int round = 0; round < 1500; ++round) {
    std::string bytes = bytes_;
    for (int flips = 0; flips < 2 + round % 8; ++flips) {
      const std::size_t begin = round % 4 == 0 ? 0 : begin_;
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
  const std::uint64_t extremes[] = {0, 1, 8, UINT64_MAX, UINT64_MAX - 7, bytes_.size() - 8, begin_};
  for (std::size_t at = begin_; at + 8 <= bytes_.size(); at += 8) {
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
  std::string whole = read_file(path_);
  whole[(*journal)->entry().offset] = 1;  // not an ENTRY any more
  write_file(damaged_, whole);

  const Walk result = walk(damaged_);

  EXPECT_EQ(result.forward, 39U);
  EXPECT_EQ(result.backward, 39U);
  EXPECT_EQ(result.damage, 1U);
}

// Behind the last entry the array names one at a lower offset, and that one is damaged.
TEST_F(Damage, AStraySlotAtTheEndHidesNothingFromReadingBackwards) {
  const journal::Header header = *journal::read_file_header(path_);
  const auto get = [this](std::size_t at) {
    journal::Le32 value{};
    std::memcpy(&value, bytes_.data() + at, sizeof value);
    return value.load();
  };
  const std::size_t first = get(header.entry_array_offset + sizeof(journal::EntryArrayObject));
  const std::size_t last_slot = header.tail_entry_array_offset + sizeof(journal::EntryArrayObject) +
                                (header.tail_entry_array_n_entries - 1) * sizeof(journal::Le32);
  std::memcpy(bytes_.data() + last_slot,
              bytes_.data() + header.entry_array_offset + sizeof(journal::EntryArrayObject), 4);
  bytes_.replace(first + offsetof(journal::EntryObject, realtime), 8, 8, '\0');
  write_file(damaged_, bytes_);

  const Walk result = walk(damaged_);

  EXPECT_EQ(result.forward, 38U);
  EXPECT_EQ(result.backward, 38U);
}

TEST_F(Damage, UnknownIncompatibleFlagsAreRefused) {
  bytes_[12] = static_cast<char>(bytes_[12] | 0x20);
  write_file(damaged_, bytes_);

  const auto reader = FileReader::open(damaged_);

  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().code, Errc::kUnsupported);
}

// What upstream keeps of files that crashed or stalled a reader. One of them makes libsystemd 252
// abort; of the others journalctl is the measure of what is readable.
class CorruptedFiles : public testing::Test {
 protected:
  void SetUp() override {
    const std::string data = std::string(LOGQ_TESTDATA_DIR) + "/journals/corrupted";
    if (!std::filesystem::is_directory(data)) GTEST_SKIP() << "no test data in " << data;
    if (run_shell("tar --zstd -xf " + data + "/afl-corrupted-310.tar.zst -C " +
                  directory_.path()) != 0) {
      GTEST_SKIP() << "tar or zstd is not installed";
    }
    for (const auto& file : std::filesystem::directory_iterator(data)) {
      unpack_zstd(file.path(), directory_.path() + "/" + file.path().stem().string() + ".journal");
    }
    for (const auto& file : std::filesystem::recursive_directory_iterator(directory_.path())) {
      if (file.is_regular_file()) paths_.push_back(file.path());
    }
    std::sort(paths_.begin(), paths_.end());
  }

  TempDir directory_ = TempDir::in_memory();
  std::vector<std::string> paths_;
};

TEST_F(CorruptedFiles, AreWalkedInBoundedTime) {
  constexpr std::chrono::seconds kHang{10};  // upstream's own limit for them
  for (const std::string& path : paths_) {
    const auto begin = std::chrono::steady_clock::now();
    walk(path);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, kHang) << path;
  }
  EXPECT_GT(paths_.size(), 300U);
}

TEST_F(CorruptedFiles, GiveNoLessThanToJournalctl) {
  if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
  const auto step = static_cast<std::size_t>(rounds(9, 1));
  std::size_t theirs_total = 0;
  for (std::size_t i = 0; i < paths_.size(); i += step) {
    const auto theirs = journalctl({"--file", paths_[i], "-o", "export"});
    const auto reversed = journalctl({"--file", paths_[i], "-o", "export", "-r"});
    if (theirs.status != 0 || reversed.status != 0) continue;
    const Walk ours = walk(paths_[i]);
    EXPECT_GE(ours.forward, count_entries(theirs.out)) << paths_[i];
    EXPECT_GE(ours.backward, count_entries(reversed.out)) << paths_[i];
    theirs_total += count_entries(theirs.out);
  }
  EXPECT_GT(theirs_total, 0U);
}

}  // namespace
}  // namespace logq::test
