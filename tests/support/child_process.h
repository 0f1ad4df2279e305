// Programs started by tests: with arguments, extra environment and input; always stopped by pid.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace logq::test {

// Longer than anything takes on the slowest machine with everything else running beside it: what
// has not happened by then hangs.
inline constexpr std::chrono::seconds kHangs{120};

using Environment = std::vector<std::pair<std::string, std::string>>;

struct CommandResult {
  int status = -1;  // exit status, or 128 + signal, or -1 when it was killed at the deadline
  std::string out;
  std::string err;
};

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up in PATH
  // Added to the test's own. LOGQ_RUN_DIR is a private directory where it is not there.
  Environment environment;
  std::string input;  // written to its standard input, which is then closed
  std::chrono::seconds deadline = kHangs;
  // Killed by the kernel when the test dies. The thread that starts it must live as long.
  bool dies_with_test = false;
};

// A program under way. Its output is collected in files of a private directory, so that it never
// blocks on the test. Destroying it kills what still runs.
class ChildProcess {
 public:
  explicit ChildProcess(const Command& command);
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  ~ChildProcess();

  [[nodiscard]] pid_t pid() const { return pid_; }
  void signal(int number) const;
  // Waits for its end, killing it at the deadline. A second time there is nobody to wait for: the
  // status is -1.
  CommandResult wait(std::chrono::seconds deadline = kHangs);
  // What it has printed so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;

 private:
  std::string directory_;
  pid_t pid_ = -1;
};

// A program with children of its own, which it stops when it is asked to end: a supervisor.
class SupervisorProcess : public ChildProcess {
 public:
  using ChildProcess::ChildProcess;
  ~SupervisorProcess();
};

// Sends a signal, if there is such a process; returns whether. Never to many: 0 and numbers below
// stand for groups and for everybody, and what was not started, or is over, has such a number.
bool signal_process(pid_t pid, int number);

// Starts a program and waits for its end.
CommandResult run_command(const Command& command);

// Calls `condition` until it is true, at first often, then every few milliseconds; false after
// `deadline`.
template <typename Condition>
bool wait_until(Condition condition, std::chrono::milliseconds deadline = kHangs);

// Whether somebody listens at a unix socket. The file of a socket is there a moment before.
bool accepts_connections(const std::string& path, int type);

void sleep_briefly();  // 5 ms

template <typename Condition>
bool wait_until(Condition condition, std::chrono::milliseconds deadline) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  std::chrono::microseconds pause{100};
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(pause);
    pause = std::min<std::chrono::microseconds>(2 * pause, std::chrono::milliseconds{5});
  }
  return true;
}

std::string read_text_file(const std::string& path);  // "" when it cannot be read
// Memory of a process that belongs to no file, in KiB; 0 where it is not known.
std::size_t anonymous_kib(pid_t pid);
void write_text_file(const std::string& path, const std::string& text);

}  // namespace logq::test
