#include "journal/arena.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <tuple>

#include "base/try.h"

namespace logq::journal {
namespace {

// journald's step. A small file grows in smaller ones, so that it does not take all it may at once.
constexpr std::uint64_t kExtent = std::uint64_t{8} << 20;
constexpr std::uint64_t kExtentMin = std::uint64_t{256} << 10;

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) {
  return (value + step - 1) / step * step;
}

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

Result<void> allocate(int fd, std::uint64_t from, std::uint64_t to) {
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
  LOGQ_TRY(allocate(fd, from, to));
  return sync_size(fd, to);
}

}  // namespace

Result<Arena> Arena::map(base::UniqueFd fd, std::uint64_t size, std::uint64_t max_size) {
  auto region = LOGQ_TRY(base::MappedRegion::map_file(fd.get(), std::max(size, max_size),
                                                      base::MappedRegion::Access::kReadWrite));
  return Arena(std::move(fd), std::move(region), size);
}

Result<void> Arena::grow_to(std::uint64_t end) {
  if (end <= size_) [[likely]] {
    if (end > populated_) populate(end);
    return {};
  }
  if (end > max_size_) return fail(Error::make(Errc::kFull, "journal file is full"));
  const std::uint64_t step = std::clamp(max_size_ / 16, kExtentMin, kExtent);
  const std::uint64_t wanted = std::min(round_up(end, step), max_size_);
  auto grown = extend(fd_.get(), size_, wanted);
  std::uint64_t size = wanted;
  if (!grown && wanted > end) {
    // Near the end of the disk the whole extent may not fit while this entry does.
    size = std::min(round_up(end, 4096), max_size_);
    grown = extend(fd_.get(), size_, size);
  }
  if (!grown) {
    if (grown.error().sys_errno == EIO) keep_dirty();
    // A file system may have given a part of what was asked for.
    if (::ftruncate(fd_.get(), static_cast<off_t>(size_)) < 0) return fail(grown.error());
    return grown;
  }
  size_ = size;
  populate(end);
  return {};
}

// One call that faults in the next stretch is several times cheaper than a fault per page.
void Arena::populate(std::uint64_t end) {
#ifdef MADV_POPULATE_WRITE
  constexpr std::uint64_t kStretch = std::uint64_t{256} << 10;
  const std::uint64_t from =
      std::max(populated_, end - std::min(end, kStretch)) & ~std::uint64_t{4095};
  const std::uint64_t to = std::min(round_up(end, kStretch), size_);
  // Kernels before 5.14 do not know it: pages then come one by one.
  std::ignore = ::madvise(region_.data() + from, to - from, MADV_POPULATE_WRITE);
  populated_ = to;
#else
  populated_ = end;
#endif
}

Result<void> Arena::shrink_to(std::uint64_t end) {
  if (::ftruncate(fd_.get(), static_cast<off_t>(end)) < 0) {
    return fail(Error::system(errno, "truncate journal file"));
  }
  size_ = end;
  return {};
}

Result<void> Arena::sync() const {
  if (::fsync(fd_.get()) == 0) return {};
  const int error = errno;
  keep_dirty();
  return fail(Error::system(error, "fsync"));
}

// Linux tells of a failed write once and takes the page for clean then: the next fsync would
// succeed with nothing written. So everything is marked as changed again. This touches no byte, and
// may therefore run while entries are appended.
void Arena::keep_dirty() const {
#ifdef MADV_POPULATE_WRITE
  // It ends at the end of the file, or where the file system takes nothing any more, with an error.
  std::ignore = ::madvise(region_.data(), region_.size(), MADV_POPULATE_WRITE);
#endif
}

}  // namespace logq::journal
