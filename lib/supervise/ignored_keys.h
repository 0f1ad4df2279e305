// The keys of systemd 252 that a supervisor of single services does nothing about
// (docs/unit-files.md says why). A unit may have them; each is told of once.
#pragma once

#include <span>
#include <string_view>

namespace logq::supervise {

// What such a key is about: "sandboxing", "control groups", …; empty for every other key. [Socket]
// also has those of services that are about a process: of its commands.
[[nodiscard]] std::string_view ignored_key_subject(std::string_view section, std::string_view key);

// Keys of [Install], which are for enabling a unit, not for running it.
[[nodiscard]] bool is_install_key(std::string_view key);

struct IgnoredKeys {
  std::string_view section;
  std::string_view subject;
  std::string_view keys;  // with blanks between them
};
[[nodiscard]] std::span<const IgnoredKeys> ignored_keys();

}  // namespace logq::supervise
