// Which files make up a unit: its own and its drop-ins, all beside each other in one directory.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervise/unit_syntax.h"

namespace logq::supervise {

// "web@.service" of "web@7.service"; empty for a name without an instance.
[[nodiscard]] std::string template_of(std::string_view unit_name);

// `path` itself, or of an instance ("web@7.service") that has no file its template's; then the
// drop-ins *.conf sorted by name. Of those with the same name the most special directory's counts:
// for "a-b.service" a-b.service.d/, a-.service.d/, service.d/. A path that leads nowhere is in the
// list all the same.
[[nodiscard]] std::vector<std::string> unit_files_of(const std::string& path);

struct UnitFileText {
  std::string file;  // what warnings begin with
  std::string text;
};

// All that they say, the main file's first; or why nothing of it counts.
struct UnitFileTexts {
  std::string unit_name;
  std::vector<UnitFileText> texts;
  std::optional<UnitProblem> trouble;
};
// `type` is what the name must end with: "service".
[[nodiscard]] UnitFileTexts read_unit_files(const std::string& path, std::string_view type);

}  // namespace logq::supervise
