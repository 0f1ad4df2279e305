// MappedRegion: the owner of one mmap. Move-only; views of bytes() die with it.
#pragma once

#include <cstddef>
#include <span>

#include "logq/result.h"

namespace logq::base {

class MappedRegion {
 public:
  enum class Access { kReadOnly, kReadWrite };

  MappedRegion() = default;
  MappedRegion(MappedRegion&& other) noexcept;
  MappedRegion& operator=(MappedRegion&& other) noexcept;
  MappedRegion(const MappedRegion&) = delete;
  MappedRegion& operator=(const MappedRegion&) = delete;
  ~MappedRegion();

  // Maps `size` bytes of `fd` from `offset` (a multiple of the page size), shared. The range may
  // reach beyond the end of the file; touching that part raises SIGBUS until the file has grown.
  static Result<MappedRegion> map_file(int fd,
                                       std::size_t size,
                                       Access access,
                                       std::size_t offset = 0);

  // Maps `size` bytes of `fd` for reading and for changes that nobody else sees.
  static Result<MappedRegion> map_private(int fd, std::size_t size);
  // Zeros of no file, which take memory where they are written to.
  static Result<MappedRegion> map_scratch(std::size_t size);

  [[nodiscard]] std::byte* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::span<std::byte> bytes() const { return {data_, size_}; }

 private:
  MappedRegion(std::byte* data, std::size_t size) : data_(data), size_(size) {}

  std::byte* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace logq::base
