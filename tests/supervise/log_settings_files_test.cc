#include "supervise/log_settings_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>

#include <gtest/gtest.h>

#include "base/unique_fd.h"
#include "support/child_process.h"
#include "support/temp_dir.h"
#include "wire/log_settings.h"

namespace logq::supervise {
namespace {

namespace fs = std::filesystem;

// Of hello.service.
ServiceUnit unit_with(const std::string& lines) {
  return read_service("hello.service",
                      {{"/u/hello.service", "[Service]\nExecStart=/bin/true\n" + lines}},
                      HostFacts::of_this_process())
      .unit;
}

// The directory of a collector.
class LogSettingsFilesTest : public testing::Test {
 protected:
  void SetUp() override { fs::create_directory(units()); }
  [[nodiscard]] std::string socket() const { return directory_.path() + "/stdout"; }
  [[nodiscard]] std::string units() const { return directory_.path() + "/units"; }
  [[nodiscard]] std::string target(const std::string& name) const {
    std::error_code none;
    return fs::read_symlink(units() + "/" + name + ":hello.service", none).string();
  }
  // What is there, without ":hello.service".
  [[nodiscard]] std::set<std::string> names() const {
    std::set<std::string> names;
    for (const auto& file : fs::directory_iterator(units())) {
      const std::string name = file.path().filename().string();
      names.insert(name.substr(0, name.find(':')));
    }
    return names;
  }

  test::TempDir directory_;
};

TEST_F(LogSettingsFilesTest, AreThoseOfSystemdAsLongAsTheyAreHeld) {
  const ServiceUnit unit = unit_with(
      "LogLevelMax=warning\nLogExtraFields=A=1 \"B=x y\"\nLogRateLimitIntervalSec=5\n"
      "LogRateLimitBurst=9\n");
  LogSettingsFiles files(unit);

  ASSERT_TRUE(files.leave(socket()));
  EXPECT_EQ(target("log-level-max"), "4");
  EXPECT_EQ(target("log-rate-limit-interval"), "5000000");
  EXPECT_EQ(target("log-rate-limit-burst"), "9");
  EXPECT_EQ(
      wire::parse_extra_fields(test::read_text_file(units() + "/log-extra-fields:hello.service")),
      (std::vector<std::string>{"A=1", "B=x y"}));

  files.take_back();
  EXPECT_EQ(names(), std::set<std::string>{});
}

TEST_F(LogSettingsFilesTest, AreNoneOfWhatTheUnitDoesNotSay) {
  const ServiceUnit silent =
      unit_with("LogRateLimitBurst=0\nLogExtraFields=A=1\nLogExtraFields=\n");
  LogSettingsFiles none(silent);
  EXPECT_TRUE(none.leave("/nonexistent/stdout"));

  const ServiceUnit unit = unit_with("LogLevelMax=debug\n");
  LogSettingsFiles files(unit);
  ASSERT_TRUE(files.leave(socket()));
  EXPECT_EQ(names(), (std::set<std::string>{"held", "log-level-max"}));
}

TEST_F(LogSettingsFilesTest, TakeThePlaceOfWhatWasLeftByOneWhoWasKilled) {
  fs::create_symlink("1", units() + "/log-level-max:hello.service");
  fs::create_symlink("1", units() + "/log-rate-limit-burst:hello.service");
  test::write_text_file(units() + "/held:hello.service", "");
  const ServiceUnit unit = unit_with("LogLevelMax=3\n");
  LogSettingsFiles files(unit);

  ASSERT_TRUE(files.leave(socket()));

  EXPECT_EQ(target("log-level-max"), "3");
  EXPECT_EQ(names(), (std::set<std::string>{"held", "log-level-max"}));
}

TEST_F(LogSettingsFilesTest, OfAUnitAreOneSupervisorsOnly) {
  const ServiceUnit unit = unit_with("LogLevelMax=3\n");
  const ServiceUnit same = unit_with("LogLevelMax=5\n");
  LogSettingsFiles files(unit);
  ASSERT_TRUE(files.leave(socket()));
  {
    LogSettingsFiles others(same);
    EXPECT_EQ(others.leave(socket()).error().code, Errc::kBusy);
  }
  EXPECT_EQ(target("log-level-max"), "3");

  files.take_back();
  LogSettingsFiles others(same);
  EXPECT_TRUE(others.leave(socket()));
  EXPECT_EQ(target("log-level-max"), "5");
}

TEST_F(LogSettingsFilesTest, AreLeftAgainWhereTheCollectorsDirectoryIsAnotherOne) {
  const ServiceUnit unit = unit_with("LogLevelMax=3\n");
  LogSettingsFiles files(unit);
  ASSERT_TRUE(files.leave(socket()));
  fs::remove_all(units());
  fs::create_directory(units());

  ASSERT_TRUE(files.leave(socket()));
  EXPECT_EQ(target("log-level-max"), "3");
}

TEST_F(LogSettingsFilesTest, CannotBeLeftWithACollectorThatTakesNone) {
  const ServiceUnit unit = unit_with("LogLevelMax=3\n");
  LogSettingsFiles files(unit);
  fs::remove(units());
  EXPECT_EQ(files.leave(socket()).error().sys_errno, ENOENT);
  EXPECT_FALSE(files.are_left());
}

TEST_F(LogSettingsFilesTest, AreNotLedAstrayByLinks) {
  const ServiceUnit unit = unit_with("LogLevelMax=3\nLogExtraFields=A=1\n");
  const std::string elsewhere = directory_.path() + "/elsewhere";
  test::write_text_file(elsewhere, "precious");
  ASSERT_EQ(::chmod(elsewhere.c_str(), 0600), 0);
  fs::create_symlink(elsewhere, units() + "/held:hello.service");
  EXPECT_FALSE(LogSettingsFiles(unit).leave(socket()));

  fs::remove(units() + "/held:hello.service");
  fs::create_hard_link(elsewhere, units() + "/held:hello.service");
  fs::create_symlink(elsewhere, units() + "/log-extra-fields:hello.service");
  fs::create_symlink(elsewhere, units() + "/new:hello.service");
  LogSettingsFiles(unit).leave(socket());
  EXPECT_EQ(test::read_text_file(elsewhere), "precious");
  EXPECT_EQ(fs::status(elsewhere).permissions(), fs::perms::owner_read | fs::perms::owner_write);

  fs::rename(units(), directory_.path() + "/real");
  fs::create_directory_symlink(directory_.path() + "/real", units());
  EXPECT_FALSE(LogSettingsFiles(unit).leave(socket()));
}

TEST(CollectorKeys, StandWhereTheyCount) {
  const ServiceUnit unit = unit_with(
      "LogLevelMax=3\nLogRateLimitBurst=5\nLogRateLimitBurst=0\nLogLevelMax=4\nLogLevelMax=bogus\n"
      "LogExtraFields=A=1\n");

  const std::vector<KeyPlace> keys = collector_keys(unit.log);

  ASSERT_EQ(keys.size(), 2U);
  EXPECT_EQ(keys[0].key, "LogLevelMax");
  EXPECT_EQ(keys[0].file, "/u/hello.service");
  EXPECT_EQ(keys[0].line, 6U);
  EXPECT_EQ(keys[1].key, "LogExtraFields");
}

}  // namespace
}  // namespace logq::supervise
