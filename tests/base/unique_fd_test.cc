#include "base/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include <gtest/gtest.h>

namespace logq::base {
namespace {

UniqueFd open_null() {
  return UniqueFd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
}

bool is_valid(int fd) {
  return ::fcntl(fd, F_GETFD) >= 0;
}

TEST(UniqueFd, ClosesWhenItDiesAndKeepsErrno) {
  int raw = -1;
  errno = EILSEQ;
  {
    const UniqueFd fd = open_null();
    raw = fd.get();
    ASSERT_TRUE(is_valid(raw));
  }

  EXPECT_EQ(errno, EILSEQ);
  EXPECT_FALSE(is_valid(raw));
}

TEST(UniqueFd, MovesOwnership) {
  UniqueFd first = open_null();
  const int raw = first.get();

  const UniqueFd second = std::move(first);

  EXPECT_EQ(second.get(), raw);
  EXPECT_FALSE(first.is_open());  // NOLINT(bugprone-use-after-move): the state is specified
}

TEST(UniqueFd, DuplicateIsClosedOnExec) {
  const UniqueFd fd = open_null();

  const auto copy = fd.duplicate();

  ASSERT_TRUE(copy);
  EXPECT_NE(copy->get(), fd.get());
  EXPECT_EQ(::fcntl(copy->get(), F_GETFD) & FD_CLOEXEC, FD_CLOEXEC);
}

TEST(UniqueFd, CloseReportsABadDescriptor) {
  UniqueFd fd(9999);

  const auto closed = fd.close();

  ASSERT_FALSE(closed);
  EXPECT_EQ(closed.error().sys_errno, EBADF);
}

}  // namespace
}  // namespace logq::base
