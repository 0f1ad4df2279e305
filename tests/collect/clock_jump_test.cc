// A running logqd whose wall clock jumps, under load: no storm of rotations, no history deleted,
// everything readable in order.
#include <fcntl.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/journalctl.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

constexpr std::int64_t kSecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;

// The offset of the wall clock of who preloads the shim.
class ShiftedClock {
 public:
  ShiftedClock() {
    write_text_file(path(), std::string(sizeof *offset_, '\0'));
    const base::UniqueFd fd(::open(path().c_str(), O_RDWR | O_CLOEXEC));
    void* mapped =
        ::mmap(nullptr, sizeof *offset_, PROT_READ | PROT_WRITE, MAP_SHARED, fd.get(), 0);
    offset_ = static_cast<std::atomic<std::int64_t>*>(mapped);
  }
  ShiftedClock(const ShiftedClock&) = delete;
  ShiftedClock& operator=(const ShiftedClock&) = delete;
  ~ShiftedClock() { ::munmap(offset_, sizeof *offset_); }

  void set(std::int64_t usec) { offset_->store(usec); }
  [[nodiscard]] Environment environment() const {
    Environment environment = preloading(LOGQ_CLOCK_SHIM);
    environment.emplace_back("LOGQ_TEST_CLOCK", path());
    return environment;
  }

 private:
  [[nodiscard]] std::string path() const { return directory_.path() + "/offset"; }
  TempDir directory_;
  std::atomic<std::int64_t>* offset_ = nullptr;
};

class ClockJump : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
  }
  void start(const std::string& settings = "") {
    write_text_file(directory_.path() + "/conf", "[Journal]\nRateLimitBurst=0\n" + settings);
    logqd_ = std::make_unique<PrivateLogqd>(
        std::vector<std::string>{"--config=" + directory_.path() + "/conf"}, clock_.environment());
    sender_ = std::make_unique<NativeSender>(logqd_->native_socket());
  }
  void send(int entries) {
    for (int i = 0; i < entries; ++i, ++sent_)
      sender_->send({{"MESSAGE", "m"}, {"N", std::to_string(sent_)}});
  }
  // At an offset, with all of them stored.
  void send_at(std::int64_t usec, int entries) {
    clock_.set(usec);
    send(entries);
    logqd_->sync();
  }
  [[nodiscard]] std::ptrdiff_t files() const {
    const std::filesystem::directory_iterator all(logqd_->storage_dir());
    return std::count_if(begin(all), end(all),
                         [](const auto& file) { return file.path().extension() == ".journal"; });
  }
  // Stops it; all that was sent is there, in order and valid.
  void expect_everything_in_order() {
    EXPECT_EQ(logqd_->stop().status, 0);
    int next = 0;
    for (const JournalFields& entry : parse_export(
             journalctl({"-D", logqd_->storage_dir(), "-o", "export", "--output-fields=N"}).out)) {
      if (!entry.contains("N")) continue;
      EXPECT_EQ(entry.at("N"), std::to_string(next));
      ++next;
    }
    EXPECT_EQ(next, sent_);
    EXPECT_EQ(verify_directory(logqd_->storage_dir()).status, 0);
  }

  TempDir directory_;
  ShiftedClock clock_;
  std::unique_ptr<PrivateLogqd> logqd_;
  std::unique_ptr<NativeSender> sender_;
  int sent_ = 0;
};

TEST_F(ClockJump, ADayForthAndBackCostsOneFileAndNoHistory) {
  start("MaxRetentionSec=1h\n");
  send_at(0, 1000);
  logqd_->rotate();
  send_at(kDay, 1000);
  logqd_->rotate();  // which vacuums
  send_at(kDay, 1000);
  const std::ptrdiff_t before = files();
  send_at(0, 1000);

  EXPECT_EQ(files(), before + 1);
  EXPECT_TRUE(wait_until([&] {
    return logqd_->err().find("nothing is deleted for its age") != std::string::npos;
  })) << logqd_->err();
  expect_everything_in_order();
}

TEST_F(ClockJump, ADayBackAndForthCostsOneFileAndNoHistory) {
  start("MaxRetentionSec=1h\n");
  send_at(0, 1000);
  logqd_->rotate();
  send_at(-kDay, 1000);
  logqd_->rotate();
  send_at(-kDay, 1);
  const std::ptrdiff_t before = files();
  send_at(0, 1000);

  EXPECT_EQ(files(), before);
  expect_everything_in_order();
}

TEST_F(ClockJump, FlappingUnderLoadCausesNoStormOfRotations) {
  start("SystemMaxFiles=10\n");
  send_at(0, 100);
  std::atomic<bool> over = false;
  std::thread flapping([&] {
    for (int i = 0; !over; ++i) {
      clock_.set(i % 2 == 0 ? kDay : -kDay);
      ::usleep(1000);
    }
  });
  send(20'000);
  over = true;
  flapping.join();
  logqd_->sync();

  EXPECT_LE(files(), 6);
  expect_everything_in_order();
}

// As on a machine without a clock of its own, until it has asked for the time.
TEST_F(ClockJump, ABootThatBeginsIn1970LosesNothing) {
  const std::int64_t since_1970 = std::int64_t{::time(nullptr)} * kSecond - 100 * kSecond;
  clock_.set(-since_1970);
  start("MaxRetentionSec=1month\nMaxFileSec=1week\n");
  send(500);
  logqd_->sync();
  send_at(0, 500);
  logqd_->rotate();
  send_at(0, 500);

  expect_everything_in_order();
}

}  // namespace
}  // namespace logq::test
