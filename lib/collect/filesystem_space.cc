#include "collect/filesystem_space.h"

#include <sys/stat.h>
#include <sys/statvfs.h>

#include <filesystem>
#include <optional>

namespace logq::collect {
namespace {

std::optional<dev_t> device_of(std::filesystem::path path) {
  struct stat status {};
  while (::stat(path.c_str(), &status) < 0) {
    if (!path.has_relative_path()) return std::nullopt;
    path = path.parent_path();
  }
  return status.st_dev;
}

}  // namespace

FilesystemSpace filesystem_space(const std::string& directory) {
  struct statvfs status {};
  if (::statvfs(directory.c_str(), &status) < 0) return {};
  return {std::uint64_t{status.f_blocks} * status.f_frsize,
          std::uint64_t{status.f_bavail} * status.f_frsize};
}

bool are_on_one_filesystem(const std::string& a, const std::string& b) {
  const auto of_a = device_of(a);
  const auto of_b = device_of(b);
  return !of_a.has_value() || !of_b.has_value() || *of_a == *of_b;
}

}  // namespace logq::collect
