// Disks that are full or fail, and files that shrink: nothing dies, what was promised is kept, and
// writing goes on when the room or the device is back.
#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <charconv>
#include <filesystem>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "base/mapped_region.h"
#include "base/unique_fd.h"
#include "journal/extents.h"
#include "journal/store.h"
#include "power_loss/doomed_writer.h"
#include "support/count_text.h"
#include "support/journalctl.h"
#include "support/native_sender.h"
#include "support/nbd_disk.h"
#include "support/private_logqd.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

#define SKIP_WITHOUT_DISK()                                   \
  if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl; \
  if (const std::string why = NbdDisk::unavailable(); !why.empty()) GTEST_SKIP() << why

// A store of one file on a disk, and the numbers that were appended to it.
class Writing {
 public:
  explicit Writing(const std::string& directory, std::uint64_t max_size = std::uint64_t{16} << 20) {
    fs::create_directories(directory);
    journal::StoreOptions options;
    options.directory = directory;
    options.writer.max_size_bytes = max_size;
    store_ = std::move(*journal::Store::open(options));
  }

  Result<std::uint64_t> append() {
    static const Id128 boot = base::boot_id();
    const auto fields = doomed_entry(stored_ + 1);
    const std::uint64_t usec = 1'700'000'000'000'000 + stored_;
    auto appended = store_->append({usec, stored_ + 1, boot},
                                   std::vector<std::string_view>(fields.begin(), fields.end()));
    if (appended) ++stored_;
    return appended;
  }
  void append(int entries) {
    for (int i = 0; i < entries; ++i)
      ASSERT_TRUE(append());
  }
  [[nodiscard]] std::uint64_t stored() const { return stored_; }
  journal::Store& store() { return *store_; }

 private:
  std::unique_ptr<journal::Store> store_;
  std::uint64_t stored_ = 0;
};

std::vector<std::string> archives_in(const std::string& directory) {
  std::vector<std::string> paths;
  for (const auto& file : fs::directory_iterator(directory)) {
    if (file.path().filename().string().starts_with("system@")) paths.push_back(file.path());
  }
  return paths;
}

// How many entries stock journalctl finds in the files of a directory, which must pass --verify.
std::size_t verified_entries(const std::string& directory) {
  const auto verified = verify_directory(directory);
  EXPECT_EQ(verified.status, 0) << verified.out;
  return count(journalctl({"-D", directory, "-o", "export", "--output-fields=N"}).out, "\nN=");
}

TEST(FailingDisk, ASyncThatSucceedsAfterwardsHasWrittenWhatTheFailedOneDidNot) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("64M");
  Writing writing(disk.mount_point() + "/journal");
  writing.append(100);
  ASSERT_TRUE(writing.store().sync());
  disk.fail_writes();
  writing.append(100);
  const auto failed = writing.store().sync();
  disk.heal();
  ASSERT_FALSE(failed);
  EXPECT_EQ(failed.error().sys_errno, EIO);
  ASSERT_TRUE(writing.store().sync());

  const TempDir work;
  disk.copy_frozen(work.path() + "/image", [] {});

  const MountedImage copy(work.path() + "/image", work.path() + "/mounted");
  const auto read = journalctl({"-D", work.path() + "/mounted/journal", "-o", "export"});
  EXPECT_EQ(count(read.out, "\nN="), writing.stored());
}

