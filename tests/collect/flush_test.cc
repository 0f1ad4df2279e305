// Copying that is interrupted, as by a kill, and taken up again.
#include "collect/flush.h"

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "base/ids.h"
#include "journal/directory.h"
#include "journal/journal.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

struct Killed {};

constexpr std::uint64_t kBegin = 1'700'000'000'000'000;
constexpr int kFlushedEntries = 3000;

class InterruptedFlush : public ::testing::Test {
 protected:
  InterruptedFlush() {
    std::filesystem::create_directory(source());
    std::filesystem::create_directory(target());
  }
  [[nodiscard]] std::string source() const { return directory_.path() + "/source"; }
  [[nodiscard]] std::string target() const { return directory_.path() + "/target"; }

  static std::unique_ptr<journal::Store> open(const std::string& directory) {
    journal::StoreOptions options;
    options.directory = directory;
    return std::move(*journal::Store::open(options));
  }
  // Entries that share their times by `together`, with a new file after every 1,000.
  void fill_source(int together) const {
    const auto store = open(source());
    for (int i = 0; i < kFlushedEntries; ++i) {
      const auto usec = static_cast<std::uint64_t>(i / together);
      const std::string message = "MESSAGE=" + std::to_string(i);
      const std::vector<std::string_view> payloads{message};
      ASSERT_TRUE(store->append({kBegin + usec, 1 + usec, base::boot_id()}, payloads).has_value());
      if (i % 1000 == 999) std::ignore = store->rotate();
    }
    ASSERT_TRUE(store->close().has_value());
  }
  // Copies until it is killed after some 2,000 entries.
  void copy_and_die() const {
    int signs = 0;
    const auto store = open(target());
    const auto die = [&] {
      if (++signs == 2) throw Killed{};
    };
    EXPECT_THROW(std::ignore = copy_entries(source(), *store, target(), {die, {}, {}}), Killed);
    ASSERT_TRUE(store->close().has_value());
  }
  // What a vacuum deletes.
  void delete_oldest_file() const {
    const auto files = journal::journal_files(source());
    ASSERT_TRUE(std::filesystem::remove(files->at(1)));  // the first is the active one
  }
  void copy_rest() const {
    const auto store = open(target());
    ASSERT_TRUE(copy_entries(source(), *store, target(), {}).has_value());
    ASSERT_TRUE(store->close().has_value());
  }
  void expect_each_once() const {
    std::map<std::string, int> times;
    const auto journal = std::move(*journal::Journal::open_directory(target()));
    journal->seek_head();
    while (journal->next()) {
      journal->for_each_payload([&](std::string_view payload) {
        ++times[std::string(payload)];
        return true;
      });
    }
    EXPECT_EQ(times.size(), static_cast<std::size_t>(kFlushedEntries));
    for (const auto& [message, count] : times)
      ASSERT_EQ(count, 1) << message;
  }

 private:
  test::TempDir directory_;
};

TEST_F(InterruptedFlush, GoesOnWhereItStopped) {
  fill_source(7);
  copy_and_die();
  copy_rest();
  expect_each_once();
}

TEST_F(InterruptedFlush, GoesOnThoughAVacuumHasDeletedWhatWasCopied) {
  fill_source(7);
  copy_and_die();
  delete_oldest_file();
  copy_rest();
  expect_each_once();
}

TEST_F(InterruptedFlush, LosesNothingWhereTheTimesOfEntriesTellThemNotApart) {
  fill_source(kFlushedEntries);
  copy_and_die();
  delete_oldest_file();
  copy_rest();

  const auto journal = std::move(*journal::Journal::open_directory(target()));
  std::map<std::string, int> times;
  journal->seek_head();
  while (journal->next()) {
    journal->for_each_payload([&](std::string_view payload) {
      ++times[std::string(payload)];
      return true;
    });
  }
  EXPECT_EQ(times.size(), static_cast<std::size_t>(kFlushedEntries));
}

}  // namespace
}  // namespace logq::collect
