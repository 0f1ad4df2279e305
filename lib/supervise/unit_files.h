// Which files make up a unit: its own and its drop-ins, all beside each other in one directory.
#pragma once

#include <string>
#include <vector>

namespace logq::supervise {

// `path` itself, or of an instance ("web@7.service") that has no file its template's; then the
// drop-ins *.conf sorted by name. Of those with the same name the most special directory's counts:
// for "a-b.service" a-b.service.d/, a-.service.d/, service.d/. A path that leads nowhere is in the
// list all the same.
[[nodiscard]] std::vector<std::string> unit_files_of(const std::string& path);

}  // namespace logq::supervise
