// A logqd that gets its listening sockets from the test (LISTEN_FDS), so that what is queued in
// them survives its death. It can be killed and started again; always stopped by pid.
#pragma once

#include <sys/types.h>

#include <string>

#include "base/unique_fd.h"
#include "support/temp_dir.h"

namespace logq::test {

class PassedSocketLogqd {
 public:
  // With `settings` as its configuration.
  explicit PassedSocketLogqd(const std::string& settings = "");
  PassedSocketLogqd(const PassedSocketLogqd&) = delete;
  PassedSocketLogqd& operator=(const PassedSocketLogqd&) = delete;
  ~PassedSocketLogqd();

  [[nodiscard]] std::string runtime_dir() const { return directory_.path() + "/run"; }
  [[nodiscard]] std::string storage_dir() const { return directory_.path() + "/store"; }
  [[nodiscard]] std::string native_socket() const { return runtime_dir() + "/socket"; }
  [[nodiscard]] std::string stdout_socket() const { return runtime_dir() + "/stdout"; }
  [[nodiscard]] std::string batch_socket() const { return runtime_dir() + "/logq"; }

  void start();
  void kill();
  int stop();  // SIGTERM; the exit status

 private:
  TempDir directory_;
  base::UniqueFd native_;
  base::UniqueFd streams_;
  base::UniqueFd control_;
  base::UniqueFd batches_;
  pid_t pid_ = -1;
};

}  // namespace logq::test
