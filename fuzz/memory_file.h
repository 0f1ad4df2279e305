// MemoryFile: a file that exists only in memory, with a path by which it can be opened again and
// again. Setting its content costs a microsecond; nothing is left behind, however a program ends.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <string>
#include <tuple>

#include "base/unique_fd.h"
#include "require.h"

namespace logq::fuzz {

class MemoryFile {
 public:
  MemoryFile() : fd_(::memfd_create("journal", MFD_CLOEXEC)) { require(fd_.is_open()); }

  void set(const void* bytes, std::size_t size) {
    require(::ftruncate(fd_.get(), static_cast<off_t>(size)) == 0);
    require(::pwrite(fd_.get(), bytes, size, 0) == static_cast<ssize_t>(size));
  }

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(fd_.get()); }

 private:
  base::UniqueFd fd_;
};

}  // namespace logq::fuzz
