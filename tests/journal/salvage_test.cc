#include "journal/salvage.h"

#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <sstream>

#include <gtest/gtest.h>

#include "journal/file_header.h"
#include "journal/file_reader.h"
#include "journal/store.h"
#include "journal/store_sequence.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::moment;

StoreOptions store_options(const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  options.writer = test::small_file();
  return options;
}

// A file that was being written when its writer died.
std::string unclean_file(const std::string& directory, std::uint64_t entries) {
  const std::string path = directory + "/system.journal";
  const auto writer = FileWriter::create(path, test::small_file()).value();
  for (std::uint64_t n = 1; n <= entries; ++n) {
    auto fields = test::service_entry(n);
    if (n % 50 == 0) fields.push_back("TRACE=" + std::string(2000, 't') + std::to_string(n));
    EXPECT_TRUE(writer->append(moment(n), test::views(fields)));
  }
  return path;
}

std::uint64_t used_bytes(const std::string& path) {
  return read_file_header(path)->tail_object_offset;
}

void zero(const std::string& path, std::uint64_t from, std::uint64_t length) {
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(static_cast<std::streamoff>(from));
  const std::string zeros(length, '\0');
  file.write(zeros.data(), static_cast<std::streamsize>(length));
}

std::ptrdiff_t count_set_aside(const std::string& directory) {
  const auto names = test::files_in(directory);
  return std::count_if(names.begin(), names.end(),
                       [](const std::string& name) { return name.ends_with(".journal~"); });
}

void expect_verified(const std::string& directory) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const auto verified = logq::test::verify_directory(directory);
  EXPECT_EQ(verified.status, 0) << verified.out;
}

TEST(Salvage, KeepsEverythingOfAnUncleanFile) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 2000);

  const auto report = salvage(path, test::small_file()).value();

  EXPECT_EQ(report.entries, 2000U);
  EXPECT_TRUE(report.complete);
  EXPECT_FALSE(report.set_aside_because);
  EXPECT_EQ(test::files_in(directory.path()).size(), 1U);
  EXPECT_EQ(test::seqnums_of(report.path), test::numbers(1, 2000));
  EXPECT_EQ(read_file_header(report.path)->state, FileState::kArchived);
  expect_verified(directory.path());
}

TEST(Salvage, ExportsTheSameEntriesAsTheOriginal) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 300);
  const auto before = logq::test::journalctl({"--file", path, "-o", "json"});

  const auto report = salvage(path, test::small_file()).value();

  const auto after = logq::test::journalctl({"--file", report.path, "-o", "json"});
  const auto sorted = [](const std::string& text) {
    std::string copy = text;
    std::sort(copy.begin(), copy.end());
    return copy;
  };
  EXPECT_EQ(sorted(before.out), sorted(after.out));
  EXPECT_GT(before.out.size(), 100'000U);
}

TEST(Salvage, ReadsATruncatedFileAsFarAsItGoes) {
  const auto directory = logq::test::TempDir::in_memory();
  const std::string original = unclean_file(directory.path(), 1000);
  const std::uint64_t used = used_bytes(original);

  for (std::uint64_t part = 1; part < 8; ++part) {
    const auto copies = logq::test::TempDir::in_memory();
    const std::string path = copies.path() + "/system.journal";
    std::filesystem::copy_file(original, path);
    std::filesystem::resize_file(path, used * part / 8 + part);
    const auto report = salvage(path, test::small_file()).value();
    EXPECT_FALSE(report.complete);
    if (report.entries == 0) continue;
    EXPECT_EQ(test::seqnums_of(report.path), test::numbers(1, report.entries));
    expect_verified(copies.path());
  }
}

TEST(Salvage, LosesOnlyWhatLiesInAHole) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 1000);
  zero(path, used_bytes(path) / 2 / 4096 * 4096, 4096);

  const auto report = salvage(path, test::small_file()).value();

  EXPECT_FALSE(report.complete);
  EXPECT_GT(report.entries, 970U);
  EXPECT_LT(report.entries, 1000U);
  EXPECT_EQ(report.sequence.tail_seqnum, 1000U);
  expect_verified(directory.path());
}

// The offset of entry `n`, which is the n-th of the file.
std::uint64_t offset_of(const std::string& path, std::uint64_t n) {
  const auto reader = FileReader::open(path).value();
  return reader->all_entries().at(n - 1).value();
}

