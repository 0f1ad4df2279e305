// Power loss under logqd: what it has told to be durable is there, also after a machine that has
// gone down has started it again.
#include <signal.h>
#include <sys/mount.h>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <iostream>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include "power_loss/doomed_writer.h"
#include "power_loss/promises.h"
#include "support/journalctl.h"
#include "support/long_tests.h"
#include "support/native_sender.h"
#include "support/nbd_disk.h"
#include "support/private_logqd.h"
#include "support/temp_dir.h"

namespace logq::test {
namespace {

#define SKIP_WITHOUT_DISK()                                   \
  if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl; \
  if (const std::string why = NbdDisk::unavailable(); !why.empty()) GTEST_SKIP() << why

// Programs that start while this lives see another boot id: the machine has been down. REQUIRES: a
// mount namespace of our own, which NbdDisk has made.
class NextBoot {
 public:
  NextBoot() {
    write_text_file(file(), "0b007000-1111-4222-8333-444455556666\n");
    if (::mount(file().c_str(), kBootId, nullptr, MS_BIND, nullptr) != 0) {
      throw std::runtime_error("there can be no other boot id here");
    }
  }
  NextBoot(const NextBoot&) = delete;
  NextBoot& operator=(const NextBoot&) = delete;
  ~NextBoot() { unmount(kBootId); }

 private:
  static constexpr const char* kBootId = "/proc/sys/kernel/random/boot_id";
  [[nodiscard]] std::string file() const { return directory_.path() + "/boot_id"; }
  TempDir directory_;
};

void send_entry(NativeSender& sender, std::uint64_t n) {
  Fields fields;
  for (const std::string& field : doomed_entry(n)) {
    const std::size_t equals = field.find('=');
    if (field.front() != '_')
      fields.emplace_back(field.substr(0, equals), field.substr(equals + 1));
  }
  sender.send(fields);
}

// A logqd that is sent entries without a pause, and asked now and then to make them durable.
class BusyLogqd {
 public:
  // With several users one sends after the other, each with a file of their own.
  BusyLogqd(const std::string& storage, uid_t users)
      : users_(users),
        logqd_({"--storage-dir=" + storage, "--config=" + configure(work_.path(), users)}),
        sending_([this] { run([this] { send_one(); }); }),
        syncing_([this] { run([this] { sync_once(); }); }) {}
  BusyLogqd(const BusyLogqd&) = delete;
  BusyLogqd& operator=(const BusyLogqd&) = delete;
  ~BusyLogqd() { end(); }

  [[nodiscard]] std::uint64_t sent() const { return sent_; }
  // So many were sent before a sync that it has said to be done.
  [[nodiscard]] std::uint64_t synced() const { return synced_; }
  [[nodiscard]] bool has_failed() const { return failed_; }

  void end() {
    ending_ = true;
    if (sending_.joinable()) sending_.join();
    if (syncing_.joinable()) syncing_.join();
    logqd_.signal(SIGKILL);
  }

 private:
  static std::string configure(const std::string& directory, uid_t users) {
    const std::string path = directory + "/logqd.conf";
    write_text_file(path,
                    "[Journal]\nSystemMaxFileSize=2M\nSystemMaxUse=400M\nSystemKeepFree=1M\n"
                    "RateLimitIntervalSec=0\nSplitMode=" +
                        std::string(users > 1 ? "uid" : "none") +
                        "\n[Logq]\nSyncIntervalMaxSec=1s\n");
    return path;
  }
  template <typename Step>
  void run(const Step& step) {
    try {
      while (!ending_)
        step();
    } catch (const std::exception& error) {
      std::cerr << error.what() << '\n';
      failed_ = true;
    }
  }
  void send_one() {
    if (users_ > 1) sender_.set_user(kFirstUser + static_cast<uid_t>(sent_ / 7) % users_);
    send_entry(sender_, sent_ + 1);
    ++sent_;
  }
  void sync_once() {
    const std::uint64_t covered = sent_;
    logqd_.sync();
    synced_ = covered;
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }

  static constexpr uid_t kFirstUser = 999;  // the system's, and then people

