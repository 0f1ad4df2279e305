// Persistent storage that fails under a running logqd: what it does instead, what it says of it,
// and that it comes back with everything in order (docs/storage-troubles.md).
#include <signal.h>
#include <sys/socket.h>

#include <algorithm>
#include <filesystem>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/count_text.h"
#include "support/journalctl.h"
#include "support/long_tests.h"
#include "support/native_sender.h"
#include "support/nbd_disk.h"
#include "support/private_logqd.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"
#include "support/varlink_peer.h"

namespace logq::test {
namespace {

namespace fs = std::filesystem;

constexpr const char* kRefuge = "MESSAGE_ID=546da41acd7f462bb47adac26be3b6ca";
constexpr const char* kReturned = "MESSAGE_ID=9826107bddbe478ab91ee231acf8c220";
constexpr const char* kRemade = "MESSAGE_ID=a72e02ccfd9146a78ae7feaf317b4083";

// The numbers that entries say they have, in the order of stock journalctl.
std::vector<int> numbers_in(const std::string& files) {
  std::vector<int> numbers;
  for (const JournalFields& entry :
       parse_export(journalctl({"--file", files, "-o", "export", "--output-fields=N"}).out)) {
    if (entry.contains("N")) numbers.push_back(std::stoi(entry.at("N")));
  }
  return numbers;
}

std::size_t sum_of_numbers_behind(const std::string& text, const std::string& words) {
  std::size_t sum = 0;
  for (std::size_t at = 0; (at = text.find(words, at)) != std::string::npos;) {
    at += words.size();
    sum += std::stoul(text.substr(at));
  }
  return sum;
}

std::vector<int> first_numbers(int end) {
  std::vector<int> numbers;
  for (int n = 0; n < end; ++n)
    numbers.push_back(n);
  return numbers;
}

std::uint64_t seqnum_of(const JournalFields& entry) {
  const std::string& cursor = entry.at("__CURSOR");
  const std::size_t at = cursor.find(";i=") + 3;
  return std::stoull(cursor.substr(at, cursor.find(';', at) - at), nullptr, 16);
}

// logqd whose journal is on a small disk in memory, and which soon looks for a way back.
class StorageTroubles : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!journalctl_installed()) GTEST_SKIP() << kNoJournalctl;
    if (const std::string why = NbdDisk::unavailable(); !why.empty()) GTEST_SKIP() << why;
    ASSERT_TRUE(mount_memory(disk_.path(), "48m"));
  }
  void TearDown() override {
    logqd_.reset();
    unmount(disk_.path());
  }
  void start(const std::string& settings = "SystemMaxUse=40M\nSystemKeepFree=1M\n",
             Environment environment = {}) {
    write_text_file(work_.path() + "/conf",
                    "[Journal]\nRateLimitBurst=0\n" + settings + "[Logq]\nStorageRetrySec=100ms\n");
    logqd_ = std::make_unique<PrivateLogqd>(
        std::vector<std::string>{"--storage-dir=" + storage(),
                                 "--config=" + work_.path() + "/conf"},
        std::move(environment));
  }
  [[nodiscard]] std::string storage() const { return disk_.path() + "/journal"; }
  [[nodiscard]] std::string refuge() const { return logqd_->runtime_dir() + "/journal"; }
  [[nodiscard]] std::string err() const { return said_before_ + logqd_->err(); }

  void send(int entries) {
    NativeSender sender(logqd_->native_socket());
    for (int i = 0; i < entries; ++i, ++sent_)
      sender.send({{"MESSAGE", "message " + std::to_string(sent_) + std::string(400, 'x')},
                   {"N", std::to_string(sent_)}});
    logqd_->sync();
  }
  void fill_disk() const {
    std::error_code error;
    const auto free = fs::space(disk_.path(), error).available;
    write_text_file(disk_.path() + "/ballast", std::string(free, 'b'));
  }
  void empty_disk() const { fs::remove(disk_.path() + "/ballast"); }
  [[nodiscard]] bool is_back() const { return !fs::exists(refuge()); }
  void kill_and_start() {
    said_before_ = err();
    logqd_->kill();
    logqd_->start();
  }
  // All that was sent is in persistent storage, once and in order, with numbers without a gap.
  void expect_all_stored() const {
    EXPECT_EQ(numbers_in(storage() + "/*.journal"), first_numbers(sent_));
    EXPECT_EQ(verify_directory(storage()).status, 0);
    EXPECT_FALSE(fs::exists(refuge() + "/system.journal"));
    std::uint64_t last = 0;
    for (const JournalFields& entry : parse_export(
             journalctl({"--file", storage() + "/*.journal", "-o", "export", "--output-fields=N"})
                 .out)) {
      EXPECT_TRUE(last == 0 || seqnum_of(entry) == last + 1) << last;
      last = seqnum_of(entry);
    }
  }
  // What it has said once there is room again and all is stored: a line for the way there and one
  // for the way back.
  std::string come_back_and_stop() {
    empty_disk();
    EXPECT_TRUE(wait_until([&] { return is_back(); })) << err();
    send(100);
    const CommandResult stopped = logqd_->stop();
    EXPECT_EQ(stopped.status, 0);
    EXPECT_EQ(count(stopped.err, "\n"), 2U) << stopped.err;
    expect_all_stored();
    return stopped.err;
  }
  [[nodiscard]] std::vector<JournalFields> told(const char* id) const {
    return parse_export(journalctl({"--file", storage() + "/*.journal", "-o", "export", id}).out);
  }

  TempDir work_;
  TempDir disk_;
  std::unique_ptr<PrivateLogqd> logqd_;
  std::string said_before_;
  int sent_ = 0;
};

