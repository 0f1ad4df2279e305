// A full disk: a small tmpfs in a mount namespace of a child process.
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <fstream>

#include <gtest/gtest.h>

#include "journal/store.h"
#include "journal/writer_support.h"
#include "support/journalctl.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using test::moment;

constexpr int kNotPermitted = 77;
constexpr int kNotHelped = 78;

// Runs `body` in a child that has a 3 MiB tmpfs at `directory`. Its exit status is the result: 0
// when all was as it should be, else the line that was not.
template <typename Body>
int on_small_disk(const std::string& directory, const Body& body) {
  const pid_t pid = ::fork();
  if (pid == 0) {
    const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("tmpfs", directory.c_str(), "tmpfs", 0, "size=3m") == 0;
    ::_exit(mounted ? body() : kNotPermitted);
  }
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : 1000 + WTERMSIG(status);
}

#define EXPECT_OR_RETURN(condition) \
  if (!(condition)) return __LINE__ % 76 + 1

TEST(NoSpace, IsAnErrorAndLeavesAValidFile) {
  const logq::test::TempDir directory;
  const int status = on_small_disk(directory.path(), [&] {
    WriterOptions options;
    options.max_size_bytes = std::uint64_t{8} << 20;
    const std::string path = directory.path() + "/system.journal";
    const auto writer = FileWriter::create(path, options);
    EXPECT_OR_RETURN(writer);
    std::uint64_t n = 1;
    Result<std::uint64_t> added = 0;
    for (; added && n < 100'000; ++n) {
      added = (*writer)->append(moment(n), test::views(test::service_entry(n)));
    }
    EXPECT_OR_RETURN(!added && added.error().code == Errc::kSystem);
    EXPECT_OR_RETURN(added.error().sys_errno == ENOSPC);
    EXPECT_OR_RETURN((*writer)->n_entries() == n - 2 && n > 1000);
    EXPECT_OR_RETURN((*writer)->close());
    EXPECT_OR_RETURN(test::seqnums_of(path) == test::numbers(1, n - 2));
    EXPECT_OR_RETURN(!logq::test::journalctl_installed() ||
                     logq::test::verify_file(path).status == 0);
    return 0;
  });
  if (status == kNotPermitted) GTEST_SKIP() << "no mount namespace here";
  EXPECT_EQ(status, 0);
}

TEST(NoSpace, GoesOnWhenThereIsRoomAgain) {
  const logq::test::TempDir directory;
  const int status = on_small_disk(directory.path(), [&] {
    StoreOptions options;
    options.directory = directory.path();
    options.writer.max_size_bytes = std::uint64_t{8} << 20;
    const auto store = Store::open(options);
    EXPECT_OR_RETURN(store);
    const std::string ballast = directory.path() + "/ballast";
    std::ofstream(ballast) << std::string(1 << 20, 'x');
    std::uint64_t n = 1;
    while ((*store)->append(moment(n), test::views(test::service_entry(n))))
      ++n;
    std::filesystem::remove(ballast);
    const auto again = (*store)->append(moment(n), test::views(test::service_entry(n)));
    EXPECT_OR_RETURN(again && *again == n);
    EXPECT_OR_RETURN((*store)->close());
    return 0;
  });
  if (status == kNotPermitted) GTEST_SKIP() << "no mount namespace here";
  EXPECT_EQ(status, 0);
}

