// What a unit's file says about its log, as who manages the unit has left it in a directory:
// systemd in its own, logq-run in ours (docs/protocols.md, "Filters of a unit").
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "logq/result.h"

namespace logq::collect {

// Nothing for what the unit does not say.
struct LogSettings {
  std::optional<int> level_max;
  std::optional<std::uint64_t> rate_interval_usec;
  std::optional<std::uint64_t> rate_burst;
  std::vector<std::string> extra_fields;  // "NAME=value"
};

[[nodiscard]] LogSettings read_log_settings(const std::string& directory, const std::string& unit);

// Whether who has left settings of the unit in our directory is still there: he keeps a lock. What
// one that was killed has left counts for nobody. Only root's and our own user's are believed.
[[nodiscard]] bool are_log_settings_held(const std::string& directory, const std::string& unit);

// Makes our directory below the runtime directory, where only root and we may write; its path. One
// that is there and is not like that is refused.
[[nodiscard]] Result<std::string> make_log_settings_directory(const std::string& runtime_dir);

}  // namespace logq::collect
