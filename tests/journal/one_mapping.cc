// MappedRegion for ThreadSanitizer: all regions of one file in this program are one mapping.
//
// TSan knows addresses, not pages: a writer and a reader that map the same file at two addresses
// never touch the same byte in its eyes. Linked into a test before lib/base, this takes the place
// of base/mapped_region.cc (the same symbols, so that the archive's are not pulled in), and each
// race between what the writer stores and what a reader loads is seen. Other builds map as usual,
// but for the program that tests this (LOGQ_ONE_MAPPING).
#if defined(__SANITIZE_THREAD__) || defined(LOGQ_ONE_MAPPING)

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "base/mapped_region.h"

namespace logq::base {
namespace {

// Of address space, for each file; more than any test's file and any reader's reserve.
constexpr std::size_t kReserveBytes = std::size_t{512} << 20;

struct OneMapping {
  dev_t device;
  ino_t inode;
  std::byte* data;
  std::size_t users;
};

std::mutex mutex;
std::vector<OneMapping> mappings;

std::byte* map_whole(int fd) {
  // A reader may come first, with a descriptor that cannot write.
  const std::string again = "/proc/self/fd/" + std::to_string(fd);
  const int writable = ::open(again.c_str(), O_RDWR | O_CLOEXEC);
  if (writable < 0) return nullptr;
  void* data = ::mmap(nullptr, kReserveBytes, PROT_READ | PROT_WRITE, MAP_SHARED, writable, 0);
  ::close(writable);
  return data == MAP_FAILED ? nullptr : static_cast<std::byte*>(data);
}

}  // namespace

MappedRegion::MappedRegion(MappedRegion&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedRegion& MappedRegion::operator=(MappedRegion&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

// What is not of a shared file is nobody else's.
MappedRegion::~MappedRegion() {
  if (data_ == nullptr) return;
  const std::lock_guard lock(mutex);
  const auto mine = std::find_if(mappings.begin(), mappings.end(),
                                 [this](const OneMapping& one) { return one.data == data_; });
  if (mine == mappings.end()) {
    ::munmap(data_, size_);
  } else if (--mine->users == 0) {
    ::munmap(data_, kReserveBytes);
    mappings.erase(mine);
  }
}

Result<MappedRegion> MappedRegion::map_file(int fd,
                                            std::size_t size,
                                            Access /*access*/,
                                            std::size_t offset) {
  struct stat status {};
  if (offset != 0 || size > kReserveBytes || ::fstat(fd, &status) < 0) {
    return fail(Error::make(Errc::kUnsupported, "not for this test"));
  }
  const std::lock_guard lock(mutex);
  for (OneMapping& one : mappings) {
    if (one.device != status.st_dev || one.inode != status.st_ino) continue;
    ++one.users;
    return MappedRegion(one.data, size);
  }
  std::byte* data = map_whole(fd);
  if (data == nullptr) return fail(Error::system(errno, "mmap"));
  mappings.push_back({status.st_dev, status.st_ino, data, 1});
  return MappedRegion(data, size);
}

Result<MappedRegion> MappedRegion::map_private(int fd, std::size_t size) {
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (data == MAP_FAILED) return fail(Error::system(errno, "mmap"));
  return MappedRegion(static_cast<std::byte*>(data), size);
}

Result<MappedRegion> MappedRegion::map_scratch(std::size_t size) {
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* data = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kFlags, -1, 0);
  if (data == MAP_FAILED) return fail(Error::system(errno, "mmap"));
  return MappedRegion(static_cast<std::byte*>(data), size);
}

}  // namespace logq::base

#endif