TEST_F(StorageTroubles, NothingIsLostWhileTheDiskIsFull) {
  start();
  send(500);
  fill_disk();
  send(5000);
  EXPECT_TRUE(wait_until([&] { return fs::exists(refuge() + "/system.journal"); }));
  const auto read = run_command({{built_program("logq"), "--file", storage() + "/*.journal",
                                  "--file", refuge() + "/*.journal", "-o", "export"},
                                 {},
                                 ""});
  EXPECT_EQ(count(read.out, "\nN="), 5500U) << "of both places while it lasts";

  come_back_and_stop();

  ASSERT_EQ(told(kRefuge).size(), 1U);
  EXPECT_EQ(told(kRefuge)[0].at("PRIORITY"), "3");
  EXPECT_EQ(told(kRefuge)[0].at("ERRNO"), std::to_string(ENOSPC));
  ASSERT_EQ(told(kReturned).size(), 1U);
  EXPECT_EQ(told(kReturned)[0].at("REFUGE_DIRECTORY"), refuge());
}

TEST_F(StorageTroubles, NothingIsLostWhileAQuotaIsUsedUp) {
  Environment environment = preloading(LOGQ_QUOTA_SHIM);
  environment.emplace_back("LOGQ_TEST_QUOTA", "yes");
  start("SystemMaxUse=40M\nSystemKeepFree=1M\n", environment);
  send(500);
  fill_disk();
  send(5000);
  EXPECT_TRUE(wait_until([&] { return fs::exists(refuge() + "/system.journal"); }));

  const std::string said = come_back_and_stop();

  EXPECT_EQ(count(said, "Disk quota exceeded; collecting in "), 1U) << said;
  ASSERT_EQ(told(kRefuge).size(), 1U);
  EXPECT_EQ(told(kRefuge)[0].at("ERRNO"), std::to_string(EDQUOT));
}

TEST_F(StorageTroubles, TheStatusSaysWhereEntriesGoAndWhy) {
  start();
  fill_disk();
  send(3000);
  const auto status = run_command(
      {{built_program("logq"), "--runtime-dir=" + logqd_->runtime_dir(), "--collector-status"},
       {},
       ""});
  empty_disk();

  EXPECT_NE(status.out.find("persistent storage fails"), std::string::npos) << status.out;
  EXPECT_NE(status.out.find("volatile, " + refuge()), std::string::npos) << status.out;
  EXPECT_NE(status.out.find("until it can be stored in " + storage() + ": "), std::string::npos)
      << status.out;
}

