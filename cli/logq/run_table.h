// The table of --list-boots and --list-invocations: runs of the machine or of a unit, with their
// first and last entries.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "logq/id128.h"
#include "logq/options/options.h"

namespace logq::cli {

struct Run {
  Id128 id;
  std::uint64_t first_realtime_usec = 0;
  std::uint64_t last_realtime_usec = 0;
};

struct RunTableNames {
  const char* heading;   // "BOOT ID"
  const char* json_key;  // "boot_id"
};

// `runs`, oldest first, as text or with -o json as JSON. The newest has the number 0, the one
// before it -1. -n, -r, --utc and -q are heeded as journalctl heeds them.
[[nodiscard]] std::string format_runs(const std::vector<Run>& runs,
                                      const RunTableNames& names,
                                      const DisplayOptions& display);

}  // namespace logq::cli
