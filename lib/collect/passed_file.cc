#include "collect/passed_file.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <tuple>

#include "base/try.h"
#include "collect/limits.h"
#include "wire/native_protocol.h"

namespace logq::collect {
namespace {

constexpr int kAllSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE;
// What O_LARGEFILE is in the kernel; the C library of a 64-bit system defines it as 0.
constexpr int kKernelLargeFile = 0100000;

bool has_plain_flags(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  // O_TMPFILE is what libsystemd up to 256 uses where it may not make a memfd.
  constexpr int kPlain = O_ACCMODE | O_NOFOLLOW | O_LARGEFILE | kKernelLargeFile | O_TMPFILE;
  return flags >= 0 && (flags & ~kPlain) == 0;
}

// Directly in a directory for temporary files, by the name the kernel gives the descriptor.
bool lies_in_temporary_directory(int fd) {
  std::array<char, PATH_MAX> target{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = ::readlink(link.c_str(), target.data(), target.size());
  if (size <= 0) return false;
  const std::string_view path(target.data(), static_cast<std::size_t>(size));
  const std::string_view directory = path.substr(0, path.rfind('/'));
  return directory == "/dev/shm" || directory == "/tmp" || directory == "/var/tmp";
}

Result<base::MappedRegion> copy_file(int fd, std::size_t size) {
  base::MappedRegion copy = LOGQ_TRY(base::MappedRegion::map_scratch(size));
  std::size_t at = 0;
  while (at < size) {
    const ssize_t got = ::pread(fd, copy.data() + at, size - at, static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return fail(Error::system(errno, "pread"));
    if (got == 0) return fail(Error::make(Errc::kInvalidArgument, "passed file has shrunk"));
    at += static_cast<std::size_t>(got);
  }
  return copy;
}

// All its pages with one call, where the kernel can (5.14): one fault for each costs several times
// as much.
Result<base::MappedRegion> map_sealed(int fd, std::size_t size) {
  base::MappedRegion map = LOGQ_TRY(base::MappedRegion::map_private(fd, size));
  std::ignore = ::madvise(map.data(), map.size(), MADV_POPULATE_READ);
  return map;
}

}  // namespace

bool is_sealed_memfd(int fd) {
  const int seals = ::fcntl(fd, F_GET_SEALS);
  return seals >= 0 && (seals & kAllSeals) == kAllSeals;
}

Result<PassedFile> PassedFile::take(base::UniqueFd fd, Sender sender) {
  // The seals come first: a file system of the sender's can make fstat() hang, a memfd cannot.
  const bool sealed = is_sealed_memfd(fd.get());
  if (!has_plain_flags(fd.get())) {
    return fail(Error::make(Errc::kInvalidArgument, "passed file has unexpected flags"));
  }
  if (!sealed && sender == Sender::kUser && !lies_in_temporary_directory(fd.get())) {
    return fail(Error::make(Errc::kInvalidArgument, "passed file lies in no temporary directory"));
  }
  struct stat status {};
  if (::fstat(fd.get(), &status) < 0) return fail(Error::system(errno, "fstat"));
  if (!S_ISREG(status.st_mode) || status.st_size <= 0) {
    return fail(Error::make(Errc::kInvalidArgument, "passed file is empty or not regular"));
  }
  const auto size = static_cast<std::uint64_t>(status.st_size);
  const std::uint64_t limit =
      sender == Sender::kRoot ? std::uint64_t{wire::kEntrySizeMax} : kMemfdSizeMaxUnprivileged;
  if (size > (sealed ? limit : limit / 2)) {
    return fail(Error::make(Errc::kTooLarge, "passed file is too large"));
  }
  PassedFile file;
  file.map_ = LOGQ_TRY(sealed ? map_sealed(fd.get(), size) : copy_file(fd.get(), size));
  return file;
}

std::span<char> PassedFile::bytes() const {
  return {static_cast<char*>(static_cast<void*>(map_.data())), map_.size()};
}

}  // namespace logq::collect