TEST(Salvage, KeepsNoCopyBesideAnArchiveThatHasAllThatIsThere) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 1000);
  // The counters and arrays of the end have reached the disk, its entries have not.
  const std::uint64_t end = offset_of(path, 990);
  zero(path, end, used_bytes(path) + 4096 - end);

  const auto report = salvage(path, test::small_file()).value();

  EXPECT_FALSE(report.complete);
  EXPECT_EQ(report.entries, 989U);
  EXPECT_EQ(report.damaged, 0U);
  EXPECT_EQ(test::files_in(directory.path()).size(), 1U);
  expect_verified(directory.path());
}

TEST(Salvage, KeepsAFileWithPartOfAnEntryThatReadersStillShowOnce) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 1000);
  // The values of an entry are right before it.
  zero(path, offset_of(path, 990) - 64, 32);

  const auto report = salvage(path, test::small_file()).value();

  EXPECT_EQ(report.entries, 999U);
  EXPECT_EQ(report.damaged, 1U);
  EXPECT_EQ(count_set_aside(directory.path()), 1);
  const auto shown = logq::test::journalctl({"-D", directory.path(), "-o", "export"});
  std::istringstream lines(shown.out);
  std::vector<std::string> cursors;
  for (std::string line; std::getline(lines, line);) {
    if (line.starts_with("__CURSOR=")) cursors.push_back(line);
  }
  EXPECT_GE(cursors.size(), 999U);
  EXPECT_EQ(std::set<std::string>(cursors.begin(), cursors.end()).size(), cursors.size());
}

TEST(Salvage, MakesAnArchiveThatIsNoLargerThanTheOriginal) {
  for (const std::uint64_t entries : {std::uint64_t{1}, std::uint64_t{50}, std::uint64_t{700}}) {
    const logq::test::TempDir directory;
    const std::string path = unclean_file(directory.path(), entries);
    const std::uint64_t original = std::filesystem::file_size(path);

    const auto report = salvage(path, {}).value();  // for files of up to 128 MiB

    EXPECT_EQ(report.entries, entries);
    EXPECT_LE(std::filesystem::file_size(report.path), original);
    expect_verified(directory.path());
  }
}

TEST(Salvage, SurvivesDamageAnywhere) {
  const auto directory = logq::test::TempDir::in_memory();
  const std::string original = unclean_file(directory.path(), 200);
  const std::uint64_t used = used_bytes(original);
  std::mt19937_64 random(7);  // NOLINT: the same damage in every run

  for (int round = 0; round < 60; ++round) {
    const auto copies = logq::test::TempDir::in_memory();
    const std::string path = copies.path() + "/system.journal";
    std::filesystem::copy_file(original, path);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    for (int i = 0; i < 20; ++i) {
      const std::uint64_t at = sizeof(Header) + random() % (used - sizeof(Header));
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(random()));
    }
    file.close();
    const auto report = salvage(path, test::small_file());
    ASSERT_TRUE(report);
    EXPECT_GT(report->entries + report->damaged, 150U);
    // Whatever was lost is still in the original.
    EXPECT_EQ(count_set_aside(copies.path()), report->damaged == 0 ? 0 : 1);
    EXPECT_FALSE(std::filesystem::exists(path));
    if (report->entries != 0) expect_verified(copies.path());
  }
}

TEST(Salvage, IsNotFooledByTextThatLooksLikeAnEntry) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 100);
  // The bytes of a real entry with another number, behind a hole, where no object begins.
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::uint64_t entry = read_file_header(path)->tail_entry_offset;
  std::string bytes(256, '\0');
  file.seekg(static_cast<std::streamoff>(entry));
  file.read(bytes.data(), 256);
  bytes[16] = 101;
  bytes[56] = static_cast<char>(bytes[56] ^ 1);
  file.seekp(static_cast<std::streamoff>(used_bytes(path) + 8192));
  file.write(bytes.data(), 256);
  file.close();

  EXPECT_EQ(salvage(path, test::small_file())->entries, 100U);
}

// The value it is turned to is sound as well; only the xor_hash of the entry tells.
TEST(Salvage, LeavesOutAnEntryThatDamageHasGivenAnotherValue) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 100);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const std::uint64_t last = read_file_header(path)->tail_entry_offset;
  const auto first = FileReader::open(path).value()->all_entries().at(0).value();
  std::array<char, 4> item{};
  file.seekg(static_cast<std::streamoff>(first + sizeof(EntryObject)));
  file.read(item.data(), item.size());
  file.seekp(static_cast<std::streamoff>(last + sizeof(EntryObject)));
  file.write(item.data(), item.size());
  file.seekp(static_cast<std::streamoff>(last + sizeof(EntryObject) + 40));
  file.write(item.data(), item.size());
  file.close();

  const auto report = salvage(path, test::small_file()).value();

  EXPECT_EQ(test::seqnums_of(report.path), test::numbers(1, 99));
  EXPECT_EQ(report.damaged, 1U);
}