// A failure is told once per opening of a file, and a page that failed is clean then.
TEST(FailingDisk, NoSyncSucceedsBesideOneThatFails) {
  SKIP_WITHOUT_DISK();
  const NbdDisk disk("16M", NbdDisk::Journal::kNone);
  constexpr std::size_t kSize = std::size_t{1} << 20;
  base::UniqueFd fd(::open((disk.mount_point() + "/file").c_str(), O_RDWR | O_CREAT, 0600));
  auto region =
      base::MappedRegion::map_file(fd.get(), kSize, base::MappedRegion::Access::kReadWrite);
  ASSERT_TRUE(region.has_value());
  const journal::Extents extents(std::move(fd), std::move(*region));
  ASSERT_TRUE(extents.allocate(0, kSize));
  extents.populate(0, kSize);
  disk.fail_writes();

  std::atomic<int> succeeded = 0;
  const auto sync_often = [&] {
    for (int i = 0; i < 20; ++i)
      succeeded += extents.sync().has_value() ? 1 : 0;
  };
  std::thread other(sync_often);
  sync_often();
  other.join();
  disk.heal();

  EXPECT_EQ(succeeded, 0);
}

TEST(FailingDisk, WritingGoesOnWhenTheDeviceIsBack) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("64M", NbdDisk::Journal::kNone);
  Writing writing(disk.mount_point() + "/journal", std::uint64_t{2} << 20);
  writing.append(100);
  disk.fail_writes();
  auto appended = writing.append();
  while (appended)
    appended = writing.append();
  disk.heal();
  EXPECT_EQ(appended.error().sys_errno, EIO) << appended.error().message();
  writing.append(3000);
  ASSERT_TRUE(writing.store().close());

  EXPECT_EQ(verified_entries(disk.mount_point() + "/journal"), writing.stored());
}

TEST(FailingDisk, AFullFileSystemIsAnErrorAndItsFilesAreWhole) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("16M");
  Writing writing(disk.mount_point() + "/journal", std::uint64_t{4} << 20);
  auto appended = writing.append();
  while (appended)
    appended = writing.append();
  EXPECT_EQ(appended.error().sys_errno, ENOSPC) << appended.error().message();
  ASSERT_TRUE(writing.store().sync());
  EXPECT_EQ(verified_entries(disk.mount_point() + "/journal"), writing.stored());
}

// logqd with its journal on another disk, and what the operator sees of it.
class DiskLogqd {
 public:
  explicit DiskLogqd(const std::string& directory)
      : directory_(directory),
        logqd_({"--storage-dir=" + directory}),
        sender_(logqd_.native_socket()) {}

  void send(int entries) {
    for (int i = 0; i < entries; ++i, ++sent_)
      sender_.send({{"MESSAGE", "message " + std::to_string(sent_) + std::string(400, 'x')},
                    {"N", std::to_string(sent_)}});
  }
  [[nodiscard]] std::size_t sent() const { return static_cast<std::size_t>(sent_); }
  PrivateLogqd& logqd() { return logqd_; }
  [[nodiscard]] std::string directory() const { return directory_; }

 private:
  std::string directory_;
  PrivateLogqd logqd_;
  NativeSender sender_;
  int sent_ = 0;
};

TEST(FailingDisk, LogqdTellsOfAFullOneOnceAndGoesOnElsewhereUntilThereIsRoom) {
  SKIP_WITHOUT_DISK();
  const TempDir disk;
  ASSERT_TRUE(mount_memory(disk.path(), "8m"));
  DiskLogqd collector(disk.path() + "/journal");
  write_text_file(disk.path() + "/ballast", std::string(8 << 20, 'b'));
  collector.send(5000);
  ASSERT_TRUE(wait_until([&] { return count(collector.logqd().err(), "\n") == 1; }));
  fs::remove(disk.path() + "/ballast");
  collector.send(100);
  collector.logqd().sync();
  const CommandResult stopped = collector.logqd().stop();  // a last look, at the latest

  EXPECT_EQ(stopped.status, 0);
  EXPECT_EQ(count(stopped.err, collector.directory() + ": cannot store entries: allocate journal "
                                                       "file: No space left"),
            1U)
      << stopped.err;
  EXPECT_EQ(count(stopped.err, "storing entries again"), 1U);
  EXPECT_EQ(count(stopped.err, "\n"), 2U) << stopped.err;
  const auto read = journalctl({"-D", collector.directory(), "-o", "export"});
  EXPECT_NE(read.out.find("\nN=5099\n"), std::string::npos);
  EXPECT_EQ(read.out.find("entries that could not be stored"), std::string::npos);
  EXPECT_EQ(verify_directory(collector.directory()).status, 0);
  unmount(disk.path());
}

