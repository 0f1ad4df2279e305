// WatchedFile: whether the head of a file, where all is that says how far its contents are stored,
// has changed since the last look. Cheap: it is mapped.
#pragma once

#include <fcntl.h>

#include <algorithm>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "base/io.h"
#include "base/mapped_region.h"

namespace logq::collect {

class WatchedFile {
 public:
  static constexpr std::size_t kHeadBytes = 12 * 1024;

  explicit WatchedFile(const std::string& path)
      : seen_(std::min<std::size_t>(std::filesystem::file_size(path), kHeadBytes)),
        map_(*base::MappedRegion::map_file(base::open_file(path, O_RDONLY)->get(),
                                           seen_.size(),
                                           base::MappedRegion::Access::kReadOnly)) {}
  bool has_changed() {
    if (std::memcmp(seen_.data(), map_.data(), seen_.size()) == 0) return false;
    std::memcpy(seen_.data(), map_.data(), seen_.size());
    return true;
  }

 private:
  std::vector<char> seen_;
  base::MappedRegion map_;
};

}  // namespace logq::collect
