// The bytes of a file, read at once. Tests are compiled without optimisation: byte by byte, through
// iterators of a stream, a journal file of 8 MiB takes half a second.
#pragma once

#include <cstddef>
#include <fstream>
#include <string>

namespace logq::test {

// "" when it cannot be read. What a writer adds meanwhile may be missing.
inline std::string file_bytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary | std::ios::ate);
  std::string bytes(file ? static_cast<std::size_t>(file.tellg()) : 0, '\0');
  file.seekg(0);
  file.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  bytes.resize(static_cast<std::size_t>(file.gcount()));
  return bytes;
}

}  // namespace logq::test
