// What logqd keeps and what it lets through: vacuum by size, count and age, and the rate limit of
// units, with real processes and stock journald's tools as judges.
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "base/clock.h"
#include "collect/configured_logqd.h"
#include "collect/unit_process.h"
#include "journal/store.h"
#include "support/child_process.h"
#include "support/native_sender.h"
#include "support/private_logqd.h"
#include "support/unix_socket.h"

namespace logq::test {
namespace {

void send(const ConfiguredLogqd& logqd, int count, std::size_t bytes = 1) {
  NativeSender sender(logqd.native_socket());
  for (int i = 0; i < count; ++i) {
    // Different and incompressible enough that a file fills up.
    std::string text;
    for (std::uint64_t x = static_cast<std::uint64_t>(i) + 1; text.size() < bytes;)
      text += static_cast<char>('!' + (x = x * 6364136223846793005U + 1442695040888963407U) % 90);
    sender.send({{"MESSAGE", text}, {"TEST", "1"}});
  }
}

std::string disk_usage(const std::string& directory) {
  return run_command({{"journalctl", "--disk-usage", "-D", directory}, {}, {}}).out;
}

// What stock journalctl's vacuum would still delete.
std::string left_to_vacuum(const std::string& directory, const std::string& option) {
  const CommandResult result =
      run_command({{"journalctl", option, "-D", directory}, {{"LC_ALL", "C.UTF-8"}}, {}});
  const auto at = result.err.find("freed ");
  return at == std::string::npos ? result.err : result.err.substr(at, 8);
}

// An archive of a year ago: its clock was right, or ours is wrong.
void write_old_archive(const std::string& directory) {
  constexpr std::uint64_t kYearUsec = 31'557'600'000'000;
  journal::StoreOptions options;
  options.directory = directory;
  const auto store = std::move(*journal::Store::open(options));
  const std::uint64_t usec = base::Clock::system().now().realtime_usec - kYearUsec;
  const std::vector<std::string_view> payloads{"MESSAGE=old"};
  if (!store->append({usec, 1, Id128::random()}, payloads) || !store->rotate() || !store->close()) {
    throw std::runtime_error("cannot write an archive");
  }
}

TEST(Vacuum, KeepsNoMoreFilesThanAllowed) {
  const ConfiguredLogqd logqd("[Journal]\nSystemMaxFiles=3\n");
  for (int i = 0; i < 6; ++i) {
    send(logqd, 10);
    logqd.rotate();
  }
  EXPECT_TRUE(wait_until([&] { return count_journal_files(logqd.storage_dir()) <= 3; }));
  EXPECT_EQ(count_journal_files(logqd.storage_dir()), 3U);
  EXPECT_EQ(left_to_vacuum(logqd.storage_dir(), "--vacuum-files=3"), "freed 0B");
  EXPECT_EQ(logqd.entries(logqd.storage_dir(), {"TEST=1"}).size(), 20U) << "the newest are kept";
}

TEST(Vacuum, KeepsNoMoreBytesThanAllowed) {
  const ConfiguredLogqd logqd("[Journal]\nSystemMaxUse=4M\nSystemMaxFileSize=1M\nCompress=no\n");
  send(logqd, 600, 20'000);  // 12 MB
  logqd.sync();

  EXPECT_GE(count_journal_files(logqd.storage_dir()), 2U);
  EXPECT_TRUE(wait_until([&] {
    return left_to_vacuum(logqd.storage_dir(), "--vacuum-size=4M") == "freed 0B";
  })) << disk_usage(logqd.storage_dir());
  const auto kept = logqd.entries(logqd.storage_dir(), {"TEST=1"});
  EXPECT_GT(kept.size(), 50U);
  EXPECT_LT(kept.size(), 300U);
}

TEST(Vacuum, KeepsNothingOlderThanAllowed) {
  const ConfiguredLogqd logqd("[Journal]\nMaxRetentionSec=1\n");
  send(logqd, 5);
  logqd.sync();
  const std::size_t entries_of_first_file = logqd.entries(logqd.storage_dir(), {"TEST=1"}).size();
  ASSERT_EQ(entries_of_first_file, 5U);

  // The first file goes as soon as a rotation finds it too old.
  EXPECT_TRUE(wait_until([&] {
    send(logqd, 1);
    logqd.rotate();
    return logqd.entries(logqd.storage_dir(), {"MESSAGE=Journal started"}).empty();
  }));
}

TEST(Vacuum, DoesNotBelieveAClockThatLeaptAhead) {
  const TempDir directory;
  const std::string store = directory.path() + "/store";
  std::filesystem::create_directory(store);
  write_old_archive(store);
  write_text_file(directory.path() + "/config", "[Journal]\nMaxRetentionSec=1month\n");
  ChildProcess logqd({{built_program("logqd"), "--runtime-dir=" + directory.path() + "/run",
                       "--storage-dir=" + store, "--config=" + directory.path() + "/config"},
                      {},
                      {}});

  EXPECT_TRUE(wait_until([&] { return !logqd.err().empty(); })) << "one line says so";
  logqd.signal(SIGTERM);
  const CommandResult result = logqd.wait();

  EXPECT_EQ(result.status, 0);
  EXPECT_NE(result.err.find(store + ": the clock is ahead of the newest entry"), std::string::npos)
      << result.err;
  EXPECT_EQ(std::ranges::count(result.err, '\n'), 1) << result.err;
  EXPECT_EQ(count_journal_files(store), 2U);
}

TEST(Vacuum, BeginsANewFileWhenOneHasLastedItsTime) {
  const ConfiguredLogqd logqd("[Journal]\nMaxFileSec=200ms\n");
  EXPECT_TRUE(wait_until([&] {
    send(logqd, 1);
    return count_journal_files(logqd.storage_dir()) > 1;
  }));
}

TEST(UsageMessage, HasTheFieldsAndFiguresOfStockJournald) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  StockJournald journald;
  const ConfiguredLogqd logqd("");
  const std::string match = "MESSAGE_ID=ec387f577b844b8fa948f33cad9a75e6";
  const auto theirs = journald.entries({match});
  const auto ours = logqd.entries(logqd.storage_dir(), {match});
  ASSERT_FALSE(theirs.empty());
  ASSERT_EQ(ours.size(), 1U);

  for (const auto& [name, value] : theirs[0])
    EXPECT_TRUE(ours[0].contains(name)) << name;
  for (const char* same : {"MAX_USE", "MAX_USE_PRETTY", "DISK_KEEP_FREE", "DISK_KEEP_FREE_PRETTY",
                           "JOURNAL_NAME", "PRIORITY", "SYSLOG_FACILITY", "_TRANSPORT"}) {
    EXPECT_EQ(ours[0].at(same), theirs[0].at(same)) << same;
  }
  EXPECT_EQ(ours[0].at("JOURNAL_PATH"), logqd.storage_dir());
}

// A stream that claims a unit.
base::UniqueFd open_unit_stream(const std::string& path, const std::string& unit) {
  base::UniqueFd fd = connect_unix(path, SOCK_STREAM);
  const std::string header = "ident\n" + unit + "\n6\n1\n0\n0\n0\n";
  if (::send(fd.get(), header.data(), header.size(), 0) < 0) throw std::runtime_error("send");
  return fd;
}

// With room for less than 2 MiB the burst is not scaled.
constexpr const char* kNarrow = "[Journal]\nSystemMaxUse=1M\nRateLimitBurst=5\n";

TEST(UnitRateLimit, ReportsAFloodWhenTheWindowEndsThoughTheUnitIsSilent) {
  const ConfiguredLogqd logqd(std::string(kNarrow) + "RateLimitIntervalSec=1s\n");
  const base::UniqueFd stream = open_unit_stream(logqd.stdout_socket(), "flood.service");
  std::string lines;
  for (int i = 0; i < 12; ++i)
    lines += "line " + std::to_string(i) + "\n";
  ASSERT_GT(::send(stream.get(), lines.data(), lines.size(), 0), 0);

  std::vector<JournalFields> reports;
  EXPECT_TRUE(wait_until([&] {
    reports = logqd.entries(logqd.storage_dir(), {"N_DROPPED=7"});
    return !reports.empty();
  }));
  EXPECT_EQ(logqd.entries(logqd.storage_dir(), {"_TRANSPORT=stdout"}).size(), 5U);
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_EQ(reports[0].at("MESSAGE"), "Suppressed 7 messages from flood.service");
  EXPECT_EQ(reports[0].at("MESSAGE_ID"), "a596d6fe7bfa4994828e72309e95d61e");
  EXPECT_EQ(reports[0].at("OBJECT_PID"), std::to_string(::getpid()));
  EXPECT_EQ(reports[0].at("OBJECT_SYSTEMD_UNIT"), "flood.service");
}

TEST(UnitRateLimit, IsReportedAtAStopThatEndsTheWindow) {
  ConfiguredLogqd logqd(std::string(kNarrow) + "RateLimitIntervalSec=infinity\n");
  const base::UniqueFd stream = open_unit_stream(logqd.stdout_socket(), "flood.service");
  const std::string lines = "1\n2\n3\n4\n5\n6\n7\n";
  ASSERT_GT(::send(stream.get(), lines.data(), lines.size(), 0), 0);

  EXPECT_EQ(logqd.stop().status, 0);

  EXPECT_EQ(logqd.entries(logqd.storage_dir(), {"N_DROPPED=2"}).size(), 1U);
}

// Sends many entries of two levels from a unit.
UnitProcess::Work flood(const std::string& socket, int count) {
  return [socket, count] {
    NativeSender sender(socket);
    for (int i = 0; i < count; ++i)
      sender.send({{"MESSAGE", "m"}, {"TEST", "1"}, {"PRIORITY", i % 4 == 0 ? "3" : "6"}});
  };
}

TEST(UnitRateLimit, AdmitsWhatStockJournaldAdmits) {
  if (auto why = StockJournald::unavailable()) GTEST_SKIP() << *why;
  const std::string settings = "SystemMaxUse=1M\nRateLimitBurst=20\nRateLimitIntervalSec=1h\n";
  StockJournald journald(settings);
  const ConfiguredLogqd logqd("[Journal]\n" + settings);
  const std::string unit = "logq-test-" + std::to_string(::getpid()) + ".service";
  {
    const UnitProcess process(unit, flood(journald.native_socket(), 100));
    if (!process.possible()) GTEST_SKIP() << "control groups cannot be made here";
    journald.sync();
  }
  {
    const UnitProcess process(unit, flood(logqd.native_socket(), 100));
    logqd.sync();
  }
  for (const char* level : {"PRIORITY=3", "PRIORITY=6"}) {
    const std::vector<std::string> matches{"TEST=1", "_SYSTEMD_UNIT=" + unit, level};
    const auto theirs = journald.entries(matches).size();
    EXPECT_EQ(logqd.entries(logqd.storage_dir(), matches).size(), theirs) << level;
    EXPECT_EQ(theirs, 20U) << level;
  }
}

}  // namespace
}  // namespace logq::test