TEST(NoSpace, SetsAsideAnUncleanFileThatCannotBeRewritten) {
  const logq::test::TempDir directory;
  const int status = on_small_disk(directory.path(), [&] {
    StoreOptions options;
    options.directory = directory.path();
    options.writer.max_size_bytes = std::uint64_t{2} << 20;
    std::uint64_t n = 1;
    {
      const auto store = Store::open(options);
      EXPECT_OR_RETURN(store);
      for (; n <= 2000; ++n) {
        EXPECT_OR_RETURN((*store)->append(moment(n), test::views(test::service_entry(n))));
      }
    }
    std::ofstream(directory.path() + "/spare") << std::string(400 << 10, 's') << std::flush;
    std::ofstream(directory.path() + "/ballast") << std::string(3 << 20, 'b') << std::flush;
    std::filesystem::remove(directory.path() + "/spare");
    const auto store = Store::open(options);
    EXPECT_OR_RETURN(store);
    EXPECT_OR_RETURN((*store)->open_report().recovered_path.ends_with(".journal~"));
    EXPECT_OR_RETURN((*store)->open_report().recovered_entries == 2000);
    EXPECT_OR_RETURN((*store)->next_seqnum() == 2001);
    EXPECT_OR_RETURN((*store)->append(moment(n), test::views(test::service_entry(n))));
    EXPECT_OR_RETURN(test::seqnums_in(directory.path()) == test::numbers(1, 2001));
    return 0;
  });
  if (status == kNotPermitted) GTEST_SKIP() << "no mount namespace here";
  EXPECT_EQ(status, 0);
}

std::uint64_t free_bytes(const std::string& directory) {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) != 0) return ~std::uint64_t{0};
  return status.f_bfree * status.f_bsize;
}

// Fills a 3 MiB disk, which says so with the errno `full`, with files of `max_size` bytes, with
// helper threads that try to have the room before the writer needs it. 0 when that is not felt: the
// writer takes all the room there is, what it has stored is whole, and it goes on when there is
// room again.
int fill_with_helpers(const std::string& directory, std::uint64_t max_size, int full) {
  std::atomic<int> helped = 0;
  StoreOptions options;
  options.directory = directory;
  options.writer.max_size_bytes = max_size;
  options.before_helping = [&] { ++helped; };
  const std::string ballast = directory + "/ballast";
  std::ofstream(ballast) << std::string(512 << 10, 'x') << std::flush;
  const auto store = Store::open(options);
  EXPECT_OR_RETURN(store);
  std::uint64_t n = 1;
  Result<std::uint64_t> added = 0;
  while ((added = (*store)->append(moment(n), test::views(test::service_entry(n)))))
    ++n;
  EXPECT_OR_RETURN(added.error().sys_errno == full && n > 1000);
  EXPECT_OR_RETURN(free_bytes(directory) < 64 << 10);
  EXPECT_OR_RETURN((*store)->sync());
  EXPECT_OR_RETURN(test::seqnums_in(directory) == test::numbers(1, n - 1));
  std::filesystem::remove(ballast);
  EXPECT_OR_RETURN((*store)->append(moment(n), test::views(test::service_entry(n))));
  EXPECT_OR_RETURN((*store)->close());
  EXPECT_OR_RETURN(test::seqnums_in(directory) == test::numbers(1, n));
  EXPECT_OR_RETURN(!std::filesystem::exists(directory + "/system.journal.next"));
  EXPECT_OR_RETURN(!logq::test::journalctl_installed() ||
                   logq::test::verify_directory(directory).status == 0);
  return helped > 0 ? 0 : kNotHelped;
}

// Again where no helper had got a processor before the disk was full.
int fill_until_helped(std::uint64_t max_size, int full = ENOSPC) {
  int status = kNotHelped;
  for (int i = 0; status == kNotHelped && i < 100; ++i) {
    const logq::test::TempDir directory;
    status = on_small_disk(directory.path(),
                           [&] { return fill_with_helpers(directory.path(), max_size, full); });
  }
  return status;
}

TEST(NoSpace, ThatAHelperMeetsWithAnExtentIsFeltOnlyWhenTheRoomIsNeeded) {
  const int status = fill_until_helped(std::uint64_t{8} << 20);
  if (status == kNotPermitted) GTEST_SKIP() << "no mount namespace here";
  EXPECT_EQ(status, 0);
}

