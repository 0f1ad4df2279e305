#include "supervise/program_search.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace logq::supervise {
namespace {

int obstacle_to(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return S_ISDIR(status.st_mode) ? EISDIR : EACCES;
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

FoundProgram find_program(const std::string& name, std::string_view search_path) {
  if (name.find('/') != std::string::npos) return {name, obstacle_to(name)};
  int worst = ENOENT;
  for (std::size_t begin = 0; !name.empty() && begin <= search_path.size();) {
    const std::size_t end = std::min(search_path.find(':', begin), search_path.size());
    const std::string directory(search_path.substr(begin, end - begin));
    std::string file = (directory.empty() ? "." : directory) + "/" + name;
    const int obstacle = obstacle_to(file);
    if (obstacle == 0) return {std::move(file), 0};
    if (obstacle == EACCES) worst = EACCES;
    begin = end + 1;
  }
  return {name, worst};
}

}  // namespace logq::supervise
