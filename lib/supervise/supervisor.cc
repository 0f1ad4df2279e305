#include "supervise/supervisor.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <utility>

#include "base/clock.h"
#include "base/quantity.h"
#include "base/try.h"
#include "supervise/descriptor_limit.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;

// How long entries that the collector did not take wait for the next attempt: doubled each time.
// What is said meanwhile is an attempt too.
constexpr std::uint64_t kFirstPauseUsec = 50'000;
constexpr std::uint64_t kLongestPauseUsec = 6'400'000;

// Everything a sender can mean for the service. Not: what reports our own faults, what job control
// does to us, SIGPIPE (ignored) and what cannot be caught.
bool is_for_service(int signal) {
  constexpr std::array kOurs{SIGILL,  SIGABRT, SIGBUS,  SIGFPE,  SIGSEGV, SIGSYS,  SIGTRAP,
                             SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGCHLD, SIGKILL, SIGSTOP};
  const bool is_of_libc = signal >= 32 && signal < SIGRTMIN;
  return std::ranges::find(kOurs, signal) == kOurs.end() && !is_of_libc;
}

// What the process has used and those it has waited for.
std::uint64_t cpu_usec(const rusage& usage) {
  std::uint64_t sum = 0;
  for (const timeval& time : {usage.ru_utime, usage.ru_stime}) {
    sum += static_cast<std::uint64_t>(time.tv_sec) * base::kUsecPerSecond +
           static_cast<std::uint64_t>(time.tv_usec);
  }
  return sum;
}

}  // namespace

Result<std::unique_ptr<Supervisor>> Supervisor::create(PatientTransport& transport,
                                                       std::function<void(int)> on_signal) {
  auto loop = LOGQ_TRY(EventLoop::create());
  std::unique_ptr<Supervisor> made(
      new Supervisor(std::move(loop), transport, std::move(on_signal)));
  LOGQ_TRY(made->prepare());
  return made;
}

Supervisor::Supervisor(EventLoop loop,
                       PatientTransport& transport,
                       std::function<void(int)> on_signal)
    : loop_(std::move(loop)),
      owners_(::getpid()),
      transport_(transport),
      on_signal_(std::move(on_signal)) {}

Result<void> Supervisor::prepare() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return fail(Error::system(errno, "prctl"));
  ::signal(SIGPIPE, SIG_IGN);
  raise_descriptor_limit();
  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (int signal = 1; signal <= SIGRTMAX; ++signal)
    if (is_for_service(signal) || signal == SIGCHLD) ::sigaddset(&blocked, signal);
  if (::sigprocmask(SIG_BLOCK, &blocked, nullptr) != 0)
    return fail(Error::system(errno, "sigprocmask"));
  retry_ = LOGQ_TRY(loop_.add_timer([this] {
    transport_.retry();
    retry_pause_usec_ = std::min(retry_pause_usec_ * 2, kLongestPauseUsec);
    if (transport_.waiting() != 0) retry_.set_time(base::monotonic_usec() + retry_pause_usec_);
  }));
  signals_.push_back(LOGQ_TRY(loop_.add_signal(SIGCHLD, Turn::kEnd, [this] { reap(); })));
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (!is_for_service(signal)) continue;
    signals_.push_back(
        LOGQ_TRY(loop_.add_signal(signal, Turn::kRest, [this, signal] { on_signal_(signal); })));
  }
  return {};
}

Result<ServiceRunner*> Supervisor::add(const ServiceUnit& unit,
                                       LifecycleLog& log,
                                       RunnerOptions options) {
  auto made =
      LOGQ_TRY(ServiceRunner::create(unit, log, loop_, owners_, next_owner_, std::move(options)));
  return runners_.emplace(next_owner_++, std::move(made)).first->second.get();
}

void Supervisor::remove(const ServiceRunner& runner) {
  const auto found =
      std::ranges::find_if(runners_, [&](const auto& one) { return one.second.get() == &runner; });
  const ProcessOwners::Owner owner = found->first;
  runners_.erase(found);
  owners_.remove(owner);
}

Result<void> Supervisor::run(const std::function<bool()>& is_over) {
  while (!is_over()) {
    plan_retry();
    LOGQ_TRY(loop_.run_once());
  }
  return {};
}

void Supervisor::plan_retry() {
  if (transport_.waiting() == 0) retry_pause_usec_ = 0;
  if (transport_.waiting() == 0 || retry_pause_usec_ != 0) return;
  retry_pause_usec_ = kFirstPauseUsec;
  retry_.set_time(base::monotonic_usec() + retry_pause_usec_);
}

void Supervisor::reap() {
  for (;;) {
    // Whose it was is to be seen only before it is reaped.
    siginfo_t info{};
    if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 || info.si_pid == 0) break;
    const pid_t pid = info.si_pid;
    const auto owner = owners_.owner_of_ended(pid);
    int status = 0;
    rusage usage{};
    if (::wait4(pid, &status, WNOHANG, &usage) != pid) break;
    owners_.reaped(pid);
    const auto runner = owner ? runners_.find(*owner) : runners_.end();
    if (runner != runners_.end()) runner->second->add_cpu_time(cpu_usec(usage));
    const auto exit = ProcessExit::from_wait_status(status);
    const bool is_killed = exit.code == ProcessExit::Code::kKilled && exit.status == SIGKILL;
    if (is_killed && memory_kills_.has_killed(pid) && runner != runners_.end())
      runner->second->process_killed_for_memory(pid);
    std::ranges::any_of(runners_, [&](const auto& one) { return one.second->take_end(pid, exit); });
  }
  for (const auto& [owner, runner] : runners_)
    runner->tell_ends();
}

void end_others(std::chrono::milliseconds patience) {
  constexpr pid_t kAllButUs = -1;
  ::kill(kAllButUs, SIGTERM);
  ::kill(kAllButUs, SIGCONT);
  sigset_t child;
  ::sigemptyset(&child);
  ::sigaddset(&child, SIGCHLD);
  ::sigprocmask(SIG_BLOCK, &child, nullptr);
  const auto deadline = std::chrono::steady_clock::now() + patience;
  for (;;) {
    pid_t pid = 0;
    while ((pid = ::waitpid(-1, nullptr, WNOHANG)) > 0) {
    }
    const auto left =
        std::chrono::ceil<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    if (pid < 0 || left <= 0ms) return;
    const timespec pause{left.count() / 1000, left.count() % 1000 * 1'000'000};
    ::sigtimedwait(&child, nullptr, &pause);
  }
}

}  // namespace logq::supervise
