#include "collect/user_files.h"

#include <gtest/gtest.h>

#include "collect/limits.h"

namespace logq::collect {
namespace {

constexpr uid_t kFirstUser = 100'000;
constexpr uid_t kOneTooMany = kFirstUser + kUserFilesMax;

TEST(UserFiles, NoMoreUsersThanTheLimitGetOne) {
  std::vector<uid_t> opened;
  UserFiles files(
      "/nowhere",
      [&](uid_t uid) -> Result<std::unique_ptr<journal::Store>> {
        opened.push_back(uid);
        return fail(Error::system(EROFS, "open"));
      },
      [](const std::string&) {});
  for (uid_t uid = kFirstUser; uid < kOneTooMany; ++uid)
    files.add_known(uid);

  files.get(kOneTooMany, 1);
  files.get(kOneTooMany - 1, 1);

  EXPECT_EQ(opened, std::vector<uid_t>{kOneTooMany - 1});
}

}  // namespace
}  // namespace logq::collect
