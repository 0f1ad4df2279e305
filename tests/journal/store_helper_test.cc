// What the threads of a store do for it: extents, the next file, archives, wake-ups; and that a
// kill at any moment of it costs nothing.
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "journal/file_header.h"
#include "journal/follower_waker.h"
#include "journal/store.h"
#include "journal/store_recovery.h"
#include "journal/writer_support.h"
#include "support/child_process.h"
#include "support/journalctl.h"
#include "support/no_threads.h"
#include "support/temp_dir.h"

namespace logq::journal {
namespace {

using namespace std::chrono_literals;
using test::moment;

StoreOptions options_for(const std::string& directory, std::uint64_t max_size = 512 << 10) {
  StoreOptions options;
  options.directory = directory;
  options.writer.max_size_bytes = max_size;
  return options;
}

// Appends entries first..last; returns false at the first failure.
bool add(Store& store, std::uint64_t first, std::uint64_t last) {
  for (std::uint64_t n = first; n <= last; ++n) {
    if (!store.append(moment(n), test::views(test::service_entry(n)))) return false;
  }
  return true;
}

void expect_store_verified(const std::string& directory) {
  if (!logq::test::journalctl_installed()) return;
  const auto verified = logq::test::verify_directory(directory);
  EXPECT_EQ(verified.status, 0) << verified.out;
}

TEST(StoreHelper, PreparesExtentsAndFilesForAFastWriter) {
  const logq::test::TempDir directory;
  const auto store = Store::open(options_for(directory.path(), std::uint64_t{8} << 20)).value();
  // How soon a helper gets a processor is the machine's affair.
  std::uint64_t n = 0;
  const auto has_helped = [&] {
    const StoreCounts counts = store->counts();
    return counts.extents.prepared + counts.extents.waited > 0 && counts.files_prepared > 0;
  };
  for (; n < 40'000 || (n < 2'000'000 && !has_helped()); n += 10'000)
    ASSERT_TRUE(add(*store, n + 1, n + 10'000));
  EXPECT_TRUE(has_helped());
  ASSERT_TRUE(store->close());

  EXPECT_EQ(test::seqnums_in(directory.path()), test::numbers(1, n));
  expect_store_verified(directory.path());
}

TEST(StoreHelper, AWriterThatIsFasterThanItsHelperDoesTheWorkItself) {
  const logq::test::TempDir directory;
  std::atomic<bool> blocked = true;
  StoreOptions options = options_for(directory.path());
  options.before_helping = [&] {
    while (blocked)
      std::this_thread::sleep_for(1ms);
  };
  const auto store = Store::open(options).value();
  std::uint64_t n = 0;
  for (; store->rotations() < 3; ++n)
    ASSERT_TRUE(add(*store, n + 1, n + 1));
  EXPECT_EQ(store->counts().files_prepared, 0U);
  EXPECT_EQ(store->counts().extents.prepared, 0U);
  EXPECT_EQ(store->archived(), 0U);
  blocked = false;
  ASSERT_TRUE(store->close());
  EXPECT_EQ(store->archived(), 3U);
  expect_store_verified(directory.path());
}

TEST(StoreHelper, AQuietStoreTakesNoRoomAhead) {
  const logq::test::TempDir directory;
  const auto store = Store::open(options_for(directory.path(), std::uint64_t{4} << 20)).value();
  struct stat before {};
  ASSERT_EQ(::stat(store->active_path().c_str(), &before), 0);
  ASSERT_TRUE(add(*store, 1, 20));
  struct stat after {};
  ASSERT_EQ(::stat(store->active_path().c_str(), &after), 0);
  EXPECT_EQ(after.st_size, before.st_size);
  EXPECT_EQ(test::files_in(directory.path()), std::vector<std::string>{"system.journal"});
}

TEST(StoreHelper, ASyncWaitsForFilesThatAreBeingArchived) {
  const logq::test::TempDir directory;
  StoreOptions options = options_for(directory.path());
  options.before_helping = [] { std::this_thread::sleep_for(20ms); };
  const auto store = Store::open(options).value();
  ASSERT_TRUE(add(*store, 1, 10));
  ASSERT_TRUE(store->rotate());
  ASSERT_TRUE(store->sync());
  EXPECT_EQ(store->archived(), 1U);
  for (const std::string& name : test::files_in(directory.path())) {
    if (!name.starts_with("system@")) continue;
    EXPECT_EQ(read_file_header(directory.path() + "/" + name)->state, FileState::kArchived);
  }
}

TEST(StoreHelper, ArchivesGiveBackTheUnusedEndsOfTheirArrays) {
  const logq::test::TempDir directory;
  const auto store = Store::open(options_for(directory.path(), std::uint64_t{8} << 20)).value();
  // Small entries of the same values: their chains are long, and so are the unused ends.
  for (std::uint64_t n = 1; n <= 4000; ++n)
    ASSERT_TRUE(store->append(moment(n), test::views({"A=1", "B=2", "C=3", "D=4"})));
  ASSERT_TRUE(store->rotate());
  ASSERT_TRUE(store->close());
  for (const std::string& name : test::files_in(directory.path())) {
    if (!name.starts_with("system@")) continue;
    struct stat status {};
    ASSERT_EQ(::stat((directory.path() + "/" + name).c_str(), &status), 0);
    EXPECT_LT(status.st_blocks * 512, status.st_size - 4096);
    EXPECT_EQ(test::seqnums_of(directory.path() + "/" + name), test::numbers(1, 4000));
  }
  expect_store_verified(directory.path());
}

TEST(StoreHelper, DoesItsWorkItselfWhereNoThreadCanBeHad) {
  const logq::test::TempDir directory;
  const logq::test::NoThreads none;
  const auto store = Store::open(options_for(directory.path())).value();
  for (std::uint64_t n = 1; n <= 4000; ++n) {
    ASSERT_TRUE(add(*store, n, n));
    store->wake_followers();
  }
  EXPECT_GT(store->rotations(), 1U);
  EXPECT_EQ(store->archived(), store->rotations());
  ASSERT_TRUE(store->close());
  EXPECT_EQ(test::seqnums_in(directory.path()), test::numbers(1, 4000));
  expect_store_verified(directory.path());
}

// Writes until it is killed; `acknowledged` is shared with the parent.
[[noreturn]] void write_forever(const std::string& directory,
                                std::uint64_t first,
                                std::atomic<std::uint64_t>& acknowledged) {
  const auto store = Store::open(options_for(directory));
  if (!store) ::_exit(1);
  for (std::uint64_t n = first;; ++n) {
    const auto seqnum = (*store)->append(moment(n), test::views(test::service_entry(n)));
    if (!seqnum || *seqnum != n) ::_exit(2);
    acknowledged = n;
  }
}

TEST(StoreHelper, AKillAtAnyMomentLosesAndDoublesNothing) {
  const logq::test::TempDir directory;
  void* shared = ::mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(shared, MAP_FAILED);
  auto& acknowledged = *new (shared) std::atomic<std::uint64_t>(0);
  std::uint64_t last = 0;
  for (int round = 0; round < 12; ++round) {
    const pid_t pid = ::fork();
    if (pid == 0) write_forever(directory.path(), last + 1, acknowledged);
    ASSERT_TRUE(logq::test::wait_until([&] { return acknowledged > last; }));
    std::this_thread::sleep_for(std::chrono::microseconds(round * 7'919 % 60'000));
    logq::test::signal_process(pid, SIGKILL);
    int status = 0;
    ASSERT_EQ(::waitpid(pid, &status, 0), pid);
    ASSERT_TRUE(WIFSIGNALED(status)) << WEXITSTATUS(status);
    const auto store = Store::open(options_for(directory.path())).value();
    last = store->next_seqnum() - 1;
    ASSERT_GE(last, acknowledged);
    ASSERT_TRUE(store->close());
    ASSERT_EQ(test::seqnums_in(directory.path()), test::numbers(1, last)) << round;
  }
  ::munmap(shared, 4096);
  expect_store_verified(directory.path());
}

TEST(StoreHelper, FinishesWhatAKillHasLeftOfARotation) {
  const logq::test::TempDir directory;
  const std::string active = directory.path() + "/system.journal";
  {
    const auto store = Store::open(options_for(directory.path())).value();
    ASSERT_TRUE(add(*store, 1, 50));
  }
  // Its archive name is taken, its successor's is not; the successor is a leftover then.
  std::filesystem::rename(active, directory.path() +
                                      "/system@00000000000000000000000000000001-0000000000000001-"
                                      "00060a24181e4000.journal");
  ASSERT_TRUE(FileWriter::prepare(next_file_path(active), test::small_file()));
  const auto store = Store::open(options_for(directory.path())).value();
  EXPECT_EQ(store->next_seqnum(), 51U);
  EXPECT_FALSE(std::filesystem::exists(next_file_path(active)));
  ASSERT_TRUE(add(*store, 51, 60));
  ASSERT_TRUE(store->close());
  EXPECT_EQ(test::seqnums_in(directory.path()), test::numbers(1, 60));
  expect_store_verified(directory.path());
}

TEST(StoreHelper, SalvagesARetiredFileWhoseEndIsDamaged) {
  const logq::test::TempDir directory;
  {
    const auto writer =
        FileWriter::create(directory.path() + "/system.journal", test::small_file()).value();
    for (std::uint64_t n = 1; n <= 50; ++n)
      ASSERT_TRUE(writer->append(moment(n), test::views(test::service_entry(n))));
    const std::string archive = writer->retire().value();
    // As a power loss may leave it: the counters of an older moment.
    const base::UniqueFd file(::open(archive.c_str(), O_RDWR | O_CLOEXEC));
    const std::uint64_t tail = 0;
    ASSERT_EQ(::pwrite(file.get(), &tail, 8, offsetof(Header, tail_object_offset)), 8);
  }
  const auto store = Store::open(options_for(directory.path())).value();
  EXPECT_TRUE(store->open_report().recovered);
  EXPECT_EQ(store->open_report().recovered_entries, 50U);
  ASSERT_TRUE(store->close());
  EXPECT_EQ(test::seqnums_in(directory.path()), test::numbers(1, 50));
  expect_store_verified(directory.path());
}

// Reads the IN_MODIFY events of a file one by one.
class ModifyCounter {
 public:
  explicit ModifyCounter(const std::string& path) : fd_(::inotify_init1(IN_CLOEXEC)) {
    EXPECT_GE(::inotify_add_watch(fd_.get(), path.c_str(), IN_MODIFY), 0);
  }
  bool next(int timeout_ms) {
    pollfd ready{fd_.get(), POLLIN, 0};
    if (::poll(&ready, 1, timeout_ms) != 1) return false;
    std::array<char, sizeof(inotify_event)> event{};
    return ::read(fd_.get(), event.data(), event.size()) > 0;
  }

 private:
  base::UniqueFd fd_;
};

TEST(FollowerWaker, WakesAtOnceWhenItWasQuietAndOnceMoreAfterABurst) {
  std::atomic<int> wakes = 0;
  const auto began = std::chrono::steady_clock::now();
  FollowerWaker waker([&] { ++wakes; });
  waker.note();
  EXPECT_EQ(wakes, 1);
  for (int i = 0; i < 100'000; ++i)
    waker.note();
  const int noted = wakes;
  EXPECT_TRUE(logq::test::wait_until([&] { return wakes >= 2; }));
  const auto took = std::chrono::steady_clock::now() - began;
  EXPECT_LE(noted, 2 + took / FollowerWaker::kInterval);
}

TEST(StoreHelper, AFollowerIsWokenForASingleEntryAndForTheLastOfABurst) {
  const logq::test::TempDir directory;
  const auto store = Store::open(options_for(directory.path(), std::uint64_t{64} << 20)).value();
  ModifyCounter counter(store->active_path());
  ASSERT_TRUE(add(*store, 1, 1));
  store->wake_followers();
  EXPECT_TRUE(counter.next(0));
  for (std::uint64_t n = 2; n <= 200; ++n) {
    ASSERT_TRUE(add(*store, n, n));
    store->wake_followers();
  }
  EXPECT_TRUE(counter.next(5'000));
}

}  // namespace
}  // namespace logq::journal
