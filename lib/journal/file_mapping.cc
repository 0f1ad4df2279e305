#include "journal/file_mapping.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/io.h"
#include "base/try.h"
#include "journal/format.h"

namespace logq::journal {
namespace {

// Address space is reserved in at least these steps: journald's files end at 128 MiB by default.
constexpr std::uint64_t kReserveBytes = std::uint64_t{160} << 20;

// Archived files keep descriptors up to this part of what the process may have.
constexpr rlim_t kDescriptorShare = 2;

Result<struct stat> stat_file(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) return fail(Error::system(errno, "fstat"));
  return status;
}

}  // namespace

Result<FileMapping> FileMapping::open(const std::string& path) {
  FileMapping mapping;
  // O_NONBLOCK: a FIFO of this name must not hang us.
  mapping.fd_ = LOGQ_TRY(base::open_file(path, O_RDONLY | O_NONBLOCK | O_NOCTTY));
  const struct stat status = LOGQ_TRY(stat_file(mapping.fd_.get()));
  if (!S_ISREG(status.st_mode)) {
    return fail(Error::make(Errc::kInvalidArgument, "not a regular file"));
  }
  mapping.identity_ = {status.st_dev, status.st_ino};
  mapping.allocated_bytes_ = static_cast<std::uint64_t>(status.st_blocks) * base::kStatBlock;
  mapping.size_ = static_cast<std::uint64_t>(status.st_size);
  if (mapping.size_ < kHeaderSizeMin) {
    return fail(Error::truncated(mapping.size_, "file is shorter than a journal header"));
  }
  LOGQ_TRY(mapping.map(mapping.size_));
  return mapping;
}

Result<void> FileMapping::map(std::uint64_t bytes) {
  regions_.push_back(LOGQ_TRY(
      base::MappedRegion::map_file(fd_.get(), bytes, base::MappedRegion::Access::kReadOnly)));
  return {};
}

Result<void> FileMapping::expect(Growth growth) {
  if (growth == Growth::kFinished) return {};
  const std::uint64_t wanted = std::max(kReserveBytes, size_ * 2);
  if (regions_.back().size() >= wanted) return {};
  if (map(wanted)) return {};
  return {};  // Without room to spare (RLIMIT_AS) it is mapped anew at each growth instead.
}

// The kernel gives out the lowest number that is free.
void FileMapping::close_spare_descriptor() {
  rlimit limit{};
  const bool known = ::getrlimit(RLIMIT_NOFILE, &limit) == 0;
  const auto number = static_cast<rlim_t>(fd_.get());
  if (!known || number >= limit.rlim_cur / kDescriptorShare) fd_.reset();
}

bool FileMapping::read_at(std::uint64_t offset, std::span<std::byte> bytes) const {
  if (!fd_.is_open() || offset > size_ || size_ - offset < bytes.size()) return false;
  const ssize_t n = ::pread(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
  return n == static_cast<ssize_t>(bytes.size());
}

Result<void> FileMapping::refresh() {
  if (!fd_.is_open()) return {};
  const struct stat status = LOGQ_TRY(stat_file(fd_.get()));
  const auto size = static_cast<std::uint64_t>(status.st_size);
  if (size > regions_.back().size()) {
    if (!map(std::max(kReserveBytes, size * 2))) LOGQ_TRY(map(size));
  }
  size_ = size;
  return {};
}

}  // namespace logq::journal
