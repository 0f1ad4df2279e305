// KernelPosition: which kernel message comes next, kept in memory that outlives the process so that
// a restart neither repeats nor loses one.
//
// The file is journald's `kernel-seqnum` in the runtime directory: the next sequence number, as a
// 64-bit number of the host's byte order. Behind it stand the boot it belongs to and a progress
// word (collect/progress_word.h), which journald does not know and leaves alone. Not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "base/mapped_region.h"
#include "collect/progress_word.h"
#include "logq/id128.h"

namespace logq::collect {

class KernelPosition {
 public:
  // The position that a predecessor left at `path`; 0 where there is none or where it is of another
  // boot than `boot_id`. `tail_seqnum` is that of the last entry stored, to tell whether the
  // message that was being stored when the predecessor died is. kSystem where the file cannot be
  // had.
  static Result<KernelPosition> open(const std::string& path,
                                     const Id128& boot_id,
                                     std::uint64_t tail_seqnum);
  // One that is forgotten with the process, where no file can be had.
  KernelPosition();

  [[nodiscard]] std::uint64_t next() const;
  void set_next(std::uint64_t sequence);
  // For Ingest, while the message at next() is stored. Followed by set_next().
  [[nodiscard]] ProgressCell progress() const;

 private:
  struct Layout;
  KernelPosition(base::MappedRegion map, Layout* layout);

  base::MappedRegion map_;
  std::shared_ptr<Layout> own_;
  Layout* layout_;
};

}  // namespace logq::collect
