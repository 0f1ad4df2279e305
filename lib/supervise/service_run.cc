#include "supervise/service_run.h"

#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <tuple>

#include "base/try.h"
#include "supervise/collector_stream.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;

// Everything a sender can mean for the service. Not: what reports our own faults, what job control
// does to us, SIGPIPE (ignored) and what cannot be caught.
sigset_t forwarded_signals() {
  constexpr std::array kOurs{SIGILL,  SIGABRT, SIGBUS,  SIGFPE,  SIGSEGV, SIGSYS,  SIGTRAP,
                             SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGCHLD, SIGKILL, SIGSTOP};
  sigset_t signals;
  ::sigfillset(&signals);
  for (const int number : kOurs)
    ::sigdelset(&signals, number);
  return signals;
}

// How long the exit entry waits for output that the collector has not read. With descendants that
// may go on writing the queue need never be empty, so the wait is shorter.
constexpr auto kDrainAlone = 5s;
constexpr auto kDrainBesideDescendants = 1s;

// How long the program waits for the collector to take the entry of its start, so that it is stored
// before all output.
constexpr auto kStartedPatience = 1s;

}  // namespace

Result<ServiceRun> ServiceRun::prepare() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return fail(Error::system(errno, "prctl"));
  ::signal(SIGPIPE, SIG_IGN);
  sigset_t mask = forwarded_signals();
  ::sigaddset(&mask, SIGCHLD);
  if (::sigprocmask(SIG_BLOCK, &mask, nullptr) != 0)
    return fail(Error::system(errno, "sigprocmask"));
  base::UniqueFd signals(::signalfd(-1, &mask, SFD_CLOEXEC));
  if (!signals.is_open()) return fail(Error::system(errno, "signalfd"));
  return ServiceRun(std::move(signals));
}

Result<Launched> ServiceRun::start(const LaunchPlan& plan, LifecycleLog& log) {
  for (const int fd : {plan.standard_output.fd, plan.standard_error.fd}) {
    if (fd >= 0 && std::ranges::find(streams_, fd) == streams_.end()) streams_.push_back(fd);
  }
  bool is_started = false;
  const Launched launched = LOGQ_TRY(launch_child(plan, [&] {
    is_started = true;
    log.started();
    log.settle(kStartedPatience);
  }));
  if (launched.failure) {
    log.spawn_failed(plan.argv.front(), launched.failure->sys_errno);
    log.main_process_exited({ProcessExit::Code::kExited, kStatusExecFailed});
    log.failed("exit-code");
    if (!is_started) log.start_failed();
    return launched;
  }
  main_pid_ = launched.pid;
  return launched;
}

ProcessExit ServiceRun::wait(LifecycleLog& log) {
  std::optional<ProcessExit> exit;
  while (!exit) {
    signalfd_siginfo info{};
    if (::read(signals_.get(), &info, sizeof(info)) != sizeof(info)) continue;  // EINTR only
    const int number = static_cast<int>(info.ssi_signo);
    if (number != SIGCHLD) forward(number, log);
    exit = reap();
  }
  drain_output();
  tell_end(*exit, log);
  return *exit;
}

void ServiceRun::forward(int signal, LifecycleLog& log) {
  if ((signal == SIGTERM || signal == SIGINT) && !stop_requested_) {
    stop_requested_ = true;
    log.stopping();
  }
  ::kill(-main_pid_, signal);
}

// Takes all zombies, not only the main process: orphans of the service are our children.
std::optional<ProcessExit> ServiceRun::reap() {
  std::optional<ProcessExit> exit;
  int wait_status = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &wait_status, WNOHANG)) > 0) {
    if (pid == main_pid_) exit = ProcessExit::from_wait_status(wait_status);
  }
  has_descendants_ = pid == 0;
  return exit;
}

void ServiceRun::end_others(std::chrono::milliseconds patience) const {
  constexpr pid_t kAllButUs = -1;
  ::kill(kAllButUs, SIGTERM);
  ::kill(kAllButUs, SIGCONT);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (pid < 0 || left <= 0ms) return;
    pollfd ready{.fd = signals_.get(), .events = POLLIN, .revents = 0};
    signalfd_siginfo info{};
    // Whatever comes, the children are looked at again; a read does not block after this.
    if (::poll(&ready, 1, static_cast<int>(left.count())) == 1) {
      std::ignore = ::read(signals_.get(), &info, sizeof(info));
    }
  }
}

void ServiceRun::drain_output() {
  const auto deadline =
      std::chrono::steady_clock::now() + (has_descendants_ ? kDrainBesideDescendants : kDrainAlone);
  for (const int fd : streams_) {
    switch (drain_stream(fd, deadline)) {
      case Drained::kReceived:
        break;
      case Drained::kTimedOut:
        output_ = Output::kStillUnread;
        break;
      case Drained::kCollectorGone:
        output_ = Output::kCollectorGone;
        break;
    }
  }
}

void ServiceRun::tell_end(const ProcessExit& exit, LifecycleLog& log) {
  if (exit.is_clean()) {
    log.deactivated();
  } else {
    log.main_process_exited(exit);
    log.failed(exit.result_name());
  }
  if (stop_requested_) log.stopped();
}

}  // namespace logq::supervise
