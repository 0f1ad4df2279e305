// A directory of variables as daemontools' envdir(8) reads it: the name of a file is that of a
// variable, its first line the value.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "supervise/environment.h"

namespace logq::supervise {

// Blanks and tabs at the end of the line are cut off, NUL bytes become newlines; an empty file
// means that the variable is not to be set. Names that begin with a dot are skipped.
struct EnvironmentDirectory {
  std::vector<std::pair<std::string, std::optional<std::string>>> variables;  // sorted by name
  std::string failure;  // not empty: what cannot be read, and why; no variables then

  void apply_to(Environment& environment) const;
};

[[nodiscard]] EnvironmentDirectory read_environment_directory(const std::string& path);

}  // namespace logq::supervise
