#include "support/single_steps.h"

#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <unistd.h>

#include <stdexcept>
#include <string>

namespace logq::test {
namespace {

// More than any test has, in any build.
constexpr std::size_t kStepsMax = 20'000'000;

[[noreturn]] void work_in_child(const std::function<void()>& work) {
  if (::ptrace(PTRACE_TRACEME, 0, nullptr, nullptr) < 0) ::_exit(1);
  try {
    work();
  } catch (...) {
    ::_exit(2);
  }
  ::_exit(0);
}

int wait_for(pid_t child) {
  int status = 0;
  if (::waitpid(child, &status, 0) != child) throw std::runtime_error("waitpid");
  return status;
}

bool is_stopped_by(int status, int signal) {
  return WIFSTOPPED(status) && WSTOPSIG(status) == signal;
}

// Until it stops again, or ends.
int go_on(pid_t child, decltype(PTRACE_CONT) how) {
  if (::ptrace(how, child, nullptr, nullptr) < 0) throw std::runtime_error("ptrace");
  return wait_for(child);
}

[[noreturn]] void give_up(pid_t child, int status) {
  if (WIFSTOPPED(status)) {
    ::ptrace(PTRACE_KILL, child, nullptr, nullptr);
    wait_for(child);
  }
  throw std::runtime_error("the work in steps ended with status " + std::to_string(status));
}

}  // namespace

bool can_run_in_steps() {
  const auto nothing = [] {
    begin_steps();
    end_steps();
  };
  try {
    return run_in_steps(nothing, [] {}) > 0;
  } catch (const std::runtime_error&) {
    return false;
  }
}

// A process that is traced stops for its tracer, and knows nothing of it.
void begin_steps() {
  ::raise(SIGSTOP);
}

void end_steps() {
  ::raise(SIGSTOP);
}

std::size_t run_in_steps(const std::function<void()>& work, const std::function<void()>& look) {
  const pid_t child = ::fork();
  if (child < 0) throw std::runtime_error("fork");
  if (child == 0) work_in_child(work);
  int status = wait_for(child);
  std::size_t steps = 0;
  if (is_stopped_by(status, SIGSTOP)) {
    ::ptrace(PTRACE_SETOPTIONS, child, nullptr, PTRACE_O_EXITKILL);
    do {
      look();
      status = go_on(child, PTRACE_SINGLESTEP);
    } while (is_stopped_by(status, SIGTRAP) && ++steps < kStepsMax);
  }
  if (is_stopped_by(status, SIGSTOP)) status = go_on(child, PTRACE_CONT);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) give_up(child, status);
  return steps;
}

}  // namespace logq::test
