// The access list that a file gets, as the kernel applies it and as it stands in the attribute.
#include "base/access_list.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <array>
#include <string>

#include <gtest/gtest.h>

#include "base/io.h"
#include "base/unique_fd.h"
#include "support/temp_dir.h"

namespace logq::base {
namespace {

constexpr const char* kAttribute = "system.posix_acl_access";

class AccessList : public testing::Test {
 protected:
  void SetUp() override {
    fd_ = open_file(directory_.path() + "/file", O_RDWR | O_CREAT, 0640).value();
    ASSERT_EQ(::fchmod(fd_.get(), 0640), 0);
    if (::fgetxattr(fd_.get(), kAttribute, nullptr, 0) < 0 && errno == EOPNOTSUPP) {
      GTEST_SKIP() << "the file system has no access lists";
    }
  }

  // In hexadecimal, entry by entry: tag, permissions, id as they are stored.
  std::string stored() const {
    std::array<unsigned char, 256> bytes{};
    const ssize_t size = ::fgetxattr(fd_.get(), kAttribute, bytes.data(), bytes.size());
    std::string text;
    for (ssize_t i = 0; i < size; ++i) {
      constexpr const char* kDigits = "0123456789abcdef";
      if (i >= 4 && (i - 4) % 8 == 0) text += ' ';
      text += kDigits[bytes[static_cast<std::size_t>(i)] >> 4];
      text += kDigits[bytes[static_cast<std::size_t>(i)] & 15];
    }
    return text;
  }

  test::TempDir directory_;
  UniqueFd fd_;
};

TEST_F(AccessList, NamesTheReaderAndLeavesTheOthersWhatTheyMay) {
  ASSERT_TRUE(grant_read(fd_.get(), 1000).has_value());

  EXPECT_EQ(stored(),
            "02000000 01000600ffffffff 02000400e8030000 04000400ffffffff 10000400ffffffff "
            "20000000ffffffff");
  struct stat status {};
  ASSERT_EQ(::fstat(fd_.get(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0640U);
}

TEST_F(AccessList, KeepsReadersInOrderAndEachOnce) {
  for (const uid_t reader : {2000U, 1000U, 2000U})
    ASSERT_TRUE(grant_read(fd_.get(), reader).has_value());

  EXPECT_EQ(stored(),
            "02000000 01000600ffffffff 02000400e8030000 02000400d0070000 04000400ffffffff "
            "10000400ffffffff 20000000ffffffff");
}

TEST_F(AccessList, LetsReadingThroughAMaskThatWouldNot) {
  ASSERT_EQ(::fchmod(fd_.get(), 0600), 0);

  ASSERT_TRUE(grant_read(fd_.get(), 1000).has_value());

  EXPECT_EQ(stored(),
            "02000000 01000600ffffffff 02000400e8030000 04000000ffffffff 10000400ffffffff "
            "20000000ffffffff");
}

TEST(AccessListOfNoFile, IsAnError) {
  EXPECT_FALSE(grant_read(-1, 1000).has_value());
}

}  // namespace
}  // namespace logq::base
