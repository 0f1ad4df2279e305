#include "collect/config_files.h"

#include <stdlib.h>

#include <filesystem>
#include <set>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/stock_journald.h"
#include "support/temp_dir.h"

namespace logq::collect {
namespace {

using test::TempDir;
using Paths = std::vector<std::string>;

void write_file(const std::string& path, const std::string& text) {
  std::filesystem::create_directories(std::filesystem::path(path).parent_path());
  test::write_text_file(path, text);
}

TEST(SystemConfigFiles, AreTheFirstMainFileAndTheDropInsOfAllDirectoriesByName) {
  const TempDir root;
  const std::string top = root.path();
  for (const std::string directory : {"/etc", "/usr/lib"}) {
    write_file(top + directory + "/systemd/journald.conf", "");
    write_file(top + directory + "/systemd/journald.conf.d/50-both.conf", "");
  }
  write_file(top + "/usr/lib/systemd/journald.conf.d/60-vendor.conf", "");
  write_file(top + "/run/systemd/journald.conf.d/10-run.conf", "");
  write_file(top + "/run/systemd/journald.conf.d/no-drop-in", "");
  write_file(top + "/etc/logq/logqd.conf.d/a.conf", "");

  EXPECT_EQ(
      system_config_files("", top),
      (Paths{top + "/etc/systemd/journald.conf", top + "/run/systemd/journald.conf.d/10-run.conf",
             top + "/etc/systemd/journald.conf.d/50-both.conf",
             top + "/usr/lib/systemd/journald.conf.d/60-vendor.conf",
             top + "/etc/logq/logqd.conf.d/a.conf"}));
}

TEST(SystemConfigFiles, OfANamespaceAreItsOwn) {
  const TempDir root;
  write_file(root.path() + "/etc/systemd/journald.conf", "");
  write_file(root.path() + "/etc/systemd/journald@web.conf", "");
  write_file(root.path() + "/run/systemd/journald@web.conf.d/x.conf", "");

  EXPECT_EQ(system_config_files("web", root.path()),
            (Paths{root.path() + "/etc/systemd/journald@web.conf",
                   root.path() + "/run/systemd/journald@web.conf.d/x.conf"}));
}

TEST(ConfigFilesOf, AreTheFileAndItsOwnDropIns) {
  const TempDir directory;
  const std::string main = directory.path() + "/my.conf";
  write_file(main + ".d/b.conf", "");
  write_file(main + ".d/a.conf", "");

  EXPECT_EQ(config_files_of(main), (Paths{main, main + ".d/a.conf", main + ".d/b.conf"}));
}

class ReadConfiguration : public testing::Test {
 protected:
  std::vector<std::string> read(const std::string& text) {
    test::write_text_file(path_, text);
    std::vector<std::string> warnings;
    EXPECT_TRUE(read_configuration(path_, options_, warnings).has_value());
    return warnings;
  }
  TempDir directory_;
  std::string path_ = directory_.path() + "/logqd.conf";
  CollectorOptions options_;
};

TEST_F(ReadConfiguration, FillsInSizesTimesAndCounts) {
  EXPECT_TRUE(read("[Journal]\nSystemMaxUse=1G\nSystemKeepFree=500M\nSystemMaxFileSize=16M\n"
                   "SystemMaxFiles=7\nRuntimeMaxUse=8M\nRuntimeMaxFiles=3\nMaxRetentionSec=1week\n"
                   "MaxFileSec=2h\nSyncIntervalSec=2min\nRateLimitInterval=10s\nRateLimitBurst=50\n"
                   "[Logq]\nSyncIntervalMaxSec=500ms\n")
                  .empty());

  EXPECT_EQ(options_.system_space.max_use_bytes, std::uint64_t{1} << 30);
  EXPECT_EQ(options_.system_space.keep_free_bytes, std::uint64_t{500} << 20);
  EXPECT_EQ(options_.system_space.max_file_bytes, std::uint64_t{16} << 20);
  EXPECT_EQ(options_.system_space.max_files, 7U);
  EXPECT_EQ(options_.runtime_space.max_use_bytes, std::uint64_t{8} << 20);
  EXPECT_EQ(options_.runtime_space.max_files, 3U);
  EXPECT_EQ(options_.max_retention_usec, std::uint64_t{7} * 86'400'000'000);
  EXPECT_EQ(options_.max_file_usec, 7'200'000'000U);
  EXPECT_EQ(options_.sync_interval_usec, 120'000'000U);
  EXPECT_EQ(options_.rate_limit.interval_usec, 10'000'000U);
  EXPECT_EQ(options_.rate_limit.burst, 50U);
  EXPECT_EQ(options_.sync_interval_max_usec, 500'000U);
}

TEST_F(ReadConfiguration, FillsInChoices) {
  EXPECT_TRUE(read("[Journal]\nStorage=auto\nCompress=1K\nLineMax=100\nMaxLevelStore=warning\n"
                   "ForwardToSyslog=on\nMaxLevelSyslog=3\nMaxFileSec=infinity\n")
                  .empty());

  EXPECT_EQ(options_.storage, StorageMode::kAuto);
  EXPECT_EQ(options_.compress_threshold_bytes, 1024U);
  EXPECT_EQ(options_.line_max, 100U);
  EXPECT_EQ(options_.max_level_store, 4);
  EXPECT_TRUE(options_.forward_to_syslog);
  EXPECT_EQ(options_.max_level_syslog, 3);
  EXPECT_EQ(options_.max_file_usec, 0U);
}

TEST_F(ReadConfiguration, FillsInSourcesAndForwards) {
  EXPECT_TRUE(read("[Journal]\nReadKMsg=no\nAudit=no\nForwardToKMsg=yes\nForwardToConsole=1\n"
                   "ForwardToWall=no\nTTYPath=/dev/tty12\nMaxLevelKMsg=debug\n"
                   "MaxLevelConsole=err\nMaxLevelWall=2\nForwardToSocket=192.0.2.1:19532\n"
                   "MaxLevelSocket=err\n[Logq]\nKMsgPath=/tmp/kmsg\n")
                  .empty());

  EXPECT_EQ(options_.read_kmsg, false);
  EXPECT_EQ(options_.kmsg_path, "/tmp/kmsg");
  EXPECT_EQ(options_.audit, AuditMode::kOff);
  EXPECT_TRUE(options_.forward_to_kmsg);
  EXPECT_TRUE(options_.forward_to_console);
  EXPECT_EQ(options_.forward_to_wall, false);
  EXPECT_EQ(options_.tty_path, "/dev/tty12");
  EXPECT_EQ(options_.max_level_kmsg, 7);
  EXPECT_EQ(options_.max_level_console, 3);
  EXPECT_EQ(options_.max_level_wall, 2);
  EXPECT_EQ(options_.forward_to_socket, "192.0.2.1:19532");
  EXPECT_EQ(options_.max_level_socket, 3);
}

TEST_F(ReadConfiguration, LetsAnEmptyValueRestoreTheDefault) {
  EXPECT_TRUE(read("[Journal]\nSystemMaxUse=1G\nSystemMaxUse=\nRateLimitBurst=5\nRateLimitBurst=\n"
                   "Storage=none\nStorage=\n")
                  .empty());

  EXPECT_FALSE(options_.system_space.max_use_bytes.has_value());
  EXPECT_EQ(options_.rate_limit.burst, 10'000U);
  EXPECT_EQ(options_.storage, StorageMode::kPersistent);
}

TEST_F(ReadConfiguration, WarnsOnceOfEachLineItCannotFollowAndKeepsTheDefault) {
  EXPECT_EQ(read("[Journal]\nSael=yes\nLineMax=many\nStorage=disk\nSystemMaxFiles=-1\n"
                 "MaxLevelStore=8\n[Other]\nKey=1\n[X-Mine]\nKey=1\n"),
            (Paths{path_ + ":2: unknown key [Journal] Sael= ignored",
                   path_ + ":3: invalid value of [Journal] LineMax= ignored: many",
                   path_ + ":4: invalid value of [Journal] Storage= ignored: disk",
                   path_ + ":5: invalid value of [Journal] SystemMaxFiles= ignored: -1",
                   path_ + ":6: invalid value of [Journal] MaxLevelStore= ignored: 8",
                   path_ + ":8: unknown key [Other] Key= ignored"}));
  EXPECT_EQ(options_.line_max, wire::kDefaultLineMax);
  EXPECT_EQ(options_.storage, StorageMode::kPersistent);
}

TEST_F(ReadConfiguration, SaysWhatItDoesNotDoOnlyWhenAskedForIt) {
  EXPECT_EQ(read("[Journal]\nSeal=no\nForwardToWall=no\nAudit=keep\nReadKMsg=no\nSplitMode=none\n"
                 "TTYPath=/dev/tty12\nMaxLevelWall=emerg\nSeal=yes\n"),
            Paths{path_ + ":9: [Journal] Seal=yes is not done by logqd"});
}

TEST_F(ReadConfiguration, KnowsEveryKeyOfTheDistributionsOwnFile) {
  const std::string original = test::read_text_file("/etc/systemd/journald.conf");
  if (original.empty()) GTEST_SKIP() << "no journald.conf here";
  EXPECT_EQ(read(original), Paths{});

  std::string uncommented;
  for (std::size_t at = 0; at < original.size();) {
    const std::string line = original.substr(at, original.find('\n', at) - at);
    at += line.size() + 1;
    const bool is_setting = line.starts_with('#') && line.find('=') != std::string::npos &&
                            line.find(' ') == std::string::npos;
    uncommented += (is_setting ? line.substr(1) : line) + "\n";
  }
  for (const std::string& warning : read(uncommented))
    EXPECT_TRUE(warning.ends_with(" is not done by logqd")) << warning;
  EXPECT_EQ(options_.storage, StorageMode::kAuto);
}

// What stands behind "ignoring: " or "ignored: " in each line, which is the value.
std::set<std::string> refused_values(const std::string& text, const std::string& mark) {
  std::set<std::string> values;
  for (std::size_t at = 0; (at = text.find(mark, at)) != std::string::npos;) {
    at += mark.size();
    values.insert(text.substr(at, text.find('\n', at) - at));
  }
  return values;
}

TEST_F(ReadConfiguration, RefusesTheValuesThatStockJournaldRefuses) {
  if (auto why = test::StockJournald::unavailable()) GTEST_SKIP() << *why;
  const std::string settings =
      "SystemMaxUse=1.5G\nSystemMaxUse=10%\nSystemMaxUse=infinity\nSystemMaxUse=1G512M\n"
      "SystemMaxUse=-1\nSystemMaxUse=1 G\nSystemMaxUse=1g\nSystemMaxUse=1GB\nRuntimeMaxUse=5B\n"
      "SystemMaxFiles=+5\nSystemMaxFiles=0x10\nSystemMaxFiles=1K\nSystemMaxFiles=010\n"
      "RateLimitBurst=1e3\nRateLimitBurst=5000000000\nRateLimitBurst=-2\n"
      "RateLimitIntervalSec=1.25s\nRateLimitIntervalSec=1h30\nRateLimitIntervalSec=-3\n"
      "MaxRetentionSec=1month\nMaxRetentionSec=2 fortnights\nMaxFileSec=1M\n"
      "MaxLevelStore=error\nMaxLevelStore=panic\nMaxLevelStore=8\nMaxLevelStore=+3\n"
      "Storage=Volatile\nStorage=auto\nCompress=4\nCompress=5G\nCompress=maybe\n"
      "LineMax=1T\nLineMax=infinite\nSplitMode=none\nSplitMode=user\nSeal=perhaps\nTTYPath=tty\n"
      "SyncIntervalSec=0\nSyncIntervalSec=soon\nForwardToSyslog=oN\nForwardToSyslog=2\n";
  ::setenv("SYSTEMD_LOG_TARGET", "console", 1);
  std::set<std::string> theirs;
  {
    const test::StockJournald journald(settings);
    theirs = refused_values(test::read_text_file(journald.runtime_dir() + "/../journald.err"),
                            "ignoring: ");
  }
  ::unsetenv("SYSTEMD_LOG_TARGET");
  std::string ours;
  for (const std::string& warning : read("[Journal]\n" + settings))
    ours += warning + "\n";

  EXPECT_GT(theirs.size(), 10U);
  EXPECT_EQ(refused_values(ours, "ignored: "), theirs);
}

}  // namespace
}  // namespace logq::collect
