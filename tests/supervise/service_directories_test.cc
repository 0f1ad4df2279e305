#include "supervise/service_directories.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

namespace fs = std::filesystem;
using Strings = std::vector<std::string>;

class ServiceDirectoriesTest : public testing::Test {
 protected:
  ServiceDirectoriesTest() {
    const std::string root = directory_.path();
    roots_ = {root + "/run", root + "/lib", root + "/cache", root + "/log", root + "/etc"};
  }
  void ask_for(DirectoryKind kind, Strings names, mode_t mode = 0755) {
    settings_.directories[static_cast<std::size_t>(kind)] = {std::move(names), mode};
  }
  void make(const DirectoryOwner& owner = {}) {
    const auto failure = make_service_directories(settings_, roots_, owner);
    EXPECT_FALSE(failure) << failure->sys_errno;
  }
  struct stat status_of(const std::string& name) {
    struct stat status {};
    EXPECT_EQ(::lstat((directory_.path() + "/" + name).c_str(), &status), 0) << name;
    return status;
  }
  mode_t mode_of(const std::string& name) { return status_of(name).st_mode & 07777U; }
  bool exists(const std::string& name) { return fs::exists(directory_.path() + "/" + name); }
  static void need_root() {
    if (::geteuid() != 0) GTEST_SKIP() << "only root changes owners";
  }

  test::TempDir directory_;
  DirectoryRoots roots_;
  ExecutionSettings settings_;
};

TEST_F(ServiceDirectoriesTest, AreMadeWithTheirModeAndTheirParentsWithTheUsualOne) {
  ask_for(DirectoryKind::kRuntime, {"a", "b/c"}, 0750);
  ask_for(DirectoryKind::kConfiguration, {"d"}, 0700);

  make();

  EXPECT_EQ(mode_of("run/a"), 0750U);
  EXPECT_EQ(mode_of("run/b"), 0755U);
  EXPECT_EQ(mode_of("run/b/c"), 0750U);
  EXPECT_EQ(mode_of("etc/d"), 0700U);
  EXPECT_FALSE(exists("lib"));
}

TEST_F(ServiceDirectoriesTest, ThatAreThereGetTheModeUnlessTheyAreOfConfiguration) {
  for (const char* name : {"lib/a", "etc/a"}) {
    fs::create_directories(directory_.path() + "/" + name);
    fs::permissions(directory_.path() + "/" + name, fs::perms(0711));
  }
  ask_for(DirectoryKind::kState, {"a"}, 0750);
  ask_for(DirectoryKind::kConfiguration, {"a"}, 0750);

  make();

  EXPECT_EQ(mode_of("lib/a"), 0750U);
  EXPECT_EQ(mode_of("etc/a"), 0711U);
}

TEST_F(ServiceDirectoriesTest, BelongToTheUserWithAllThatIsInThemAndNothingThatLinksLeadTo) {
  if (need_root(); IsSkipped()) return;
  const std::string root = directory_.path();
  fs::create_directories(root + "/lib/a/inner");
  fs::create_directories(root + "/elsewhere");
  test::write_text_file(root + "/lib/a/inner/file", "");
  test::write_text_file(root + "/elsewhere/file", "");
  fs::create_directory_symlink(root + "/elsewhere", root + "/lib/a/link");
  ask_for(DirectoryKind::kState, {"a", "x/y"});

  make({12, 34});

  for (const char* name : {"lib/a", "lib/a/inner", "lib/a/inner/file", "lib/a/link", "lib/x/y"}) {
    EXPECT_EQ(status_of(name).st_uid, 12U) << name;
    EXPECT_EQ(status_of(name).st_gid, 34U) << name;
  }
  for (const char* name : {"lib", "lib/x", "elsewhere", "elsewhere/file"})
    EXPECT_EQ(status_of(name).st_uid, 0U) << name;
}

TEST_F(ServiceDirectoriesTest, ThatBelongToTheUserAreNotLookedInto) {
  if (need_root(); IsSkipped()) return;
  const std::string root = directory_.path();
  fs::create_directories(root + "/lib/a");
  test::write_text_file(root + "/lib/a/file", "");
  ASSERT_EQ(::chown((root + "/lib/a").c_str(), 12, 34), 0);
  ask_for(DirectoryKind::kState, {"a"});

  make({12, 34});

  EXPECT_EQ(status_of("lib/a/file").st_uid, 0U);
}

TEST_F(ServiceDirectoriesTest, KeepTheUserWhereOnlyAGroupIsNamed) {
  if (need_root(); IsSkipped()) return;
  ask_for(DirectoryKind::kState, {"a"});

  make({static_cast<uid_t>(-1), 34});

  EXPECT_EQ(status_of("lib/a").st_uid, 0U);
  EXPECT_EQ(status_of("lib/a").st_gid, 34U);
}

TEST_F(ServiceDirectoriesTest, AreNotMadeOfFilesAndLinks) {
  const std::string root = directory_.path();
  fs::create_directories(root + "/cache");
  fs::create_directories(root + "/log");
  test::write_text_file(root + "/cache/file", "");
  fs::create_directory_symlink(root + "/cache", root + "/log/link");

  ask_for(DirectoryKind::kCache, {"file/inner"});
  const auto of_file = make_service_directories(settings_, roots_, {});
  ask_for(DirectoryKind::kCache, {});
  ask_for(DirectoryKind::kLogs, {"link"});
  const auto of_link = make_service_directories(settings_, roots_, {});

  ASSERT_TRUE(of_file);
  EXPECT_EQ(of_file->kind, DirectoryKind::kCache);
  EXPECT_EQ(of_file->sys_errno, ENOTDIR);
  ASSERT_TRUE(of_link);
  EXPECT_EQ(of_link->kind, DirectoryKind::kLogs);
}

TEST_F(ServiceDirectoriesTest, AreToldInVariables) {
  ask_for(DirectoryKind::kRuntime, {"a", "b/c"});
  ask_for(DirectoryKind::kLogs, {"d"});

  const std::string root = directory_.path();
  EXPECT_EQ(directory_variables(settings_, roots_),
            (Strings{"RUNTIME_DIRECTORY=" + root + "/run/a:" + root + "/run/b/c",
                     "LOGS_DIRECTORY=" + root + "/log/d"}));
}

TEST_F(ServiceDirectoriesTest, OfARunGoWithItUnlessTheyArePreserved) {
  const auto is_left = [&](PreserveRuntime preserve, bool will_restart) {
    ask_for(DirectoryKind::kRuntime, {"a/b"});
    ask_for(DirectoryKind::kState, {"s"});
    make();
    test::write_text_file(directory_.path() + "/run/a/b/file", "");
    settings_.preserve_runtime = preserve;
    remove_runtime_directories(settings_, roots_, will_restart);
    EXPECT_TRUE(exists("run/a") && exists("lib/s"));
    return exists("run/a/b");
  };

  EXPECT_FALSE(is_left(PreserveRuntime::kNo, false));
  EXPECT_FALSE(is_left(PreserveRuntime::kNo, true));
  EXPECT_FALSE(is_left(PreserveRuntime::kRestart, false));
  EXPECT_TRUE(is_left(PreserveRuntime::kRestart, true));
  EXPECT_TRUE(is_left(PreserveRuntime::kYes, false));
}

}  // namespace
}  // namespace logq::supervise
