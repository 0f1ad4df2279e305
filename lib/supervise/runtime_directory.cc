#include "supervise/runtime_directory.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "base/io.h"
#include "base/try.h"

namespace logq::supervise {

std::string runtime_directory() {
  if (const char* path = ::secure_getenv("LOGQ_RUN_DIR"); path != nullptr && *path == '/')
    return path;
  if (::geteuid() == 0) return "/run/logq-run";
  if (const char* path = ::secure_getenv("XDG_RUNTIME_DIR"); path != nullptr && *path == '/')
    return std::string(path) + "/logq-run";
  return "/tmp/logq-run-" + std::to_string(::geteuid());
}

Result<void> make_runtime_subdirectory(const std::string& path) {
  LOGQ_TRY(base::make_directories(path, 0755));
  struct stat parent {};
  if (::stat(path.substr(0, path.rfind('/')).c_str(), &parent) != 0)
    return fail(Error::system(errno, "stat"));
  const bool is_anybodys = (parent.st_mode & S_IWOTH) != 0 && (parent.st_mode & S_ISVTX) == 0;
  if (is_anybodys || (parent.st_uid != 0 && parent.st_uid != ::geteuid()))
    return fail(Error::system(EPERM, "somebody else's directory"));
  return {};
}

}  // namespace logq::supervise
