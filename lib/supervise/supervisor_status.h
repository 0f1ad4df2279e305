// Who writes into a logger's pipe, as far as its supervisor says: the file supervise/status of
// daemontools (18 bytes), runit (20 bytes) and s6 (35 bytes or 43, by version).
//
// A pipe does not say who wrote. Lines that were written before the service was restarted may be
// read after it, so the number is a hint and no proof. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace logq::supervise {

// The pid in the bytes of such a file; nothing when the service is down or it is no such file.
[[nodiscard]] std::optional<pid_t> pid_in_supervisor_status(std::string_view bytes);

class SupervisorStatus {
 public:
  explicit SupervisorStatus(std::string path) : path_(std::move(path)) {}

  // The service's pid now. Supervisors replace the file, so it is read only when it is another.
  std::optional<pid_t> pid();

 private:
  const std::string path_;
  ino_t inode_ = 0;
  timespec changed_{};
  std::optional<pid_t> pid_;
};

}  // namespace logq::supervise