TEST(FailingDisk, LogqdTellsOfAFailingOneOnceAndGoesOnWhenItIsBack) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("64M", NbdDisk::Journal::kNone);
  DiskLogqd collector(disk.mount_point() + "/journal");
  collector.send(100);
  collector.logqd().sync();
  disk.fail_writes();
  collector.send(500);
  const bool told = wait_until([&] { return !collector.logqd().err().empty(); });
  disk.heal();
  ASSERT_TRUE(told);
  collector.send(100);
  collector.logqd().sync();
  const CommandResult stopped = collector.logqd().stop();

  EXPECT_EQ(stopped.status, 0);
  EXPECT_EQ(count(stopped.err, collector.directory() + ": cannot store entries: "), 1U)
      << stopped.err;
  EXPECT_EQ(count(stopped.err, "storing entries again; moved from "), 1U) << stopped.err;
  EXPECT_EQ(count(stopped.err, "cannot sync"), count(stopped.err, "syncing again")) << stopped.err;
  const auto read = journalctl({"-D", collector.directory(), "-o", "export"});
  EXPECT_EQ(count(read.out, "\nN="), collector.sent());
  EXPECT_NE(read.out.find("\nN=699\n"), std::string::npos);
  EXPECT_EQ(verify_directory(collector.directory()).status, 0);
}

TEST(FailingDisk, LogqdThatStopsMeanwhileSaysHowManySyncsHaveFailed) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("64M", NbdDisk::Journal::kNone);
  DiskLogqd collector(disk.mount_point() + "/journal");
  collector.send(100);
  collector.logqd().sync();
  disk.fail_writes();
  const bool told = wait_until([&] {
    collector.send(1);
    collector.logqd().signal(SIGRTMIN + 1);
    return count(collector.logqd().err(), "cannot sync") > 0;
  });
  const CommandResult stopped = collector.logqd().stop();
  disk.heal();

  ASSERT_TRUE(told);
  EXPECT_EQ(count(stopped.err, "cannot sync"), 1U) << stopped.err;
  // Where it was an entry's turn to fail, it synced elsewhere before it stopped.
  EXPECT_EQ(count(stopped.err, ": stopping; failures: ") +
                count(stopped.err, "syncing again; failures: "),
            1U)
      << stopped.err;
}

// ext4 has lost its own journal then, and refuses everything until it is mounted anew.
TEST(FailingDisk, LogqdOutlivesAFileSystemThatTurnsReadOnly) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("64M");
  DiskLogqd collector(disk.mount_point() + "/journal");
  collector.send(100);
  collector.logqd().sync();
  disk.fail_writes();
  const std::string probe = disk.mount_point() + "/probe";
  ASSERT_TRUE(wait_until([&] {
    collector.send(100);
    std::error_code error;
    fs::create_directory(probe, error);
    fs::remove(probe);
    run_command({{"sync", "-f", disk.mount_point()}, {}, ""});
    return error.value() == EROFS;
  }));
  collector.send(1000);
  const CommandResult stopped = collector.logqd().stop();

  EXPECT_EQ(stopped.status, 0) << stopped.err;
  EXPECT_LE(count(stopped.err, "\n"), 6U) << stopped.err;
  EXPECT_EQ(stopped.err.find("entries dropped: "), std::string::npos) << stopped.err;
  const std::string refuge = collector.logqd().runtime_dir() + "/journal/*.journal";
  const auto read = journalctl({"--file", refuge, "-o", "export"});
  EXPECT_GT(count(read.out, "\nN="), 0U);
  const auto both = journalctl(
      {"--file", refuge, "--file", collector.directory() + "/*.journal", "-o", "export"});
  EXPECT_EQ(count(both.out, "\nN="), collector.sent());
}

