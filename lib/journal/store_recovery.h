// What a crash leaves beside the active file of a store, and what becomes of it when the store is
// opened again:
//   BASE@….journal, still ONLINE     rotated away from, but its archiving was not done: finished
//                                    where it is when the machine has not been down since, else
//                                    given the next name
//   BASE@….unclean.journal           the same, to be salvaged; readers read it meanwhile
//   BASE.journal.next                made ahead for a rotation: removed, or, when it has entries
//                                    (the rename was lost), given the name above
#pragma once

#include <string>
#include <vector>

#include "journal/file_writer.h"
#include "logq/result.h"

namespace logq::journal {

// The name of the file that is made ahead.
[[nodiscard]] std::string next_file_path(const std::string& active_path);

// Does what can be done without salvage, and returns what is to be salvaged, oldest names first.
// Files of other writers are left alone.
Result<std::vector<std::string>> settle_interrupted_rotation(const std::string& active_path,
                                                             const WriterOptions& options);

}  // namespace logq::journal