// Nothing leads to the third entry: it is found by searching behind what is left of the second.
// Nothing proves the number of an entry but its neighbours.
TEST(Salvage, LeavesOutOnlyTheEntryWhoseNumberIsDamaged) {
  struct Damage {
    std::uint64_t seqnum;
    std::uint64_t becomes;
  };
  for (const Damage damage : {Damage{5, 1029}, Damage{2, 3}, Damage{3, 2}, Damage{3, 1027}}) {
    const logq::test::TempDir directory;
    const std::string path = unclean_file(directory.path(), 6);
    const auto reader = FileReader::open(path).value();
    const auto entry = reader->all_entries().at(damage.seqnum - 1);
    ASSERT_TRUE(entry);
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp(static_cast<std::streamoff>(*entry + offsetof(EntryObject, seqnum)));
    const Le64 number = damage.becomes;
    file.write(static_cast<const char*>(static_cast<const void*>(&number)), sizeof number);
    file.close();

    const auto report = salvage(path, test::small_file()).value();

    auto rest = test::numbers(1, 6);
    std::erase(rest, damage.seqnum);
    EXPECT_EQ(test::seqnums_of(report.path), rest) << damage.seqnum;
    EXPECT_EQ(report.damaged, 1U);
  }
}

TEST(Salvage, FindsAnEntryBehindAHoleThoughItsPayloadsRepeat) {
  const logq::test::TempDir directory;
  const std::string path = directory.path() + "/system.journal";
  const auto writer = FileWriter::create(path, test::small_file()).value();
  for (std::uint64_t n = 1; n <= 3; ++n)
    ASSERT_TRUE(writer->append(moment(n), {{"A=1", "A=1", "B=2"}}));
  const auto second = FileReader::open(path).value()->all_entries().at(1).value();
  zero(path, second, sizeof(ObjectHeader));
  zero(path, offsetof(Header, entry_array_offset), 8);

  const auto report = salvage(path, test::small_file()).value();

  EXPECT_EQ(test::seqnums_of(report.path), (std::vector<std::uint64_t>{1, 3}));
}

TEST(Salvage, RemovesAnEmptyFile) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 0);

  const auto report = salvage(path, test::small_file()).value();

  EXPECT_EQ(report.path, "");
  EXPECT_TRUE(test::files_in(directory.path()).empty());
}

// The name of the archive must not depend on chance, or a salvage that is repeated doubles entries.
TEST(Salvage, NamesTheArchiveAfterTheFileWhereTheSequenceHasNoName) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 10);
  zero(path, offsetof(Header, seqnum_id), sizeof Header::seqnum_id);
  const std::string copy = directory.path() + "/copy";
  std::filesystem::copy_file(path, copy);

  const auto first = salvage(path, test::small_file()).value();
  std::filesystem::rename(copy, path);
  const auto second = salvage(path, test::small_file()).value();

  EXPECT_EQ(first.entries, 10U);
  EXPECT_TRUE(first.sequence.seqnum_id.is_null());
  EXPECT_EQ(first.path, second.path);
  EXPECT_EQ(test::files_in(directory.path()).size(), 1U);
}

TEST(Salvage, SetsAsideAFileWithoutAnyId) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 10);
  zero(path, offsetof(Header, seqnum_id), sizeof Header::seqnum_id);
  zero(path, offsetof(Header, file_id), sizeof Header::file_id);

  const auto report = salvage(path, test::small_file()).value();

  ASSERT_TRUE(report.set_aside_because);
  EXPECT_EQ(report.set_aside_because->offset, offsetof(Header, seqnum_id));
  EXPECT_EQ(count_set_aside(directory.path()), 1);
}

TEST(Salvage, SetsAsideAFileWithoutAHeader) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 100);
  zero(path, 0, 4096);

  const auto report = salvage(path, test::small_file()).value();

  EXPECT_TRUE(report.path.ends_with(".journal~"));
  EXPECT_EQ(report.set_aside_because->code, Errc::kCorrupt);
}

// Every state in which a crash can leave the directory while it salvages.
TEST(Salvage, IsRepeatedAfterACrashWithoutLossOrDouble) {
  const logq::test::TempDir directory;
  const std::string path = unclean_file(directory.path(), 500);
  const std::string copy = directory.path() + "/copy";
  std::filesystem::copy_file(path, copy);
  const auto first = salvage(path, test::small_file()).value();
  std::filesystem::rename(copy, path);  // the archive is there, the original not yet gone
  std::ofstream(path + ".salvage") << "half of an archive";
  std::ofstream(path + ".salvage.new") << "half of a file";

  auto store = Store::open(store_options(directory.path())).value();

  EXPECT_EQ(store->open_report().recovered_path, first.path);
  EXPECT_EQ(store->next_seqnum(), 501U);
  EXPECT_EQ(test::files_in(directory.path()).size(), 2U);
  EXPECT_EQ(test::seqnums_in(directory.path()), test::numbers(1, 500));
}

