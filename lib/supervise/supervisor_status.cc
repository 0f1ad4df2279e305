#include "supervise/supervisor_status.h"

#include <sys/stat.h>

#include <cstdint>
#include <limits>

#include "base/io.h"

namespace logq::supervise {
namespace {

constexpr std::size_t kDaemontoolsBytes = 18;
constexpr std::size_t kRunitBytes = 20;
constexpr std::size_t kS6Bytes = 35;
constexpr std::size_t kS6NewBytes = 43;
constexpr std::size_t kPidAt = 12;    // daemontools, runit: little-endian, behind a TAI64N label
constexpr std::size_t kS6PidAt = 24;  // behind two of them, big-endian

std::uint64_t byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

}  // namespace

std::optional<pid_t> pid_in_supervisor_status(std::string_view bytes) {
  std::uint64_t pid = 0;
  if (bytes.size() == kDaemontoolsBytes || bytes.size() == kRunitBytes) {
    for (std::size_t i = 4; i-- > 0;)
      pid = pid << 8 | byte_at(bytes, kPidAt + i);
  } else if (bytes.size() == kS6Bytes || bytes.size() == kS6NewBytes) {
    for (std::size_t i = 0; i < 8; ++i)
      pid = pid << 8 | byte_at(bytes, kS6PidAt + i);
  }
  if (pid == 0 || pid > static_cast<std::uint64_t>(std::numeric_limits<pid_t>::max())) {
    return std::nullopt;
  }
  return static_cast<pid_t>(pid);
}

std::optional<pid_t> SupervisorStatus::pid() {
  struct stat status {};
  if (::stat(path_.c_str(), &status) != 0) return std::nullopt;
  const bool is_known = status.st_ino == inode_ && status.st_mtim.tv_sec == changed_.tv_sec &&
                        status.st_mtim.tv_nsec == changed_.tv_nsec;
  if (is_known) return pid_;
  inode_ = status.st_ino;
  changed_ = status.st_mtim;
  if (!S_ISREG(status.st_mode)) return pid_ = std::nullopt;  // to open a FIFO would wait
  const auto bytes = base::read_small_file(path_, kS6NewBytes + 1);
  pid_ = bytes ? pid_in_supervisor_status(*bytes) : std::nullopt;
  return pid_;
}

}  // namespace logq::supervise
