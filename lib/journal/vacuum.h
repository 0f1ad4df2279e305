// Deleting the oldest journal files of a directory, and what its files take up.
//
// Only archived files (`BASE@ID-SEQNUM-REALTIME.journal`) and those set aside (`.journal~`) are
// ever deleted; active files, symbolic links and everything with another name is left alone. They
// go oldest first: by sequence number within a sequence, else by time (the earliest of the one in
// the name, the times of the inode, and the creation time that journald notes in an attribute).
// A deleted file is unlinked and nothing more: readers that have it open or mapped read on. (The
// holes that journald punches into it besides turn into zeros under them.)
//
// Usage is the space allocated on disk, st_blocks * 512, as journald counts it.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "logq/result.h"

namespace logq::journal {

// Each limit that is not zero holds on its own: files go until none is exceeded.
struct VacuumLimits {
  std::uint64_t max_bytes = 0;
  std::uint64_t max_files = 0;     // active ones count but stay
  std::uint64_t max_age_usec = 0;  // before now_realtime_usec
  std::uint64_t now_realtime_usec = 0;
};

struct VacuumReport {
  std::uint64_t deleted_files = 0;
  std::uint64_t deleted_entries = 0;  // as the headers of these files told
  std::uint64_t freed_bytes = 0;
  std::uint64_t kept_bytes = 0;  // of all journal files that are left, active ones included
};

// Told of each file that was deleted, or could not be.
using VacuumCallback = std::function<void(
    const std::string& path, std::uint64_t bytes, const std::optional<Error>& failure)>;

// Files of this one directory, none of its subdirectories (see journal_directories()). Archived
// files without entries go in any case. A file that cannot be deleted is told of and passed over.
// Errors: kSystem (the directory cannot be read).
Result<VacuumReport> vacuum_directory(const std::string& directory,
                                      const VacuumLimits& limits,
                                      const VacuumCallback& on_file = {});

// Bytes that one file takes up on disk; 0 for what is no file.
[[nodiscard]] std::uint64_t file_usage(const std::string& path);
// Bytes that all journal files of the directory and of its machine-id subdirectories take up.
Result<std::uint64_t> disk_usage(const std::string& directory);
// The same of the directory alone.
Result<std::uint64_t> disk_usage_without_subdirectories(const std::string& directory);

}  // namespace logq::journal