TEST_F(StorageTroubles, AKillAndAStartMeanwhileLoseNothing) {
  start();
  send(500);
  fill_disk();
  send(3000);
  kill_and_start();
  send(3000);
  EXPECT_EQ(
      numbers_in(storage() + "/*.journal").size() + numbers_in(refuge() + "/*.journal").size(),
      static_cast<std::size_t>(sent_));
  empty_disk();
  ASSERT_TRUE(wait_until([&] { return is_back(); })) << err();
  send(10);
  EXPECT_EQ(logqd_->stop().status, 0);

  expect_all_stored();
}

// At moments from before the look that finds room to after the move.
TEST_F(StorageTroubles, AKillOnTheWayBackLosesAndDoublesNothing) {
  start();
  std::mt19937 random(std::random_device{}());
  for (int i = 0; i < rounds(5, 60); ++i) {
    fill_disk();
    send(2000);
    empty_disk();
    std::this_thread::sleep_for(std::chrono::milliseconds(random() % 250));
    kill_and_start();
  }
  ASSERT_TRUE(wait_until([&] { return is_back(); })) << err();
  send(10);
  EXPECT_EQ(logqd_->stop().status, 0);

  std::vector<int> stored = numbers_in(storage() + "/*.journal");
  std::vector<int> wanted = first_numbers(sent_);
  // Of many rounds the oldest are beyond the limit.
  if (stored.size() < wanted.size())
    wanted.erase(wanted.begin(), wanted.end() - std::ssize(stored));
  EXPECT_EQ(stored, wanted);
  EXPECT_GT(stored.size(), 10'000U);
  EXPECT_EQ(verify_directory(storage()).status, 0);
}

TEST_F(StorageTroubles, ArchivesAreDeletedBelowTheLimitFirstButNotTheHalf) {
  start("SystemMaxUse=40M\nSystemMaxFileSize=1M\nSystemKeepFree=1\n");
  send(35'000);
  const auto used = [&] {
    return fs::space(disk_.path()).capacity - fs::space(disk_.path()).available;
  };
  ASSERT_GT(used(), std::uint64_t{24} << 20);
  fill_disk();
  const std::size_t ballast = fs::file_size(disk_.path() + "/ballast");
  send(20'000);

  EXPECT_EQ(count(err(), "until it can be stored there"), 1U) << err();
  EXPECT_GE(count(err(), "no room left: deleted the oldest "), 1U) << err();
  EXPECT_GE(used() - ballast, std::uint64_t{20} << 20);
  empty_disk();
  ASSERT_TRUE(wait_until([&] { return is_back(); })) << err();
  logqd_->stop();
  const std::vector<int> stored = numbers_in(storage() + "/*.journal");
  EXPECT_EQ(stored.back(), sent_ - 1);
  EXPECT_EQ(stored.back() - stored.front() + 1, std::ssize(stored)) << "only the oldest are gone";
}

TEST_F(StorageTroubles, WhatTheRefugeHasNoRoomForIsCounted) {
  start("SystemMaxUse=40M\nRuntimeMaxUse=2M\nRuntimeMaxFileSize=512K\n");
  send(100);
  fill_disk();
  for (int i = 0; i < 20; ++i)
    send(500);
  empty_disk();
  ASSERT_TRUE(wait_until([&] { return is_back(); })) << err();
  send(10);
  logqd_->sync();
  EXPECT_EQ(logqd_->stop().status, 0);

  ASSERT_EQ(told(kReturned).size(), 1U);
  const std::size_t dropped = std::stoul(told(kReturned)[0].at("N_DROPPED"));
  const std::vector<int> stored = numbers_in(storage() + "/*.journal");
  EXPECT_GT(dropped, 0U);
  // Among those deleted there are some of logqd's own.
  EXPECT_GE(stored.size() + dropped, static_cast<std::size_t>(sent_));
  EXPECT_LE(stored.size() + dropped, static_cast<std::size_t>(sent_) + 20);
  EXPECT_EQ(stored.back(), sent_ - 1);
}

TEST_F(StorageTroubles, OnOneFileSystemEntriesAreDroppedAndCountedUntilThereIsRoom) {
  start();
  logqd_->stop();
  const std::string together = disk_.path() + "/all";
  fs::create_directories(together);
  ChildProcess logqd(
      {{built_program("logqd"), "--runtime-dir=" + together + "/run",
        "--storage-dir=" + together + "/journal", "--config=" + work_.path() + "/conf"},
       {},
       {}});
  ASSERT_TRUE(wait_until([&] { return fs::exists(together + "/run/socket"); }));
  ASSERT_TRUE(
      wait_until([&] { return accepts_connections(together + "/run/stdout", SOCK_STREAM); }));
  NativeSender sender(together + "/run/socket");
  fill_disk();
  const std::string text(400, 'x');
  std::size_t sent = 0;
  for (; sent < 20'000 && logqd.err().empty(); ++sent)
    sender.send({{"MESSAGE", text + std::to_string(sent)}});
  ASSERT_TRUE(wait_until([&] { return !logqd.err().empty(); }));
  empty_disk();
  sender.send({{"MESSAGE", "there is room"}});
  EXPECT_TRUE(wait_until([&] { return count(logqd.err(), "storing entries again") == 1; }));
  logqd.signal(SIGTERM);
  const CommandResult stopped = logqd.wait();

  EXPECT_EQ(stopped.status, 0);
  EXPECT_EQ(count(stopped.err, ": cannot store entries: "), 1U) << stopped.err;
  const auto read = journalctl({"--file", together + "/journal/*.journal", "-o", "cat"});
  EXPECT_NE(read.out.find("entries that could not be stored"), std::string::npos);
  EXPECT_NE(read.out.find("\nthere is room\n"), std::string::npos);
  // The full disk may take a few more for a moment, when a file that was prepared is given back:
  // what is dropped then is told at the end.
  EXPECT_LE(count(stopped.err, "\n"), 3U) << stopped.err;
  const std::size_t accounted_for =
      sum_of_numbers_behind(stopped.err, "entries dropped: ") + count(read.out, text);
  EXPECT_GE(accounted_for, sent) << stopped.err;
  EXPECT_LE(accounted_for, sent + 5) << "what logqd itself would say is dropped, too";
}

TEST_F(StorageTroubles, ADirectoryThatIsRemovedIsMadeAgain) {
  start();
  send(300);
  fs::remove_all(storage());
  const int before = sent_;
  ASSERT_TRUE(wait_until([&] {
    send(1);
    return count(err(), "was removed while entries were stored in it, and is made again") == 1;
  }));
  send(300);
  const CommandResult stopped = logqd_->stop();

  EXPECT_EQ(stopped.status, 0);
  EXPECT_EQ(count(stopped.err, "\n"), 1U) << stopped.err;
  ASSERT_EQ(told(kRemade).size(), 1U);
  const std::vector<int> stored = numbers_in(storage() + "/*.journal");
  EXPECT_GE(std::ssize(stored), 301);
  EXPECT_GE(stored.front(), before);
  EXPECT_EQ(stored.back(), sent_ - 1);
  const auto first = parse_export(
      journalctl({"--file", storage() + "/*.journal", "-o", "export", "-n", "+1"}).out);
  EXPECT_GT(seqnum_of(first.at(0)), 300U) << "numbers go on";
  EXPECT_EQ(verify_directory(storage()).status, 0);
}

// As when the machine goes down, and the disk is about to be unmounted.
TEST_F(StorageTroubles, WhoIsToldToStayInVolatileStorageDoesNotGoBack) {
  start();
  fill_disk();
  send(3000);
  VarlinkPeer peer(logqd_->runtime_dir() + "/io.systemd.journal");
  const std::string done = peer.ask(varlink_call("io.systemd.Journal.RelinquishVar"));
  EXPECT_EQ(done, R"({"parameters":{}})");
  empty_disk();
  send(10);
  EXPECT_EQ(logqd_->stop().status, 0);

  EXPECT_EQ(numbers_in(refuge() + "/*.journal").back(), sent_ - 1);
  EXPECT_EQ(count(err(), "storing entries again"), 0U);
}

TEST_F(StorageTroubles, ARefugeIsTakenAtTheStartToo) {
  fill_disk();
  start();
  send(100);
  empty_disk();
  ASSERT_TRUE(wait_until([&] { return is_back(); })) << err();
  send(10);
  EXPECT_EQ(logqd_->stop().status, 0);

  expect_all_stored();
}

}  // namespace
}  // namespace logq::test