TEST(NoSpace, ThatAHelperMeetsWithTheNextFileIsFeltOnlyWhenTheRoomIsNeeded) {
  const int status = fill_until_helped(std::uint64_t{1} << 20);
  if (status == kNotPermitted) GTEST_SKIP() << "no mount namespace here";
  EXPECT_EQ(status, 0);
}

// A disk that has room for a new file only with what the old one gives back.
int rotate_on_full_disk(const std::string& directory) {
  StoreOptions options;
  options.directory = directory;
  options.writer.max_size_bytes = std::uint64_t{2} << 20;
  const auto store = Store::open(options);
  EXPECT_OR_RETURN(store);
  EXPECT_OR_RETURN((*store)->append(moment(1), test::views(test::service_entry(1))));
  std::ofstream(directory + "/ballast") << std::string(3 << 20, 'b') << std::flush;
  EXPECT_OR_RETURN(free_bytes(directory) < 64 << 10);
  EXPECT_OR_RETURN((*store)->rotate());
  EXPECT_OR_RETURN((*store)->append(moment(2), test::views(test::service_entry(2))));
  EXPECT_OR_RETURN((*store)->close());
  EXPECT_OR_RETURN(test::seqnums_in(directory) == test::numbers(1, 2));
  return 0;
}

TEST(NoSpace, ARotationWaitsForTheRoomThatTheOldFileGivesBack) {
  const logq::test::TempDir directory;
  const int disk =
      on_small_disk(directory.path(), [&] { return rotate_on_full_disk(directory.path()); });
  ::setenv("LOGQ_TEST_QUOTA", "yes", 1);
  const int quota =
      on_small_disk(directory.path(), [&] { return rotate_on_full_disk(directory.path()); });
  ::unsetenv("LOGQ_TEST_QUOTA");
  if (disk == kNotPermitted) GTEST_SKIP() << "no mount namespace here";
  EXPECT_EQ(disk, 0);
  EXPECT_EQ(quota, 0);
}

TEST(NoSpace, OfAQuotaIsLikeThatOfADisk) {
  ::setenv("LOGQ_TEST_QUOTA", "yes", 1);
  const int large = fill_until_helped(std::uint64_t{8} << 20, EDQUOT);
  const int small = fill_until_helped(std::uint64_t{1} << 20, EDQUOT);
  ::unsetenv("LOGQ_TEST_QUOTA");
  if (large == kNotPermitted) GTEST_SKIP() << "no mount namespace here";
  EXPECT_EQ(large, 0);
  EXPECT_EQ(small, 0);
}

// logqd under RLIMIT_FSIZE, or on a file system of small files.
TEST(NoSpace, ALimitOnFileSizesRotatesAndLosesNothing) {
  const logq::test::TempDir directory;
  const pid_t pid = ::fork();
  if (pid == 0) {
    const auto body = [&] {
      ::signal(SIGXFSZ, SIG_IGN);
      const rlimit limit{1 << 20, 1 << 20};
      EXPECT_OR_RETURN(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
      StoreOptions options;
      options.directory = directory.path();
      options.writer.max_size_bytes = std::uint64_t{8} << 20;
      std::atomic<int> helped = 0;
      options.before_helping = [&] { ++helped; };
      const auto store = Store::open(options);
      EXPECT_OR_RETURN(store);
      for (std::uint64_t n = 1; n <= 3000; ++n) {
        EXPECT_OR_RETURN((*store)->append(moment(n), test::views(test::service_entry(n))));
      }
      EXPECT_OR_RETURN((*store)->close());
      EXPECT_OR_RETURN(test::seqnums_in(directory.path()) == test::numbers(1, 3000));
      EXPECT_OR_RETURN(test::files_in(directory.path()).size() > 1);
      EXPECT_OR_RETURN(helped > 0);
      EXPECT_OR_RETURN(!logq::test::journalctl_installed() ||
                       logq::test::verify_directory(directory.path()).status == 0);
      return 0;
    };
    ::_exit(body());
  }
  int status = 0;
  ASSERT_EQ(::waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
}

}  // namespace
}  // namespace logq::journal