TEST(Salvage, LeavesAGapInTheSequenceAfterAPowerLoss) {
  const logq::test::TempDir directory;
  {
    const auto store = Store::open(store_options(directory.path())).value();
    EntryTime time = moment(1);
    time.boot_id = Id128::random();
    ASSERT_TRUE(store->append(time, test::views({"MESSAGE=before the power went"})));
  }
  const auto store = Store::open(store_options(directory.path())).value();

  EXPECT_EQ(store->open_report().tail_seqnum, 1U);
  EXPECT_EQ(store->next_seqnum(), 2 + kSequenceGap);
}

// The entries of this boot are in archives, and those of the active file went with the power.
TEST(Salvage, LeavesAGapAfterAPowerLossThatTookAllOfTheActiveFile) {
  const logq::test::TempDir directory;
  EntryTime earlier = moment(1);
  earlier.boot_id = Id128::random();
  std::string active;
  {
    const auto store = Store::open(store_options(directory.path())).value();
    ASSERT_TRUE(store->append(earlier, test::views({"MESSAGE=before the power went"})));
    ASSERT_TRUE(store->rotate());
    active = store->active_path();
  }
  std::filesystem::remove(active);
  EXPECT_EQ(Store::open(store_options(directory.path())).value()->next_seqnum(), 2 + kSequenceGap);
}

TEST(Salvage, LeavesAGapWhereAnEmptyFileIsOfAnEarlierBoot) {
  const logq::test::TempDir directory;
  std::string active;
  {
    const auto store = Store::open(store_options(directory.path())).value();
    active = store->active_path();
  }
  EXPECT_EQ(Store::open(store_options(directory.path())).value()->next_seqnum(), 1U);

  std::fstream file(active, std::ios::in | std::ios::out | std::ios::binary);
  file.seekp(offsetof(Header, tail_entry_boot_id));
  file.put('?');
  file.close();
  EXPECT_EQ(Store::open(store_options(directory.path())).value()->next_seqnum(), 1 + kSequenceGap);
}

// A child that appends at full speed until it is killed; `returned` counts what it was promised.
class Victim {
 public:
  explicit Victim(const std::string& directory) {
    void* shared = ::mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    returned_ = new (shared) std::atomic<std::uint64_t>(0);
    pid_ = ::fork();
    if (pid_ == 0) write_until_killed(directory);
  }
  Victim(const Victim&) = delete;
  Victim& operator=(const Victim&) = delete;
  ~Victim() { ::munmap(returned_, sizeof *returned_); }

  std::uint64_t kill_after(std::uint64_t entries, useconds_t microseconds) {
    while (returned_->load() < entries && ::waitpid(pid_, nullptr, WNOHANG) == 0)
      ::usleep(100);
    ::usleep(microseconds);
    logq::test::signal_process(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    return returned_->load();
  }

 private:
  void write_until_killed(const std::string& directory) {
    auto store = Store::open(store_options(directory));
    if (!store) ::_exit(1);
    for (;;) {
      const std::uint64_t n = (*store)->next_seqnum();
      const auto seqnum = (*store)->append(moment(n), test::views(test::service_entry(n)));
      if (!seqnum) ::_exit(2);
      returned_->store(*seqnum);
    }
  }

  std::atomic<std::uint64_t>* returned_ = nullptr;
  pid_t pid_ = -1;
};

TEST(Salvage, FindsEveryEntryWhoseAppendHadReturnedBeforeAKill) {
  const logq::test::TempDir directory;
  std::mt19937 random(20);  // NOLINT: the moments vary by themselves
  std::uint64_t stored = 0;

  for (int round = 0; round < 20; ++round) {
    const std::uint64_t returned =
        Victim(directory.path()).kill_after(stored + 1, static_cast<useconds_t>(random() % 20000));
    ASSERT_GT(returned, stored);
    const auto store = Store::open(store_options(directory.path())).value();
    stored = store->open_report().tail_seqnum;
    EXPECT_GE(stored, returned);
    EXPECT_LE(stored, returned + 1);
    ASSERT_TRUE(store->close());
  }

  EXPECT_EQ(test::seqnums_in(directory.path()), test::numbers(1, stored));
  expect_verified(directory.path());
}

}  // namespace
}  // namespace logq::journal
