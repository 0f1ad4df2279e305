// How much room journal files may take: journald's defaults, what the configuration says instead,
// and the limit that follows from how full the file system is. Pure functions of figures that the
// caller has from statvfs(3). All in bytes.
#pragma once

#include <cstdint>
#include <optional>

namespace logq::journal {

// What the configuration says: SystemMaxUse=, SystemKeepFree=, SystemMaxFileSize=, SystemMaxFiles=
// (or Runtime…). What it is silent about gets its default.
struct StorageSettings {
  std::optional<std::uint64_t> max_use_bytes{};
  std::optional<std::uint64_t> keep_free_bytes{};
  std::optional<std::uint64_t> max_file_bytes{};
  std::optional<std::uint64_t> max_files{};
};

struct StorageLimits {
  std::uint64_t max_use_bytes = 0;    // of all files together
  std::uint64_t min_use_bytes = 0;    // granted even where keep_free_bytes says no
  std::uint64_t keep_free_bytes = 0;  // of the file system, for others
  std::uint64_t max_file_bytes = 0;
  std::uint64_t min_file_bytes = 0;
  std::uint64_t max_files = 0;
};

// `filesystem_bytes`: f_blocks * f_frsize, 0 when it is not known. `compact`: files that end at
// 4 GiB. Sizes come out as multiples of the page size (but for the end of compact files).
[[nodiscard]] StorageLimits storage_limits(const StorageSettings& settings,
                                           std::uint64_t filesystem_bytes,
                                           bool compact = true);

// How much all files together may take now: `used_bytes` of them are there, and `available_bytes`
// (f_bavail * f_frsize) are free on the file system. This is what vacuum_directory() is to be given
// as max_bytes.
[[nodiscard]] std::uint64_t current_limit(const StorageLimits& limits,
                                          std::uint64_t used_bytes,
                                          std::uint64_t available_bytes);

}  // namespace logq::journal
