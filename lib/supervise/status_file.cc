#include "supervise/status_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>

#include "base/io.h"
#include "base/try.h"

namespace logq::supervise {
namespace {

constexpr std::size_t kFileBytes = 1001;

}  // namespace

Result<StatusFile> StatusFile::open(const std::string& path) {
  return StatusFile(LOGQ_TRY(base::open_file(path, O_WRONLY | O_CREAT | O_NONBLOCK, 0600)));
}

Result<void> StatusFile::keep(std::string_view line) {
  content_.assign(line.substr(0, kFileBytes - 1));
  content_.resize(kFileBytes, '\n');
  ssize_t written = 0;
  do {
    written = ::pwrite(fd_.get(), content_.data(), content_.size(), 0);
  } while (written < 0 && errno == EINTR);
  if (written < 0) return fail(Error::system(errno, "write"));
  return {};
}

}  // namespace logq::supervise
