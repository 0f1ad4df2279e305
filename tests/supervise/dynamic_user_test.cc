#include "supervise/dynamic_user.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include <gtest/gtest.h>

#include "support/temp_dir.h"

namespace logq::supervise {
namespace {

TEST(DynamicUser, IsCalledAsItsUnitWhereThatCanBeAName) {
  EXPECT_EQ(dynamic_user_name("hello.service"), "hello");
  EXPECT_EQ(dynamic_user_name("web@7.service"), "web");
  EXPECT_EQ(dynamic_user_name("my-app_2.service"), "my-app_2");
  EXPECT_TRUE(dynamic_user_name("9lives.service").starts_with("_du"));
  EXPECT_EQ(dynamic_user_name("9lives.service").size(), 19U);
  EXPECT_NE(dynamic_user_name("9lives.service"), dynamic_user_name("8lives.service"));
}

TEST(DynamicUser, HasTheNumberThatSystemdGivesIt) {
  EXPECT_EQ(preferred_dynamic_user("hello"), 61895U);
}

class DynamicUserTest : public testing::Test {
 protected:
  Result<base::UniqueFd> acquire(ExecutionSettings& settings) {
    settings.has_dynamic_user = true;
    return acquire_dynamic_user("hello.service", roots_, home_.path() + "/locks", settings);
  }

  test::TempDir home_;
  DirectoryRoots roots_{home_.path(), home_.path(), home_.path(), home_.path(), home_.path()};
};

TEST_F(DynamicUserTest, IsOneServicesAlone) {
  ExecutionSettings one;
  ExecutionSettings other;
  auto first = acquire(one);
  auto second = acquire(other);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(one.user, "61895");
  EXPECT_EQ(one.group, "61895");
  EXPECT_EQ(one.dynamic_user_name, "hello");
  EXPECT_TRUE(one.has_no_new_privileges);
  EXPECT_EQ(other.user, "61896");
  first->reset();
  ExecutionSettings third;
  ASSERT_TRUE(acquire(third));
  EXPECT_EQ(third.user, "61895");
}

TEST_F(DynamicUserTest, IsTheOneItsFilesBelongTo) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can give files away";
  const std::string state = home_.path() + "/data";
  std::filesystem::create_directory(state);
  ASSERT_EQ(::chown(state.c_str(), 62000, 62000), 0);
  ExecutionSettings settings;
  settings.directories.at(static_cast<std::size_t>(DirectoryKind::kState)).names = {"data"};
  ASSERT_TRUE(acquire(settings));
  EXPECT_EQ(settings.user, "62000");
}

TEST_F(DynamicUserTest, IsAnAccountOfThatNameWhereThereIsOne) {
  ExecutionSettings settings;
  settings.user = "root";
  auto lock = acquire(settings);
  ASSERT_TRUE(lock);
  EXPECT_FALSE(lock->is_open());
  EXPECT_EQ(settings.user, "root");
  EXPECT_EQ(settings.dynamic_user_name, "");
}

}  // namespace
}  // namespace logq::supervise
