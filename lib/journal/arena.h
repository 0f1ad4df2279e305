// Arena: the bytes of one journal file as its writer sees them: a shared mapping of all the file
// may ever become, made once, over a file that grows in extents.
//
// A byte is touched only after fallocate(2) has given the file room for it, so a full disk is an
// error here and never a SIGBUS there. With a helper the next extent is made ready on another
// thread before the writer enters it, if the rate says that it soon will; so a quiet file never
// takes an extent it does not need. Pointers stay valid as long as the arena. Not thread-safe,
// except fd() and sync().
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <memory>

#include "base/sigbus_guard.h"
#include "base/unique_fd.h"
#include "journal/extents.h"
#include "journal/foresight.h"
#include "journal/preparation.h"
#include "logq/result.h"

namespace logq::journal {

// How extents that were entered had come about.
struct ExtentCounts {
  std::uint64_t prepared = 0;  // by the helper, before they were needed
  std::uint64_t waited = 0;    // by the helper, which was still at it
  std::uint64_t inlined = 0;   // by the writer itself: no helper, none asked, or it was too late

  void add(const ExtentCounts& other) {
    prepared += other.prepared;
    waited += other.waited;
    inlined += other.inlined;
  }
};

class Arena {
 public:
  // Takes a file of `size` bytes that may grow to `max_size`.
  static Result<Arena> map(base::UniqueFd fd, std::uint64_t size, std::uint64_t max_size);

  // Makes the first `end` bytes usable; that the file is so long is durable then. kFull beyond the
  // maximum or a limit on file sizes (a process that has one ignores SIGXFSZ); kSystem (ENOSPC,
  // EDQUOT, EIO) with the file as before. A helper's failure is no error: the room is then sought
  // again, and in a smaller step, once it is really needed.
  Result<void> grow_to(std::uint64_t end) {
    if (end <= attention_) [[likely]]
      return {};
    return grow_slowly(end);
  }
  // Gives back what lies beyond `end`, prepared extents too.
  Result<void> shrink_to(std::uint64_t end);
  // Makes all of it durable. After a failure the next call tries to write everything again.
  Result<void> sync() const { return extents_->sync(); }

  // False once a page was lost under it (the file was truncated, or its device fails) in a program
  // that has base/sigbus_guard.h: what is stored there goes nowhere. On any thread.
  [[nodiscard]] bool is_whole() const {
    return base::missing_pages() == missing_before_ ||
           !base::misses_page({data_, static_cast<std::size_t>(max_size_)}, missing_before_);
  }

  // From now on `helper` prepares extents; it must outlive the arena or the call of let_go(). So
  // many bytes are used now.
  void use_helper(WorkerThread& helper, std::uint64_t used);
  // Back to doing everything inline; waits for what is being prepared.
  void let_go();

  // Brings in the pages of the first `end` bytes, which lie within size().
  void populate_to(std::uint64_t end);

  [[nodiscard]] int fd() const { return extents_->fd(); }
  [[nodiscard]] std::uint64_t size() const { return size_; }
  [[nodiscard]] std::uint64_t max_size() const { return max_size_; }
  [[nodiscard]] const ExtentCounts& extent_counts() const { return counts_; }

  // REQUIRES: the object lies within size(). Offsets that come from disk are checked by the caller.
  template <typename T>
  [[nodiscard]] T* at(std::uint64_t offset) const {
    assert(offset <= size_ && size_ - offset >= sizeof(T));
    // T has alignment 1 and is made of bytes, so any address will do.
    static_assert(alignof(T) == 1);
    return static_cast<T*>(static_cast<void*>(data_ + offset));
  }
  [[nodiscard]] char* bytes(std::uint64_t offset) const { return at<char>(offset); }

 private:
  Arena(std::shared_ptr<const Extents> extents, std::uint64_t size)
      : extents_(std::move(extents)),
        data_(extents_->data()),
        size_(size),
        max_size_(extents_->max_size()) {}
  Result<void> grow_slowly(std::uint64_t end);
  Result<void> enter_next(std::uint64_t end);
  Result<std::uint64_t> allocate_now(std::uint64_t end);
  void populate_around(std::uint64_t end);
  void look_ahead(std::uint64_t used);
  [[nodiscard]] std::uint64_t step() const;

  struct Prepared {
    std::uint64_t end = 0;
    bool populated = false;
  };

  std::shared_ptr<const Extents> extents_;
  std::byte* data_;
  std::uint64_t size_;
  std::uint64_t max_size_;
  std::uint64_t attention_ = 0;  // up to here there is nothing to do
  std::uint64_t populated_ = 0;
  int missing_before_ = base::missing_pages();
  WorkerThread* helper_ = nullptr;
  Foresight foresight_;
  Preparation<Prepared> next_;  // its destructor waits: nothing touches the file after ours
  ExtentCounts counts_;
};

}  // namespace logq::journal
