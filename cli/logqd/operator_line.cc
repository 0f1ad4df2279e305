#include "logqd/operator_line.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/io.h"
#include "common/run.h"

namespace logq::cli {
namespace {

constexpr std::string_view kDaemonWarning = "<28>";  // facility 3, level 4
constexpr std::size_t kKmsgLineMax = 900;            // LOG_LINE_MAX is 1024 less the prefix

bool leads_nowhere(int fd) {
  struct stat status {};
  if (::fstat(fd, &status) < 0) return true;
  return S_ISCHR(status.st_mode) && status.st_rdev == ::makedev(1, 3);  // /dev/null
}

// Not there in containers, nor for users.
base::UniqueFd open_kernel_log() {
  if (!leads_nowhere(STDERR_FILENO)) return {};
  return base::open_file("/dev/kmsg", O_WRONLY | O_APPEND | O_NONBLOCK).value_or(base::UniqueFd());
}

// As a warning of a daemon's, at most what the device takes.
std::string encode_kmsg_line(std::string_view line) {
  std::string encoded(kDaemonWarning);
  encoded.append("logqd[").append(std::to_string(::getpid())).append("]: ");
  encoded.append(without_controls(line.substr(0, kKmsgLineMax)));
  return encoded;
}

}  // namespace

void tell_operator(const std::string& line) {
  static const base::UniqueFd kernel_log = open_kernel_log();
  if (!kernel_log.is_open()) {
    print_error_line(line);
    return;
  }
  const std::string encoded = encode_kmsg_line(line);
  std::ignore = ::write(kernel_log.get(), encoded.data(), encoded.size());
}

}  // namespace logq::cli
