// No file makes an operation do more than its size allows: steps and memory are counted (see
// work_counter.h) and held against one bound per byte, for sound files, all kinds of damage and
// what fuzzers have made. Twice as much work is a change to look into; without end it is a hang.
#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>

#include <gtest/gtest.h>

#include "damage/work_counter.h"
#include "journal/header_report.h"
#include "journal/salvage.h"
#include "journal/verify.h"
#include "journal_operations.h"
#include "support/child_process.h"
#include "support/temp_dir.h"
#include "tiny_journal.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;
using journal::Journal;

// Of all operations; those that only look at some places stay far below.
constexpr std::uint64_t kStepsPerByte = 80;
constexpr std::uint64_t kStepsAlways = 100'000;
constexpr std::uint64_t kBytesPerByte = 64;
constexpr std::uint64_t kBytesAlways = std::uint64_t{4} << 20;

// Buckets of the hash tables of a new file, and its first extent, whatever is salvaged into it.
constexpr std::uint64_t kStepsOfANewFile = 2'000'000;

struct Costliest {
  double steps_per_byte = 0;
  double bytes_per_byte = 0;
  std::string steps_of;
  std::string bytes_of;

  void add(const Work& work, std::uint64_t size, const std::string& what) {
    const double per_byte = 1.0 / static_cast<double>(size + 1);
    if (static_cast<double>(work.steps) * per_byte > steps_per_byte) {
      steps_per_byte = static_cast<double>(work.steps) * per_byte;
      steps_of = what;
    }
    if (static_cast<double>(work.peak_bytes) * per_byte > bytes_per_byte) {
      bytes_per_byte = static_cast<double>(work.peak_bytes) * per_byte;
      bytes_of = what;
    }
  }
};

class BoundedWork : public testing::Test {
 protected:
  void check(const Work& work, std::uint64_t size, const std::string& what) {
    EXPECT_LE(work.steps, kStepsAlways + kStepsPerByte * size) << what << ", " << size << " bytes";
    EXPECT_LE(work.peak_bytes, kBytesAlways + kBytesPerByte * size) << what;
    costliest_.add(work, size, what);
  }

  void measure(const std::string& what, std::uint64_t size, const std::function<void()>& run) {
    Work work;
    {
      const WorkCounter counter;
      run();
      work = counter.work();
    }
    check(work, size, what);
  }

  void measure_all(const std::string& path, const std::string& name) {
    const std::uint64_t size = fs::file_size(path);
    measure(name + ": open", size, [&] { std::ignore = Journal::open_files({path}); });
    if (const auto probing = Journal::open_files({path})) {
      const fuzz::Probe probe = fuzz::choose_probe(**probing, 3 + (0x0404040404ULL << 8));
      for (const fuzz::JournalOperation& operation : fuzz::journal_operations()) {
        const auto journal = Journal::open_files({path});
        ASSERT_TRUE(journal);
        measure(name + ": " + operation.name, size, [&] { operation.run(**journal, probe); });
      }
    }
    measure(name + ": verify", size, [&] { std::ignore = journal::verify_file(path); });
    measure(name + ": header", size, [&] { std::ignore = journal::describe_header(path); });
    measure_salvage(path, name);
  }

  void measure_salvage(const std::string& path, const std::string& name) {
    const TempDir place = TempDir::in_memory();
    const std::string active = place.path() + "/system.journal";
    fs::copy_file(path, active);
    journal::WriterOptions options;
    options.max_size_bytes = std::uint64_t{512} << 10;
    measure(name + ": salvage", fs::file_size(path) + kStepsOfANewFile / kStepsPerByte,
            [&] { std::ignore = journal::salvage(active, options); });
  }

  ~BoundedWork() override {
    std::cerr << "most steps per byte: " << costliest_.steps_per_byte << " (" << costliest_.steps_of
              << "), most memory per byte: " << costliest_.bytes_per_byte << " ("
              << costliest_.bytes_of << ")\n";
  }

  TempDir directory_ = TempDir::in_memory();
  Costliest costliest_;
};

TEST_F(BoundedWork, OfSmallFilesWithAnyWordDamaged) {
  const std::string bytes = fuzz::make_tiny_journal(directory_.path(), {});
  const std::string path = directory_.path() + "/damaged.journal";
  const std::uint64_t extremes[] = {0, 1, 8, UINT64_MAX, UINT64_MAX - 7, bytes.size() - 8, 416};
  for (std::size_t at = 0; at + 8 <= bytes.size(); at += 8) {
    std::string damaged = bytes;
    std::memcpy(damaged.data() + at, &extremes[at / 8 % std::size(extremes)], 8);
    write_text_file(path, damaged);
    measure_all(path, "word at " + std::to_string(at));
  }
}

TEST_F(BoundedWork, OfWhatTheFuzzersFound) {
  std::size_t files = 0;
  for (const char* target : {"journal_reader", "journal_verify", "journal_recover"}) {
    const std::string corpus = std::string(LOGQ_SOURCE_DIR) + "/fuzz/corpus/" + target;
    for (const auto& file : fs::directory_iterator(corpus)) {
      measure_all(file.path(), file.path().filename());
      ++files;
    }
  }
  EXPECT_GT(files, 20U);
}

TEST_F(BoundedWork, OfTheCorruptedSet) {
  const fs::path data = LOGQ_TESTDATA_DIR "/journals/corrupted";
  if (!fs::exists(data)) GTEST_SKIP() << "no " << data;
  const std::string packed = data / "afl-corrupted-310.tar.zst";
  const CommandResult unpacked =
      run_command({{"tar", "--zstd", "-xf", packed, "-C", directory_.path()}, {}, {}});
  if (unpacked.status != 0) GTEST_SKIP() << "tar or zstd is not installed";
  std::size_t files = 0;
  for (const auto& file : fs::recursive_directory_iterator(directory_.path())) {
    if (!file.is_regular_file()) continue;
    measure_all(file.path(), file.path().filename());
    ++files;
  }
  EXPECT_EQ(files, 310U);
}

}  // namespace
}  // namespace logq::test
