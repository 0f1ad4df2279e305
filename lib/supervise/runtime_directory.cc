#include "supervise/runtime_directory.h"

#include <stdlib.h>
#include <unistd.h>

namespace logq::supervise {

std::string runtime_directory() {
  if (const char* path = ::secure_getenv("LOGQ_RUN_DIR"); path != nullptr && *path == '/')
    return path;
  if (::geteuid() == 0) return "/run/logq-run";
  if (const char* path = ::secure_getenv("XDG_RUNTIME_DIR"); path != nullptr && *path == '/')
    return std::string(path) + "/logq-run";
  return "/tmp/logq-run-" + std::to_string(::geteuid());
}

}  // namespace logq::supervise
