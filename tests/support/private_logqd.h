// A private logqd of this build: its own runtime and storage directories, stopped by pid.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "support/child_process.h"
#include "support/temp_dir.h"

namespace logq::test {

class PrivateLogqd {
 public:
  // Starts one and waits until it accepts; throws std::runtime_error with its stderr when it does
  // not. `options` are further arguments.
  explicit PrivateLogqd(std::vector<std::string> options = {}, Environment environment = {});

  [[nodiscard]] std::string runtime_dir() const { return directory_.path() + "/run"; }
  [[nodiscard]] std::string storage_dir() const { return directory_.path() + "/store"; }
  [[nodiscard]] std::string native_socket() const { return runtime_dir() + "/socket"; }
  [[nodiscard]] std::string stdout_socket() const { return runtime_dir() + "/stdout"; }
  [[nodiscard]] std::string syslog_socket() const { return runtime_dir() + "/dev-log"; }
  // What a client needs in its environment to find this collector.
  [[nodiscard]] Environment environment() const;

  void start();          // again, after stop() or kill()
  CommandResult stop();  // SIGTERM, and waits
  void kill();           // SIGKILL, and waits
  [[nodiscard]] pid_t pid() const { return process_->pid(); }
  void signal(int number) const { process_->signal(number); }
  [[nodiscard]] std::string err() const { return process_->err(); }  // so far
  // Rotates (SIGUSR2) and waits until the number of archived files has grown.
  void rotate() const;
  // Returns when everything received before the call is stored and durable (SIGRTMIN+1).
  void sync() const;

  // What `PROGRAM -D storage_dir ARGUMENTS...` prints; "logq" is this build's.
  [[nodiscard]] CommandResult read(const std::string& program,
                                   const std::vector<std::string>& arguments) const;

 private:
  TempDir directory_;
  std::vector<std::string> options_;
  Environment environment_;
  std::unique_ptr<ChildProcess> process_;
};

// What preloads a library into a program of this build, one with sanitizers too.
Environment preloading(const std::string& library);

// A program of this build.
std::string built_program(const std::string& name);

}  // namespace logq::test
