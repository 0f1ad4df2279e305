// How a store begins: what an earlier run has left in the directory is finished, salvaged or set
// aside, and it becomes clear which file goes on and with which number.
#pragma once

#include <memory>
#include <string>

#include "journal/file_writer.h"
#include "journal/store.h"
#include "logq/result.h"

namespace logq::journal {

struct StoreOpening {
  OpenReport report;
  // The active file of the last run, to go on with; none: its name is free for a new one.
  std::unique_ptr<FileWriter> active;
  // After the last entry of all files, with a gap where numbers may have been lost.
  SequencePosition position;
  // Archives are ahead of `active`: it is a stray copy, to be rotated away from at once.
  bool is_stray = false;
};

// REQUIRES: the directory is the caller's (a lock); `active_path` is the active file's in it.
Result<StoreOpening> open_store_files(const StoreOptions& options,
                                      const std::string& active_path,
                                      const std::string& base);

}  // namespace logq::journal
