// Extents: the room of one journal file on its disk, which grows ahead of its writer.
//
// Owns the descriptor and the mapping of all the file may ever become. An extent is ready when it
// is allocated, when the size of the file that contains it is durable, and, where that was asked
// for, when its pages are there. The file itself may then be longer than its header says, which
// readers allow; what is not used is given back when the file is archived, or when it is opened
// again.
//
// Shared by an Arena and the work it posts; what may run at the same time is said at each function.
#pragma once

#include <cstdint>
#include <mutex>

#include "base/mapped_region.h"
#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::journal {

class Extents {
 public:
  Extents(base::UniqueFd fd, base::MappedRegion region);

  [[nodiscard]] int fd() const { return fd_.get(); }
  [[nodiscard]] std::byte* data() const { return region_.data(); }
  [[nodiscard]] std::uint64_t max_size() const { return region_.size(); }

  // Makes [from, to) ready. kFull at a limit on file sizes, kSystem (ENOSPC, EDQUOT, EIO); the file
  // ends at `from` then. Beside it the file may be written, read and synced, but not resized.
  Result<void> allocate(std::uint64_t from, std::uint64_t to) const;
  // Brings in the pages of [from, to) at once, which is several times cheaper than a fault per
  // page. Kernels before 5.14 cannot: pages then come one by one. Beside anything.
  void populate(std::uint64_t from, std::uint64_t to) const;
  // Makes all of it durable. After a failure the next call tries to write everything again. Beside
  // anything, also another sync().
  Result<void> sync() const;

 private:
  void unmap_pages() const;
  void keep_dirty() const;

  base::UniqueFd fd_;
  // Opened for itself: Linux tells of a failed write once per opening, so whoever else hears of one
  // takes it from no sync, and one sync from no other while they take turns.
  base::UniqueFd sync_fd_;
  mutable std::mutex syncing_;
  base::MappedRegion region_;
};

}  // namespace logq::journal
