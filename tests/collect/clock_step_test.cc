// The wall clock is set while logs are collected: nothing is lost, and the files stay valid.
#include <algorithm>
#include <filesystem>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include "collect/ingest.h"
#include "collect/limits.h"
#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

constexpr std::int64_t kStepSecond = 1'000'000;
constexpr std::int64_t kYear = 365 * 24 * 3600 * kStepSecond;

class SteppedClock final : public base::Clock {
 public:
  base::TimePair now() override { return time; }
  base::TimePair time{1'700'000'000'000'000, 5'000'000};
};

class ClockStep : public ::testing::Test {
 protected:
  void SetUp() override {
    journal::StoreOptions options;
    options.directory = directory_.path();
    options.writer.machine_id = Id128::random();
    auto store = journal::Store::open(options);
    ASSERT_TRUE(store.has_value());
    store_ = std::move(*store);
  }
  // Stores ten entries after each step of the clock.
  void append_with_steps(const std::vector<std::int64_t>& steps) {
    JournalEntryStore entries(*store_);
    Drops drops;
    HostFields host;
    host.boot_id = Id128::random();
    Ingest ingest(entries, clock_, host, drops);
    const std::string_view fields[] = {"MESSAGE=x"};
    for (const std::int64_t step : steps) {
      clock_.time.realtime_usec += static_cast<std::uint64_t>(step);
      for (int i = 0; i < 10; ++i) {
        clock_.time.realtime_usec += 10;
        clock_.time.monotonic_usec += 10;
        ingest.refresh_time();
        ingest.append({fields, "_TRANSPORT=journal"});
      }
    }
    EXPECT_EQ(drops.total(DropCause::kStoreFailed), 0U);
    ASSERT_TRUE(store_->close().has_value());
  }
  [[nodiscard]] std::ptrdiff_t lines(std::vector<std::string> arguments) const {
    arguments.insert(arguments.begin(), {"journalctl", "-q", "-D", directory_.path()});
    const auto result = test::run_command({arguments, {}, {}});
    EXPECT_EQ(result.status, 0) << result.err;
    return std::ranges::count(result.out, '\n');
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    const std::filesystem::directory_iterator all(directory_.path());
    return std::count_if(begin(all), end(all),
                         [](const auto& file) { return file.path().extension() == ".journal"; });
  }

  test::TempDir directory_;
  SteppedClock clock_;
  std::unique_ptr<journal::Store> store_;
};

TEST_F(ClockStep, ALargeStepBackBeginsANewFile) {
  append_with_steps({0, -3600 * kStepSecond, kYear, -10 * kYear});

  EXPECT_EQ(lines({"-o", "cat"}), 40);
  EXPECT_EQ(files(), 3);
  EXPECT_EQ(lines({"--verify"}), 0);
}

TEST_F(ClockStep, ManyStepsBackAreSmoothedOverToo) {
  std::vector<std::int64_t> steps;
  for (int i = 0; i < 500; ++i)
    steps.push_back(i % 2 == 0 ? 3600 * kStepSecond : -3600 * kStepSecond);
  append_with_steps(steps);

  EXPECT_EQ(lines({"-o", "cat"}), 5000);
  EXPECT_EQ(files(), 1 + static_cast<std::ptrdiff_t>(kClockStepsMax));
  EXPECT_EQ(lines({"--verify"}), 0);
}

TEST_F(ClockStep, ASmallStepBackIsSmoothedOver) {
  append_with_steps({0, -kStepSecond / 2, kStepSecond, -kStepSecond / 2});

  EXPECT_EQ(lines({"-o", "cat"}), 40);
  EXPECT_EQ(files(), 1);
  EXPECT_EQ(lines({"--verify"}), 0);
}

}  // namespace
}  // namespace logq::collect
