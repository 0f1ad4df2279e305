// How large the file system of a directory is, and what is free on it.
#pragma once

#include <cstdint>
#include <string>

namespace logq::collect {

// In bytes; what cannot be found out is 0.
struct FilesystemSpace {
  std::uint64_t bytes = 0;
  std::uint64_t free_bytes = 0;  // for others than root
};

[[nodiscard]] FilesystemSpace filesystem_space(const std::string& directory);

// Whether both are on the same file system; true where that cannot be found out. Of a directory
// that is not there yet the nearest one above it counts.
[[nodiscard]] bool are_on_one_filesystem(const std::string& a, const std::string& b);

}  // namespace logq::collect
