// What a crash leaves beside the active file of a store, and what becomes of it when the store is
// opened again:
//   BASE@….journal, still ONLINE     rotated away from, but its archiving was not done: finished
//                                    where it is when the machine has not been down since, else
//                                    given the next name
//   BASE@….unclean.journal           the same, to be salvaged; readers read it meanwhile
//   BASE.journal.next                made ahead for a rotation: removed, or, when it has entries
//                                    (the rename was lost), given the name above
// None of them is in the way of a new active file, so one that cannot be dealt with stops nothing.
#pragma once

#include <string>
#include <vector>

#include "journal/file_writer.h"
#include "logq/result.h"

namespace logq::journal {

// A file that something could not be done with, and why.
struct FileTrouble {
  std::string path;
  Error error;
};

// The name of the file that is made ahead.
[[nodiscard]] std::string next_file_path(const std::string& active_path);

struct Settled {
  std::vector<std::string> unclean;  // to be salvaged, oldest names first
  // Left as they are, under names that no store writes to: to be tried again at the next start.
  std::vector<FileTrouble> troubles;
};

// Does what can be done without salvage. Files of other writers are left alone.
Settled settle_interrupted_rotation(const std::string& active_path, const WriterOptions& options);

}  // namespace logq::journal
