// What a writer leaves that is killed at any instruction, and what salvage makes of it: all entries
// whose append had returned, and at most one more.
#include <signal.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <random>

#include <gtest/gtest.h>

#include "journal/reader_support.h"
#include "journal/salvage.h"
#include "journal/torn_support.h"
#include "journal/verify.h"
#include "support/child_process.h"
#include "support/long_tests.h"

namespace logq::journal::test {
namespace {

using logq::test::TempDir;

// Appends in a child process until it is killed; returns how many appends had returned.
class KilledWriter {
 public:
  KilledWriter() {
    void* shared = ::mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE,
                          MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    returned_ = new (shared) std::atomic<std::uint64_t>(0);
  }
  KilledWriter(const KilledWriter&) = delete;
  KilledWriter& operator=(const KilledWriter&) = delete;
  ~KilledWriter() { ::munmap(returned_, sizeof *returned_); }

  std::uint64_t run(const std::string& path, const WriterOptions& options, std::uint64_t turns) {
    returned_->store(0);
    const pid_t pid = ::fork();
    if (pid == 0) write_until_killed(path, options);
    // Instructions of ours are the only clock fine enough.
    volatile std::uint64_t turn = 0;
    while (returned_->load() == 0 && ::waitpid(pid, nullptr, WNOHANG) == 0)
      ::usleep(50);
    while (turn < turns)
      turn = turn + 1;
    logq::test::signal_process(pid, SIGKILL);
    ::waitpid(pid, nullptr, 0);
    return returned_->load();
  }

 private:
  [[noreturn]] void write_until_killed(const std::string& path, const WriterOptions& options) {
    const auto writer = FileWriter::create(path, options);
    if (!writer) ::_exit(1);
    for (std::uint64_t n = 1;; ++n) {
      if (!(*writer)->append(moment(n), views(torn_entry(n)))) ::_exit(2);
      returned_->store(n);
    }
  }
  std::atomic<std::uint64_t>* returned_ = nullptr;
};

class KilledFile : public testing::TestWithParam<Variant> {};

TEST_P(KilledFile, IsSalvagedWithAllWhoseAppendHadReturned) {
  std::mt19937_64 random(1);  // NOLINT: the moments vary by themselves
  KilledWriter writer;
  const TempDir all = TempDir::in_memory();
  const int rounds = logq::test::rounds(40, 800);
  for (int round = 0; round < rounds; ++round) {
    const TempDir directory = TempDir::in_memory();
    const std::string path = directory.path() + "/system.journal";
    const std::uint64_t returned = writer.run(path, options_of(GetParam()), random() % 1'000'000);

    const auto report = salvage(path, options_of(GetParam()));

    ASSERT_TRUE(report);
    EXPECT_EQ(report->damaged, 0U);
    EXPECT_GE(report->entries, returned);
    EXPECT_LE(report->entries, returned + 1);
    const auto entries = entries_of(report->path);
    EXPECT_EQ(entries.size(), report->entries);
    for (const auto& [n, entry] : entries)
      expect_as_written(n, entry);
    std::filesystem::rename(report->path, all.path() + "/" + std::to_string(round) + ".journal");
  }
  if (!logq::test::journalctl_installed()) GTEST_SKIP() << logq::test::kNoJournalctl;
  const auto verified = logq::test::verify_directory(all.path());
  EXPECT_EQ(verified.status, 0) << verified.out;
}

INSTANTIATE_TEST_SUITE_P(EachLayout,
                         KilledFile,
                         testing::ValuesIn(kLayouts),
                         [](const auto& param) { return std::string(param.param.name); });

}  // namespace
}  // namespace logq::journal::test