  const uid_t users_;
  TempDir work_;
  PrivateLogqd logqd_;
  NativeSender sender_{logqd_.native_socket()};
  std::atomic<std::uint64_t> sent_ = 0;
  std::atomic<std::uint64_t> synced_ = 0;
  std::atomic<bool> failed_ = false;
  std::atomic<bool> ending_ = false;
  std::thread sending_;
  std::thread syncing_;
};

// The sequence number of the entry N=0, from its cursor; 0 when it is not there.
std::uint64_t seqnum_of_first(const std::string& directory) {
  const std::string read = journalctl({"-D", directory, "-o", "export", "N=0"}).out;
  const std::size_t at = read.find(";i=");
  return at == std::string::npos ? 0 : std::strtoull(read.c_str() + at + 3, nullptr, 16);
}

void expect_logqd_recovers(const Moment& moment, std::uint64_t sent) {
  const NextBoot next_boot;
  PrivateLogqd logqd({"--storage-dir=" + moment.directory});
  NativeSender sender(logqd.native_socket());
  send_entry(sender, 0);
  logqd.sync();
  EXPECT_EQ(logqd.stop().status, 0);
  EXPECT_GT(seqnum_of_first(moment.directory), sent) << "a number could be given out twice";
  expect_whole_files(moment);
}

void lose_power(NbdDisk& disk, std::uint64_t seed, uid_t users) {
  std::mt19937_64 random(seed);
  const std::string name = "journal" + std::to_string(seed);
  const TempDir work;
  Moment moment{0, work.path() + "/files"};
  BusyLogqd busy(disk.mount_point() + "/" + name, users);
  ASSERT_TRUE(wait_until([&] { return busy.synced() > 0 || busy.has_failed(); }));
  const auto longest = static_cast<std::uint64_t>(rounds(250, 1500));
  std::this_thread::sleep_for(std::chrono::milliseconds(random() % longest));

  disk.copy_frozen(work.path() + "/image", [&] { moment.synced = busy.synced(); });

  busy.end();
  EXPECT_FALSE(busy.has_failed());
  std::cout << "seed " << seed << ": " << moment.synced << " entries synced, " << busy.sent()
            << " sent\n";
  take_files(work.path() + "/image", name, moment.directory);
  expect_no_file_is_lost(moment.directory);
  expect_synced("journalctl", moment);
  expect_synced("logq", moment);
  expect_logqd_recovers(moment, busy.sent());
}

TEST(PowerLossOfLogqd, LosesNothingThatItSaidToBeDurable) {
  SKIP_WITHOUT_DISK();
  const std::uint64_t first = std::random_device{}();
  NbdDisk disk;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rounds(2, 10)); ++i) {
    SCOPED_TRACE("seed " + std::to_string(first + i));
    lose_power(disk, first + i, 1);
  }
}

TEST(PowerLossOfLogqd, LosesNothingOfSeveralUsers) {
  SKIP_WITHOUT_DISK();
  const std::uint64_t first = std::random_device{}();
  NbdDisk disk;
  for (std::uint64_t i = 0; i < static_cast<std::uint64_t>(rounds(1, 10)); ++i) {
    SCOPED_TRACE("seed " + std::to_string(first + i));
    lose_power(disk, first + i, 4);
  }
}

// The kernel writes no page of its own accord that early. Not an urgent entry, which is synced at
// once.
TEST(PowerLossOfLogqd, AnEntryIsSoonDurableWithoutAnybodyAsking) {
  SKIP_WITHOUT_DISK();
  NbdDisk disk("64M");
  const TempDir work;
  PrivateLogqd logqd({"--storage-dir=" + disk.mount_point() + "/journal"});
  NativeSender sender(logqd.native_socket());
  send_entry(sender, 6);

  EXPECT_TRUE(wait_until([&] {
    disk.copy_frozen(work.path() + "/image", [] {});
    const MountedImage copy(work.path() + "/image", work.path() + "/mounted");
    const auto read = journalctl({"-D", work.path() + "/mounted/journal", "-o", "export", "N=6"});
    return read.out.find("\nN=6\n") != std::string::npos;
  }));
  EXPECT_EQ(logqd.stop().status, 0);
}

}  // namespace
}  // namespace logq::test
