// Power loss at random moments: a disk is copied while it stands still and a writer is at full
// speed. Whatever was synced must be there for stock journalctl before anything has repaired the
// files, and for everybody after recovery.
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <random>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "journal/store.h"
#include "power_loss/doomed_writer.h"
#include "power_loss/promises.h"
#include "support/journalctl.h"
#include "support/long_tests.h"
#include "support/nbd_disk.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

constexpr std::uint64_t kSequenceGap = std::uint64_t{1} << 20;

void expect_recovery(const Moment& moment, std::uint64_t appended) {
  journal::StoreOptions options;
  options.directory = moment.directory;
  auto store = journal::Store::open(options);
  ASSERT_TRUE(store) << store.error().message();
  const std::uint64_t next = (*store)->next_seqnum();
  EXPECT_GT(next, appended) << "a number could be given out twice";
  EXPECT_LE(next, appended + kSequenceGap + 1);
  ASSERT_TRUE((*store)->close());

  expect_whole_files(moment);
}

struct Case {
  const char* name;
  std::uint64_t max_size_bytes;
  unsigned sync_interval_ms;
  int usual_moments;
  int lengthy_moments;
};

class PowerLoss : public ::testing::TestWithParam<Case> {};

// One run of a writer up to a random moment.
void lose_power(NbdDisk& disk, const Case& parameters, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const std::string name = "journal" + std::to_string(seed);
  const std::string live = disk.mount_point() + "/" + name;
  fs::create_directory(live);
  const TempDir work;
  Moment moment{0, work.path() + "/files"};
  DoomedWriter writer({.directory = live,
                       .max_size_bytes = parameters.max_size_bytes,
                       .sync_interval_ms = parameters.sync_interval_ms,
                       .seed = seed});
  ASSERT_TRUE(wait_until([&] { return writer.synced() > 0 || writer.has_failed(); }));
  // Some syncs and extents later; each entry is then read six times.
  const auto longest = static_cast<std::uint64_t>(rounds(250, 1500));
  std::this_thread::sleep_for(std::chrono::milliseconds(random() % longest));

  disk.copy_frozen(work.path() + "/image", [&] { moment.synced = writer.synced(); });

  const std::uint64_t appended = writer.appended();
  EXPECT_FALSE(writer.has_failed());
  std::cout << "seed " << seed << ": " << moment.synced << " entries synced, " << appended
            << " appended, " << writer.rotations() << " rotations, " << writer.entries_per_second()
            << " entries/s\n";
  writer.kill();
  fs::remove_all(live);
  take_files(work.path() + "/image", name, moment.directory);
  expect_no_file_is_lost(moment.directory);
  expect_synced("journalctl", moment);
  expect_synced("logq", moment);
  expect_recovery(moment, appended);
}

TEST_P(PowerLoss, LosesNothingThatWasSynced) {
  if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
  if (const std::string why = NbdDisk::unavailable(); !why.empty()) GTEST_SKIP() << why;
  const char* chosen = std::getenv("LOGQ_POWER_LOSS_SEED");
  const std::uint64_t first =
      chosen != nullptr ? std::strtoull(chosen, nullptr, 10) : std::random_device{}();
  const auto moments = static_cast<std::uint64_t>(
      chosen != nullptr ? 1 : rounds(GetParam().usual_moments, GetParam().lengthy_moments));
  NbdDisk disk;
  for (std::uint64_t i = 0; i < moments; ++i) {
    SCOPED_TRACE("LOGQ_POWER_LOSS_SEED=" + std::to_string(first + i));
    lose_power(disk, GetParam(), first + i);
  }
}

INSTANTIATE_TEST_SUITE_P(,
                         PowerLoss,
                         ::testing::Values(Case{"InOneFile", std::uint64_t{128} << 20, 200, 1, 10},
                                           Case{"WhileRotating", std::uint64_t{2} << 20, 50, 2, 10},
                                           Case{"RotatingNowAndThen", std::uint64_t{16} << 20, 500,
                                                1, 10}),
                         [](const auto& tested) { return tested.param.name; });

}  // namespace
}  // namespace logq::test
