// What is done about a file system that has no room left for the journal: deleting more of it than
// its limits ask for, and finding out whether there is room again (docs/storage-troubles.md).
//
// Both block on the file system.
#pragma once

#include <cstdint>
#include <string>

#include "journal/storage_limits.h"
#include "journal/vacuum.h"
#include "logq/result.h"

namespace logq::collect {

// Deletes the oldest archives of `directory` until its file system has a reserve again, and no more
// than half of what MaxUse= allows (at least what is granted in any case). With `is_quota` what is
// free on the file system says nothing. Errors: kSystem.
Result<journal::VacuumReport> make_emergency_room(const std::string& directory,
                                                  const journal::StorageSettings& settings,
                                                  bool is_quota);

// Whether the file system of `directory`, which is made where it is missing, takes `bytes` more,
// the reserve on top, and writes them. Leaves nothing behind. Errors: kSystem, why not.
Result<void> probe_room(const std::string& directory, std::uint64_t bytes);

}  // namespace logq::collect
