// Arena: the bytes of one journal file as its writer sees them: a shared mapping of all the file
// may ever become, made once, over a file that grows in extents.
//
// A byte is touched only after fallocate(2) has given the file room for it, so a full disk is an
// error here and never a SIGBUS there. Pointers stay valid as long as the arena. Not thread-safe,
// except sync().
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>

#include "base/mapped_region.h"
#include "base/sigbus_guard.h"
#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::journal {

class Arena {
 public:
  // Takes a file of `size` bytes that may grow to `max_size`.
  static Result<Arena> map(base::UniqueFd fd, std::uint64_t size, std::uint64_t max_size);

  // Makes the first `end` bytes usable; that the file is so long is durable then. kFull beyond the
  // maximum or a limit on file sizes (a process that has one ignores SIGXFSZ); kSystem (ENOSPC,
  // EDQUOT, EIO) with the file as before.
  Result<void> grow_to(std::uint64_t end);
  // Gives back what lies beyond `end`.
  Result<void> shrink_to(std::uint64_t end);
  // Makes all of it durable. After a failure the next call tries to write everything again.
  Result<void> sync() const;

  // False once a page was lost under it (the file was truncated, or its device fails) in a program
  // that has base/sigbus_guard.h: what is stored there goes nowhere. On any thread.
  [[nodiscard]] bool is_whole() const {
    return base::missing_pages() == missing_before_ ||
           !base::misses_page({region_.data(), static_cast<std::size_t>(max_size_)},
                              missing_before_);
  }

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t max_size() const { return max_size_; }

  // REQUIRES: the object lies within size(). Offsets that come from disk are checked by the caller.
  template <typename T>
  [[nodiscard]] T* at(std::uint64_t offset) const {
    assert(offset <= size_ && size_ - offset >= sizeof(T));
    // T has alignment 1 and is made of bytes, so any address will do.
    static_assert(alignof(T) == 1);
    return static_cast<T*>(static_cast<void*>(region_.data() + offset));
  }
  [[nodiscard]] char* bytes(std::uint64_t offset) const { return at<char>(offset); }

 private:
  Arena(base::UniqueFd fd, base::MappedRegion region, std::uint64_t size)
      : fd_(std::move(fd)),
        region_(std::move(region)),
        size_(size),
        max_size_(region_.size()) {}
  void populate(std::uint64_t end);
  void keep_dirty() const;

  base::UniqueFd fd_;
  base::MappedRegion region_;
  std::uint64_t size_;
  std::uint64_t max_size_;
  std::uint64_t populated_ = 0;
  int missing_before_ = base::missing_pages();
};

}  // namespace logq::journal
