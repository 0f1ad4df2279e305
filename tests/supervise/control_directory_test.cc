#include "supervise/control_directory.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>

#include <gtest/gtest.h>

#include "support/child_process.h"
#include "support/temp_dir.h"
#include "support/unix_socket.h"

namespace logq::supervise {
namespace {

class ControlDirectoryTest : public testing::Test {
 protected:
  std::string inner(const std::string& name) const { return unit_ + "/supervise/" + name; }
  static mode_t mode_of(const std::string& path) {
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0 ? status.st_mode : 0;
  }

  test::TempDir directory_;
  const std::string unit_ = directory_.path() + "/run/hello.service";
};

TEST_F(ControlDirectoryTest, HasWhatDaemontoolsLooksFor) {
  const auto opened = ControlDirectory::open(unit_);
  ASSERT_TRUE(opened) << opened.error().message();
  ASSERT_TRUE((*opened)->write_status({.pid = 7, .wanted = 'u'}));

  EXPECT_EQ(mode_of(unit_ + "/supervise"), S_IFDIR | 0700U);
  EXPECT_EQ(mode_of(inner("lock")), S_IFREG | 0600U);
  EXPECT_EQ(mode_of(inner("control")), S_IFIFO | 0600U);
  EXPECT_EQ(mode_of(inner("ok")), S_IFIFO | 0600U);
  EXPECT_EQ(mode_of(inner("socket")), S_IFSOCK | 0600U);
  EXPECT_EQ(mode_of(inner("status")), S_IFREG | 0644U);
  EXPECT_EQ(std::filesystem::file_size(inner("status")), 20U);
  const base::UniqueFd ok(::open(inner("ok").c_str(), O_WRONLY | O_NONBLOCK | O_CLOEXEC));
  EXPECT_TRUE(ok.is_open()) << "somebody reads it";
}

TEST_F(ControlDirectoryTest, IsNotMadeWhereAnybodyCouldReplaceIt) {
  const std::string run = directory_.path() + "/run";
  ASSERT_EQ(::mkdir(run.c_str(), 0700), 0);
  ASSERT_EQ(::chmod(run.c_str(), 0777), 0);
  const auto refused = ControlDirectory::open(unit_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().sys_errno, EPERM);
  ASSERT_EQ(::chmod(run.c_str(), 01777), 0);
  EXPECT_TRUE(ControlDirectory::open(unit_)) << "what is ours there stays ours";
  if (::geteuid() != 0 || ::chown(run.c_str(), 65534, 65534) != 0) return;
  EXPECT_FALSE(ControlDirectory::open(unit_)) << "somebody else's";
}

TEST_F(ControlDirectoryTest, IsOneProcesss) {
  const auto first = ControlDirectory::open(unit_);
  ASSERT_TRUE(first);
  const auto second = ControlDirectory::open(unit_);

  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::kBusy);
  EXPECT_TRUE(connect_to_control(unit_, 5)) << "the first has lost nothing by it";
}

TEST_F(ControlDirectoryTest, GoesWithItsOwner) {
  ASSERT_TRUE(ControlDirectory::open(unit_));

  EXPECT_FALSE(std::filesystem::exists(unit_));
  EXPECT_TRUE(ControlDirectory::open(unit_));
}

TEST_F(ControlDirectoryTest, IsTakenOverFromOneThatWasKilled) {
  std::filesystem::create_directories(unit_ + "/supervise");
  for (const char* name : {"lock", "status", "ok", "control"})
    test::write_text_file(inner(name), "old");
  { const auto socket = test::bind_unix(inner("socket"), SOCK_STREAM); }

  const auto opened = ControlDirectory::open(unit_);

  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(mode_of(inner("control")), S_IFIFO | 0600U);
  EXPECT_TRUE(connect_to_control(unit_, 5));
}

TEST_F(ControlDirectoryTest, FollowsNobodysLinks) {
  std::filesystem::create_directories(unit_);
  std::filesystem::create_directories(directory_.path() + "/elsewhere");
  std::filesystem::create_directory_symlink(directory_.path() + "/elsewhere", unit_ + "/supervise");
  EXPECT_FALSE(ControlDirectory::open(unit_));

  std::filesystem::remove(unit_ + "/supervise");
  std::filesystem::create_directories(unit_ + "/supervise");
  std::filesystem::create_symlink(directory_.path() + "/elsewhere/file", inner("lock"));
  EXPECT_FALSE(ControlDirectory::open(unit_));
  EXPECT_TRUE(std::filesystem::is_empty(directory_.path() + "/elsewhere"));
}

TEST_F(ControlDirectoryTest, OfSomebodyElseIsNotEntered) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs root to give a directory away";
  std::filesystem::create_directories(unit_ + "/supervise");
  ASSERT_EQ(::chown((unit_ + "/supervise").c_str(), 65534, 65534), 0);

  const auto opened = ControlDirectory::open(unit_);

  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().sys_errno, EPERM);
}

TEST_F(ControlDirectoryTest, MayHaveALongerNameThanTheAddressOfASocket) {
  const std::string path = directory_.path() + "/" + std::string(200, 'x') + ".service";
  const auto opened = ControlDirectory::open(path);

  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_TRUE(connect_to_control(path, 5));
}

}  // namespace
}  // namespace logq::supervise