TEST(FailingDisk, LogqSaysThatTheDiskFailsWhereNotEvenAHeaderCanBeRead) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("64M");
  Writing writing(disk.mount_point() + "/journal");
  writing.append(100);
  ASSERT_TRUE(writing.store().close());
  const std::string path = disk.mount_point() + "/journal/system.journal";
  disk.fail_reads(path, 0);

  const CommandResult result = run_command({{built_program("logq"), "--file", path}, {}, ""});
  disk.heal();

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(count(result.err, "\n"), 1U) << result.err;
  EXPECT_NE(result.err.find(path + ": "), std::string::npos) << result.err;
  EXPECT_EQ(result.err.find("corrupt"), std::string::npos) << result.err;
}

TEST(FailingDisk, LogqPrintsWhatCanBeReadAndSaysInOneLineWhatCannot) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("64M");
  const std::string directory = disk.mount_point() + "/journal";
  Writing writing(directory);
  writing.append(5000);
  ASSERT_TRUE(writing.store().rotate());
  writing.append(100);
  ASSERT_TRUE(writing.store().close());
  const std::string failing = archives_in(directory).at(0);
  disk.fail_reads(failing, std::uint64_t{3} << 20);

  const CommandResult result =
      run_command({{built_program("logq"), "-D", directory, "--output=export"}, {}, ""});
  disk.heal();

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(result.err,
            "logq: " + failing +
                ": part of the file cannot be read: it shrank meanwhile, or its disk fails\n");
  EXPECT_NE(result.out.find("\nN=1\n"), std::string::npos);
  EXPECT_NE(result.out.find("\nN=5001\n"), std::string::npos) << "of the file that is whole";
  EXPECT_NE(result.out.find("\nN=5100\n"), std::string::npos);
  // Values come once, entries in their order: what lies before the hole is complete.
  EXPECT_GT(count(result.out, "\nN="), 4000U);
}

TEST(ShrinkingFile, LogqdSetsItAsideAndGoesOnInANewOne) {
  const TempDir disk;
  DiskLogqd collector(disk.path() + "/journal");
  collector.send(1000);
  collector.logqd().sync();
  ASSERT_EQ(::truncate((collector.directory() + "/system.journal").c_str(), 4096), 0);
  collector.send(1000);
  collector.logqd().sync();
  const std::string told = collector.logqd().err();
  const CommandResult stopped = collector.logqd().stop();

  EXPECT_EQ(stopped.status, 0) << stopped.err;
  EXPECT_EQ(count(told, "/system.journal"), 1U) << told;
  const CommandResult read = run_command(
      {{built_program("logq"), "-D", collector.directory(), "--output=export"}, {}, ""});
  for (const int n : {1000, 1001, 1500, 1999}) {
    EXPECT_NE(read.out.find("\nN=" + std::to_string(n) + "\n"), std::string::npos) << n;
  }
}

TEST(ShrinkingFile, LogqEndsWithWhatItCouldReadAndSaysSo) {
  const TempDir directory;
  Writing writing(directory.path());
  writing.append(20'000);
  ASSERT_TRUE(writing.store().close());
  const std::string path = directory.path() + "/system.journal";
  const std::string fifo = directory.path() + "/pipe";
  const std::string script = "mkfifo " + fifo + "; " + built_program("logq") + " --file " + path +
                             " -o export >" + fifo + " & exec 3<" + fifo +
                             "; head -c 1000 <&3 >/dev/null; truncate -s 4096 " + path +
                             "; cat <&3 >/dev/null; wait $!";

  const CommandResult result = run_command({{"sh", "-c", script}, {}, ""});

  EXPECT_EQ(result.status, 1);
  EXPECT_EQ(count(result.err, "\n"), 1U) << result.err;
  EXPECT_NE(result.err.find(path), std::string::npos) << result.err;
}

}  // namespace
}  // namespace logq::test
