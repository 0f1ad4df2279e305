#include "journal/extents.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>
#include <tuple>

#include "base/try.h"

namespace logq::journal {
namespace {

// A limit on the size of files (RLIMIT_FSIZE, the file system's) ends this file, not the log.
Error allocation_error(int error) {
  if (error == EFBIG) return Error::make(Errc::kFull, "journal file may not grow further");
  return Error::system(error, "allocate journal file");
}

// Where the file system has no fallocate, zeros written are the only promise of room to be had.
Result<void> write_zeros(int fd, std::uint64_t from, std::uint64_t to) {
  static constexpr std::array<char, 65536> kZeros{};
  while (from < to) {
    const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(to - from, kZeros.size()));
    const ssize_t n = ::pwrite(fd, kZeros.data(), want, static_cast<off_t>(from));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return fail(allocation_error(errno));
    from += static_cast<std::uint64_t>(n);
  }
  return {};
}

Result<void> give_room(int fd, std::uint64_t from, std::uint64_t to) {
  for (;;) {
    if (::fallocate(fd, 0, static_cast<off_t>(from), static_cast<off_t>(to - from)) == 0) return {};
    if (errno == EINTR) continue;
    if (errno == EOPNOTSUPP || errno == ENOSYS) return write_zeros(fd, from, to);
    return fail(allocation_error(errno));
  }
}

// Makes the size of the file durable, and with it as little of its contents as can be: one written
// byte at its end, not the megabytes that are being filled.
Result<void> sync_size(int fd, std::uint64_t size) {
  char zero = 0;
  const iovec last{&zero, 1};
  for (;;) {
    const ssize_t n = ::pwritev2(fd, &last, 1, static_cast<off_t>(size - 1), RWF_DSYNC);
    if (n == 1) return {};
    if (errno == EINTR) continue;
    if (errno != EOPNOTSUPP && errno != ENOSYS) {
      return fail(Error::system(errno, "sync size of journal file"));
    }
    if (::fdatasync(fd) == 0) return {};
    return fail(Error::system(errno, "sync size of journal file"));
  }
}

Result<void> extend(int fd, std::uint64_t from, std::uint64_t to) {
  LOGQ_TRY(give_room(fd, from, to));
  return sync_size(fd, to);
}

// As good as `fd` where there is no /proc.
base::UniqueFd open_again(int fd) {
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  return base::UniqueFd(::open(link.c_str(), O_RDWR | O_CLOEXEC));
}

}  // namespace

Extents::Extents(base::UniqueFd fd, base::MappedRegion region)
    : fd_(std::move(fd)),
      sync_fd_(open_again(fd_.get())),
      region_(std::move(region)) {}

Result<void> Extents::allocate(std::uint64_t from, std::uint64_t to) const {
  const auto extended = extend(fd(), from, to);
  if (extended) return {};
  if (extended.error().sys_errno == EIO) keep_dirty();
  // A file system may have given a part of what was asked for. That it can't be given back matters
  // less than why there is no more.
  std::ignore = ::ftruncate(fd(), static_cast<off_t>(from));
  return extended;
}

void Extents::populate(std::uint64_t from, std::uint64_t to) const {
#ifdef MADV_POPULATE_WRITE
  std::ignore = ::madvise(data() + from, to - from, MADV_POPULATE_WRITE);
#else
  std::ignore = std::tuple(from, to);
#endif
}

Result<void> Extents::sync() const {
  const std::scoped_lock turn(syncing_);
  // What is told first may be a failure of long ago, of a device that works again.
  for (int attempt = 0;; ++attempt) {
    unmap_pages();
    if (::fsync(sync_fd_.is_open() ? sync_fd_.get() : fd()) == 0) return {};
    const int error = errno;
    keep_dirty();
    if (attempt > 0) return fail(Error::system(error, "fsync"));
  }
}

// Writing a page back begins with protecting it, and for each page that is mapped this interrupts
// every processor that works with the file: a fifth of all processor time at full speed. Let go in
// one step, the pages stay where they are, and one that is needed again costs a fault, as it would
// when protected.
void Extents::unmap_pages() const {
  std::ignore = ::madvise(data(), region_.size(), MADV_DONTNEED);
}

// A page that could not be written is taken for clean all the same: the next fsync would succeed
// with nothing written. So everything is marked as changed again. This touches no byte, and may
// therefore run while entries are appended. It ends at the end of the file, or where the file
// system takes nothing any more, with an error.
void Extents::keep_dirty() const {
  populate(0, region_.size());
}

}  // namespace logq::journal
