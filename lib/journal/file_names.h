// Renaming within a directory of journal files, durably and without overwriting anything.
#pragma once

#include <string>
#include <string_view>

#include "logq/result.h"

namespace logq::journal {

// A path as its directory (with the final slash, or empty) and the name before the last ".journal",
// or before the '@' that only files that are no longer active have.
struct JournalPath {
  std::string directory;
  std::string base;

  static JournalPath split(const std::string& path);
};

// rename(2) that fails with EEXIST instead of replacing; the directory is not synced.
Result<void> rename_without_replacing(const std::string& from, const std::string& to);

// Gives a file that cannot be continued the name `base@realtime-random.journal~` beside it and
// syncs the directory. Returns the new path.
Result<std::string> set_aside(const std::string& path);

}  // namespace logq::journal
