// Where logq looks when nobody says where, and what it says when it may not look.
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include <gtest/gtest.h>

#include "logq/source/default_directories.h"
#include "written_journal.h"

namespace logq::test {
namespace {

using cli::SourceOptions;

bool contains(const std::vector<std::string>& directories, const std::string& path) {
  return std::find(directories.begin(), directories.end(), path) != directories.end();
}

TEST(DefaultDirectories, AreThoseOfThisMachine) {
  const auto directories = cli::default_directories({});
  const std::string machine = base::machine_id().to_string();

  EXPECT_TRUE(contains(directories, "/var/log/journal/" + machine));
  EXPECT_TRUE(contains(directories, "/run/log/journal/" + machine));
}

TEST(DefaultDirectories, OfANamespaceHaveItsName) {
  const std::string path = "/var/log/journal/" + base::machine_id().to_string();
  SourceOptions source;

  source.log_namespace = "web";
  EXPECT_TRUE(contains(cli::default_directories(source), path + ".web"));
  EXPECT_FALSE(contains(cli::default_directories(source), path));
  source.log_namespace = "+web";
  EXPECT_TRUE(contains(cli::default_directories(source), path + ".web"));
  EXPECT_TRUE(contains(cli::default_directories(source), path));
}

TEST(DefaultDirectories, OfAnotherRootLieBelowIt) {
  SourceOptions source;
  source.root = "/mnt/broken";

  EXPECT_EQ(cli::default_directories(source),
            (std::vector<std::string>{"/mnt/broken/var/log/journal", "/mnt/broken/run/log/journal",
                                      "/mnt/broken/var/log/journal/remote"}));
}

TEST(DefaultDirectories, HoldWhatWasReceivedOnlyWithAllMachines) {
  SourceOptions source;

  EXPECT_FALSE(contains(cli::default_directories(source), "/var/log/journal/remote"));
  source.merge = true;
  EXPECT_TRUE(contains(cli::default_directories(source), "/var/log/journal/remote"));
}

TEST(FileFilter, TellsTheSystemsFilesFromTheUsers) {
  SourceOptions source;
  EXPECT_FALSE(cli::file_filter(source));
  source.system = true;
  const auto system = cli::file_filter(source);
  EXPECT_TRUE(system("system.journal") && system("system.journal~") &&
              system("system@1-2.journal"));
  EXPECT_FALSE(system("user-1000.journal") || system("systemd.journal"));
  const std::string own = "user-" + std::to_string(::getuid());
  source.user = true;
  const auto both = cli::file_filter(source);
  EXPECT_TRUE(both("system.journal") && both(own + ".journal"));
  EXPECT_FALSE(both(own + "0.journal"));
  source.system = false;
  EXPECT_TRUE(cli::file_filter(source)(own + ".journal"));
  EXPECT_FALSE(cli::file_filter(source)(own + "0.journal"));
}

TEST(FileFilter, TakesWhatTheUsersOwnLogqdHasStoredForTheUsers) {
  const char* const state = ::getenv("XDG_STATE_HOME");
  const std::string before = state != nullptr ? state : "";
  ::setenv("XDG_STATE_HOME", "/home/me/state", 1);
  SourceOptions user;
  user.user = true;
  SourceOptions system;
  system.system = true;

  EXPECT_TRUE(cli::file_filter(user)("/home/me/state/logq/journal/system.journal"));
  EXPECT_FALSE(cli::file_filter(system)("/home/me/state/logq/journal/system.journal"));
  EXPECT_FALSE(cli::file_filter(user)("/var/log/journal/1/system.journal"));
  EXPECT_TRUE(cli::file_filter(system)("/var/log/journal/1/system.journal"));
  ::setenv("XDG_STATE_HOME", before.c_str(), 1);
}

TEST(DefaultSources, HoldTheUsersOwnStorage) {
  WrittenJournal journal;
  journal.append("in the user's own store");
  const TempDir state;
  std::filesystem::create_directories(state.path() + "/logq");
  std::filesystem::create_symlink(journal.directory(), state.path() + "/logq/journal");

  const CommandResult result =
      run_command({{std::string(LOGQ_BIN_DIR) + "/logq", "-o", "cat", "-g", "user's own store"},
                   {{"XDG_STATE_HOME", state.path()}},
                   {}});

  EXPECT_EQ(result.status, 0) << result.err;
  EXPECT_EQ(result.out, "in the user's own store\n");
}

TEST(DefaultSources, BelowARootAreFound) {
  WrittenJournal journal;
  journal.append("of the broken machine");
  const TempDir root;
  std::filesystem::create_directories(root.path() + "/var/log/journal");
  std::filesystem::create_symlink(journal.directory(),
                                  root.path() + "/var/log/journal/" + std::string(32, 'a'));

  const CommandResult result = run_command(
      {{std::string(LOGQ_BIN_DIR) + "/logq", "--root=" + root.path(), "-o", "cat"}, {}, {}});

  EXPECT_EQ(result.out, "of the broken machine\n") << result.err;
}

class WithoutPermission : public testing::Test {
 protected:
  void SetUp() override {
    journal_.append("secret");
    ASSERT_EQ(::chmod(journal_.directory().c_str(), 0755), 0);
    ASSERT_EQ(::chmod((journal_.directory() + "/system.journal").c_str(), 0640), 0);
  }

  CommandResult as_nobody(std::vector<std::string> arguments) {
    std::vector<std::string> argv = journal_.command(arguments);
    if (::geteuid() == 0) {
      argv.insert(argv.begin(), {"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"});
    } else {
      ::chmod((journal_.directory() + "/system.journal").c_str(), 0040);
    }
    return run_command({argv, {}, {}});
  }

  WrittenJournal journal_;
};

TEST_F(WithoutPermission, NothingReadableIsAFailureThatSaysWhoMay) {
  const CommandResult result = as_nobody({"-q"});

  if (result.status == 126 || result.status == 127) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.status, 1);
  EXPECT_TRUE(result.err.starts_with(
      "logq: no journal files were opened due to insufficient permissions; users in group '"))
      << result.err;
}

TEST_F(WithoutPermission, SomeFilesAreShownWithOneHint) {
  journal_.begin_file("user-65534.journal");
  journal_.append("mine");
  ASSERT_EQ(::chmod((journal_.directory() + "/user-65534.journal").c_str(), 0644), 0);

  const CommandResult result = as_nobody({"-o", "cat"});

  if (result.status == 126 || result.status == 127) GTEST_SKIP() << result.err;
  EXPECT_EQ(result.status, 0);
  EXPECT_EQ(result.out, "mine\n");
  EXPECT_EQ(result.err, "");  // -o cat implies -q
  EXPECT_NE(as_nobody({}).err.find("hint: not all messages are shown"), std::string::npos);
}

}  // namespace
}  // namespace logq::test
