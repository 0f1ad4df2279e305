// How many entries libsystemd delivers of damaged files: the least that ours must. It does not
// survive all of them, so it looks at them in a child.
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace logq::test {

// Calls `prepare(i)` for each i below `files`, which brings the file at `path` into being, and has
// libsystemd walk it forward. The counts; -1 where libsystemd died of the file.
std::vector<int> count_by_libsystemd(const std::string& path,
                                     std::size_t files,
                                     const std::function<void(std::size_t i)>& prepare);

}  // namespace logq::test
