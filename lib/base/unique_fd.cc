#include "base/unique_fd.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

namespace logq::base {

void UniqueFd::reset(int fd) noexcept {
  if (fd_ >= 0) {
    const int saved_errno = errno;
    ::close(fd_);
    errno = saved_errno;
  }
  fd_ = fd;
}

Result<void> UniqueFd::close() {
  const int fd = std::exchange(fd_, -1);
  if (fd >= 0 && ::close(fd) < 0 && errno != EINTR) return fail(Error::system(errno, "close"));
  return {};
}

Result<UniqueFd> UniqueFd::duplicate() const {
  const int fd = ::fcntl(fd_, F_DUPFD_CLOEXEC, 3);
  if (fd < 0) return fail(Error::system(errno, "duplicate descriptor"));
  return UniqueFd(fd);
}

}  // namespace logq::base
