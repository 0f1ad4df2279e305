#include "base/mapped_region.h"

#include <sys/mman.h>

#include <cerrno>
#include <utility>

namespace logq::base {

MappedRegion::MappedRegion(MappedRegion&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

MappedRegion& MappedRegion::operator=(MappedRegion&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

MappedRegion::~MappedRegion() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

Result<MappedRegion> MappedRegion::map_file(int fd,
                                            std::size_t size,
                                            Access access,
                                            std::size_t offset) {
  const int protection = access == Access::kReadWrite ? PROT_READ | PROT_WRITE : PROT_READ;
  void* address = ::mmap(nullptr, size, protection, MAP_SHARED, fd, static_cast<off_t>(offset));
  if (address == MAP_FAILED) return fail(Error::system(errno, "mmap"));
  return MappedRegion(static_cast<std::byte*>(address), size);
}

Result<MappedRegion> MappedRegion::map_private(int fd, std::size_t size) {
  void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
  if (address == MAP_FAILED) return fail(Error::system(errno, "mmap"));
  return MappedRegion(static_cast<std::byte*>(address), size);
}

Result<MappedRegion> MappedRegion::map_scratch(std::size_t size) {
  constexpr int kFlags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
  void* address = ::mmap(nullptr, size, PROT_READ | PROT_WRITE, kFlags, -1, 0);
  if (address == MAP_FAILED) return fail(Error::system(errno, "mmap"));
  return MappedRegion(static_cast<std::byte*>(address), size);
}

}  // namespace logq::base
