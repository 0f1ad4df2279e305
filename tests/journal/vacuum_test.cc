#include "journal/vacuum.h"

#include <sys/stat.h>
#include <unistd.h>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "journal/file_header.h"
#include "journal/reader_support.h"
#include "journal/variant_file.h"

namespace logq::journal::test {
namespace {

using logq::test::run_shell;
using logq::test::shell_quoted;
using logq::test::TempDir;
using logq::test::write_file;
namespace fs = std::filesystem;

constexpr const char* kSequence = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
constexpr const char* kOther = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

class Vacuum : public testing::Test {
 protected:
  void SetUp() override {
    const TempDir scratch;
    bytes_ = logq::test::read_file(make_variant(scratch.path(), kVariants[0]));
    ASSERT_FALSE(bytes_.empty());
  }

  [[nodiscard]] std::string path(const std::string& name) const {
    return directory_.path() + "/" + name;
  }
  void add(const std::string& name) const { write_file(path(name), bytes_); }
  // An archive; times are in hexadecimal microseconds.
  std::string add_archive(const char* sequence, int number, const std::string& time) const {
    const std::string name = "system@" + std::string(sequence) + "-000000000000000" +
                             std::to_string(number) + "-" + time + ".journal";
    add(name);
    return name;
  }
  [[nodiscard]] std::uint64_t bytes_of(const std::string& name) const {
    struct stat status {};
    EXPECT_EQ(::stat(path(name).c_str(), &status), 0);
    return static_cast<std::uint64_t>(status.st_blocks) * 512;
  }
  [[nodiscard]] std::vector<std::string> left() const { return files_in(directory_.path()); }
  VacuumReport vacuum(const VacuumLimits& limits) const {
    const auto report = vacuum_directory(directory_.path(), limits);
    EXPECT_TRUE(report);
    return report.value_or(VacuumReport{});
  }

