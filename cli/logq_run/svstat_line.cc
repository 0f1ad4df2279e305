#include "logq_run/svstat_line.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "base/io.h"
#include "base/quantity.h"
#include "supervise/supervisor_status.h"

namespace logq::cli {
namespace {

constexpr std::size_t kDaemontoolsBytes = 18;

// daemontools has words of its own for some.
std::string reason(int error) {
  switch (error) {
    case ENOENT:
      return "file does not exist";
    case ENOTDIR:
      return "not a directory";
    case EACCES:
      return "access denied";
    case EPERM:
      return "permission denied";
    default:
      return ::strerror(error);
  }
}

std::string describe(const supervise::SupervisedState& state,
                     bool is_normally_up,
                     std::uint64_t now_usec) {
  const std::uint64_t now = now_usec / base::kUsecPerSecond;
  const std::uint64_t since = std::min(state.since_usec / base::kUsecPerSecond, now);
  const bool is_up = state.pid != 0;
  std::string text = is_up ? "up (pid " + std::to_string(state.pid) + ") " : "down ";
  text += std::to_string(now - since) + " seconds";
  if (is_up && !is_normally_up) text += ", normally down";
  if (!is_up && is_normally_up) text += ", normally up";
  if (is_up && state.is_paused) text += ", paused";
  if (!is_up && state.wanted == 'u') text += ", want up";
  if (is_up && state.wanted == 'd') text += ", want down";
  return text;
}

std::string status_of(const std::string& path, std::uint64_t now_usec) {
  struct stat down {};
  const bool is_normally_up = ::stat((path + "/down").c_str(), &down) != 0;
  if (is_normally_up && errno != ENOENT) {
    // svstat goes there first, and fails with the same.
    return (errno == EACCES || errno == ENOTDIR ? "unable to chdir: " : "unable to stat down: ") +
           reason(errno);
  }
  if (::access(path.c_str(), F_OK) != 0) return "unable to chdir: " + reason(errno);
  const auto ok = base::open_file(path + "/supervise/ok", O_WRONLY | O_NONBLOCK);
  if (!ok && ok.error().sys_errno == ENXIO) return "supervise not running";
  if (!ok) return "unable to open supervise/ok: " + reason(ok.error().sys_errno);
  const auto status = base::open_file(path + "/supervise/status", O_RDONLY | O_NONBLOCK);
  if (!status) return "unable to open supervise/status: " + reason(status.error().sys_errno);
  const auto bytes = base::read_all(status->get(), kDaemontoolsBytes);
  const auto state = bytes ? supervise::decode_supervised_state(*bytes) : std::nullopt;
  return state ? describe(*state, is_normally_up, now_usec)
               : "unable to read supervise/status: bad format";
}

}  // namespace

std::string svstat_line(const std::string& name, const std::string& path, std::uint64_t now_usec) {
  return name + ": " + status_of(path, now_usec) + "\n";
}

}  // namespace logq::cli