  TempDir directory_;
  std::string bytes_;
};

constexpr const char* kEarly = "0005000000000000";
constexpr const char* kLater = "0005100000000000";
constexpr const char* kLatest = "0005200000000000";

TEST_F(Vacuum, DeletesTheOldestUntilTheSizeIsKept) {
  add("system.journal");
  const auto first = add_archive(kSequence, 1, kEarly);
  const auto second = add_archive(kSequence, 2, kLater);
  const auto third = add_archive(kSequence, 3, kLatest);
  const std::uint64_t one = bytes_of(first);

  const auto report = vacuum({.max_bytes = 3 * one});

  EXPECT_EQ(left(), (std::vector<std::string>{"system.journal", second, third}));
  EXPECT_EQ(report.deleted_files, 1U);
  EXPECT_EQ(report.freed_bytes, one);
  EXPECT_EQ(report.kept_bytes, 3 * one);
}

TEST_F(Vacuum, CountsActiveFilesButKeepsThem) {
  add("system.journal");
  add("user-1000.journal");
  add_archive(kSequence, 1, kEarly);
  add_archive(kSequence, 2, kLater);

  vacuum({.max_files = 1});

  EXPECT_EQ(left(), (std::vector<std::string>{"system.journal", "user-1000.journal"}));
}

TEST_F(Vacuum, DeletesWhatIsOlderThanTheAge) {
  const std::uint64_t now = base::Clock::system().now().realtime_usec;
  add_archive(kSequence, 1, kEarly);
  const auto young =
      "user-1000@" + std::string(kOther) + "-0000000000000001-7fffffffffffffff.journal";
  add(young);

  const auto report = vacuum({.max_age_usec = 3'600'000'000, .now_realtime_usec = now});

  EXPECT_EQ(left(), std::vector<std::string>{young});
  EXPECT_EQ(report.deleted_files, 1U);
}

TEST_F(Vacuum, DoesNotTakeAFileForOlderThanThoseBeforeIt) {
  const auto first = add_archive(kSequence, 1, kLater);
  const auto in_1970 = add_archive(kSequence, 2, "0000000000001000");
  const auto third = add_archive(kSequence, 3, kLatest);

  const std::uint64_t later = 0x0005100000000000;
  const VacuumReport report = vacuum({.max_age_usec = 1'000'000, .now_realtime_usec = later});

  EXPECT_EQ(report.deleted_files, 0U);
  EXPECT_EQ(left().size(), 3U);
}

TEST_F(Vacuum, TellsHowManyEntriesItDeleted) {
  const auto first = add_archive(kSequence, 1, kEarly);
  add_archive(kSequence, 2, kLater);
  const auto header = read_file_header(path(first));
  ASSERT_TRUE(header);

  const VacuumReport report = vacuum({.max_bytes = bytes_of(first)});

  ASSERT_EQ(report.deleted_files, 1U);
  EXPECT_GT(report.deleted_entries, 0U);
  EXPECT_EQ(report.deleted_entries, header->n_entries);
}

// A machine without a clock starts in 1970 and rotates before it has asked for the time.
TEST_F(Vacuum, ThinksNoFileOlderThanItsOwnTime) {
  const auto recent = add_archive(kSequence, 1, "7fffffffffffffff");  // as old as its inode
  const auto early = add_archive(kSequence, 2, "0000000000000001");
  const std::uint64_t now = base::Clock::system().now().realtime_usec;

  const auto report = vacuum({.max_age_usec = 3'600'000'000, .now_realtime_usec = now});

  EXPECT_EQ(left(), (std::vector<std::string>{recent, early}));
  EXPECT_EQ(report.deleted_files, 0U);
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  logq::test::journalctl({"--vacuum-time=1h", "-D", directory_.path()});
  EXPECT_EQ(left(), (std::vector<std::string>{recent, early}));
}

TEST_F(Vacuum, GoesByNumberWithinASequenceWhateverTheClockSaid) {
  const auto first = add_archive(kSequence, 1, kLatest);
  const auto second = add_archive(kSequence, 2, kEarly);
  const auto third = add_archive(kSequence, 3, kLater);

  vacuum({.max_files = 2});

  EXPECT_EQ(left(), (std::vector<std::string>{second, third}));
}

TEST_F(Vacuum, AlwaysDeletesArchivesWithoutEntries) {
  bytes_.replace(offsetof(Header, n_entries), 8, 8, '\0');
  add("system.journal");
  add_archive(kSequence, 1, kLatest);
  write_file(path("system@0005000000000000-1234123412341234.journal~"), "short");

  const auto report = vacuum({});

  EXPECT_EQ(left(), std::vector<std::string>{"system.journal"});
  EXPECT_EQ(report.deleted_files, 2U);
}

TEST_F(Vacuum, LeavesForeignFilesAndLinksAlone) {
  const auto target = add_archive(kSequence, 1, kEarly);
  fs::rename(path(target), path("target"));
  fs::create_symlink("target", path(target));
  write_file(path("notes.txt"), "");
  write_file(path("system@nonsense.journal"), "");
  write_file(path("broken.journal~"), "");
  fs::create_directory(
      path("system@" + std::string(kOther) + "-0000000000000001-0005000000000000.journal"));
  const auto before = left();

  const auto report =
      vacuum({.max_bytes = 1, .max_files = 1, .max_age_usec = 1, .now_realtime_usec = 1ULL << 60});

  EXPECT_EQ(left(), before);
  EXPECT_EQ(report.deleted_files, 0U);
}

TEST_F(Vacuum, TellsOfEachFile) {
  const auto first = add_archive(kSequence, 1, kEarly);
  add_archive(kSequence, 2, kLater);
  std::vector<std::string> told;

  ASSERT_TRUE(vacuum_directory(
      directory_.path(), {.max_files = 1},
      [&told](const std::string& file, std::uint64_t bytes, const std::optional<Error>& failure) {
        if (bytes > 0 && !failure) told.push_back(file);
      }));

  EXPECT_EQ(told, std::vector<std::string>{path(first)});
}

TEST_F(Vacuum, ReadersKeepADeletedFile) {
  const auto first = add_archive(kSequence, 1, kEarly);
  auto journal = Journal::open_files({path(first)});
  ASSERT_TRUE(journal);

  vacuum({.max_age_usec = 1, .now_realtime_usec = 1ULL << 60});

  EXPECT_TRUE(left().empty());
  EXPECT_EQ(logq::test::read_forward(**journal).size(), 9U);
}

// The same directory twice: journalctl vacuums one, we the other.
TEST_F(Vacuum, LeavesWhatJournalctlLeaves) {
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  add("system.journal");
  add("user-1000.journal");
  add("odd.journal~");
  for (int i = 1; i < 6; ++i)
    add_archive(kSequence, i, "0005000" + std::to_string(i) + "00000000");
  add_archive(kOther, 1, "0005000200000000");
  add("system@0005000300000000-1234123412341234.journal~");
  add("system@0006000000000003-1234123412341234.journal~");
  const std::uint64_t one = bytes_of("system.journal");
  struct Case {
    std::string option;
    VacuumLimits limits;
  };
  const std::uint64_t now = base::Clock::system().now().realtime_usec;
  const std::uint64_t age = now - 0x0005000380000000U;
  const Case cases[] = {
      {"--vacuum-files=7", {.max_files = 7}},
      {"--vacuum-files=1", {.max_files = 1}},
      {"--vacuum-size=" + std::to_string(8 * one), {.max_bytes = 8 * one}},
      {"--vacuum-size=" + std::to_string(5 * one + 1), {.max_bytes = 5 * one + 1}},
      {"--vacuum-time=" + std::to_string(age) + "us",
       {.max_age_usec = age, .now_realtime_usec = now}},
  };
  for (const Case& one_case : cases) {
    const TempDir theirs;
    const TempDir ours;
    const std::string copy = "cp -a " + shell_quoted(directory_.path()) + "/. ";
    ASSERT_EQ(run_shell(copy + theirs.path() + " && " + copy + ours.path()), 0);
    logq::test::journalctl({one_case.option, "-D", theirs.path()});

    ASSERT_TRUE(vacuum_directory(ours.path(), one_case.limits));

    EXPECT_EQ(files_in(ours.path()), files_in(theirs.path())) << one_case.option;
    EXPECT_LT(files_in(ours.path()).size(), left().size()) << one_case.option;
  }
}

TEST_F(Vacuum, DiskUsageCountsWhatIsAllocatedInAllParts) {
  add("system.journal");
  add_archive(kSequence, 1, kEarly);
  write_file(path("notes.txt"), std::string(100'000, 'x'));
  fs::create_directory(path(kSequence));
  write_file(path(std::string(kSequence) + "/system.journal"), bytes_);

  EXPECT_EQ(disk_usage(directory_.path()), 3 * bytes_of("system.journal"));
  EXPECT_EQ(disk_usage_without_subdirectories(directory_.path()), 2 * bytes_of("system.journal"));
}

TEST_F(Vacuum, FailsForADirectoryThatIsNotThere) {
  EXPECT_EQ(vacuum_directory(path("none"), {}).error().sys_errno, ENOENT);
  EXPECT_EQ(disk_usage(path("none")).error().sys_errno, ENOENT);
}

}  // namespace
}  // namespace logq::journal::test
