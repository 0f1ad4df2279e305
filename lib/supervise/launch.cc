#include "supervise/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>

#include "base/io.h"
#include "base/try.h"
#include "base/unique_fd.h"
#include "supervise/collector_stream.h"

namespace logq::supervise {
namespace {

using base::UniqueFd;

// Ours replaces what we inherited ourselves; a child must never see two values.
constexpr std::array<std::string_view, 3> kOwnVariables{
    "JOURNAL_STREAM=", "INVOCATION_ID=", "SYSTEMD_EXEC_PID="};

std::vector<std::string> make_environment(const LaunchPlan& plan) {
  const int stream = plan.standard_error.fd >= 0 ? plan.standard_error.fd : plan.standard_output.fd;
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const bool inherits_stream = stream < 0 && text.starts_with(kOwnVariables[0]);
    bool own = false;
    for (const std::string_view name : kOwnVariables)
      own = own || text.starts_with(name);
    if (!own || inherits_stream) environment.emplace_back(text);
  }
  if (stream >= 0) {
    if (const auto id = journal_stream_id(stream)) environment.push_back("JOURNAL_STREAM=" + *id);
  }
  environment.push_back("INVOCATION_ID=" + plan.invocation.to_string());
  environment.push_back("SYSTEMD_EXEC_PID=" + std::to_string(::getpid()));
  return environment;
}

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  for (std::string& string : strings)
    pointers.push_back(string.data());
  pointers.push_back(nullptr);
  return pointers;
}

void reset_signals() {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    ::sigaction(number, &action, nullptr);
  action.sa_handler = SIG_IGN;
  ::sigaction(SIGPIPE, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

std::optional<LaunchFailure> redirect_output(const LaunchPlan& plan) {
  const OutputStream& out = plan.standard_output;
  const OutputStream& err = plan.standard_error;
  if (out.fd >= 0) {
    if (!base::write_all(out.fd, out.header)) return LaunchFailure{LaunchStep::kOutput, errno};
    if (::dup2(out.fd, STDOUT_FILENO) < 0) return LaunchFailure{LaunchStep::kOutput, errno};
  }
  if (err.fd >= 0) {
    if (err.fd != out.fd && !base::write_all(err.fd, err.header)) {
      return LaunchFailure{LaunchStep::kOutput, errno};
    }
    if (::dup2(err.fd, STDERR_FILENO) < 0) return LaunchFailure{LaunchStep::kOutput, errno};
  }
  return std::nullopt;
}

LaunchFailure execute(const LaunchPlan& plan) {
  std::vector<std::string> arguments = plan.argv;
  std::vector<std::string> environment = make_environment(plan);
  const std::vector<char*> argv = pointers_to(arguments);
  const std::vector<char*> envp = pointers_to(environment);
  ::execvpe(argv[0], argv.data(), envp.data());
  return {LaunchStep::kExec, errno};
}

LaunchFailure run_in_child(const LaunchPlan& plan) {
  if (::setsid() < 0) return {LaunchStep::kSetUp, errno};
  const int null = ::open("/dev/null", O_RDONLY);
  if (null < 0 || ::dup2(null, STDIN_FILENO) < 0) return {LaunchStep::kSetUp, errno};
  if (null != STDIN_FILENO) ::close(null);
  ::signal(SIGPIPE, SIG_IGN);  // a collector that leaves now must not end us silently
  if (const auto failure = redirect_output(plan)) return *failure;
  reset_signals();
  return execute(plan);
}

pid_t wait_for(pid_t pid) {
  pid_t reaped = 0;
  do {
    reaped = ::waitpid(pid, nullptr, 0);
  } while (reaped < 0 && errno == EINTR);
  return reaped;
}

}  // namespace

Result<Launched> launch_child(const LaunchPlan& plan) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) return fail(Error::system(errno, "pipe"));
  UniqueFd reading(ends[0]);
  UniqueFd writing(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Error::system(errno, "fork"));
  if (pid == 0) {
    const LaunchFailure failure = run_in_child(plan);
    const std::string_view report(reinterpret_cast<const char*>(&failure), sizeof(failure));
    std::ignore = base::write_all(writing.get(), report);  // without a reader nobody asks
    ::_exit(exit_status_of(failure));
  }
  writing.reset();
  // exec closes the child's end: nothing to read means success.
  const std::string report = LOGQ_TRY(base::read_all(reading.get(), sizeof(LaunchFailure)));
  Launched launched{.pid = pid, .failure = std::nullopt};
  if (report.size() == sizeof(LaunchFailure)) {
    report.copy(reinterpret_cast<char*>(&launched.failure.emplace()), sizeof(LaunchFailure));
    wait_for(pid);
  }
  return launched;
}

LaunchFailure become_program(const LaunchPlan& plan) {
  ::setsid();  // fails for the leader of a process group, who keeps its session
  ::signal(SIGPIPE, SIG_IGN);
  // Kept for the one line that tells of a failed exec, when fd 2 is the stream already.
  UniqueFd saved_error(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  auto failure = redirect_output(plan);
  if (!failure) {
    reset_signals();
    failure = execute(plan);
  }
  if (saved_error.is_open()) ::dup2(saved_error.get(), STDERR_FILENO);
  return *failure;
}

int exit_status_of(const LaunchFailure& failure) {
  if (failure.step != LaunchStep::kExec) return 125;
  return failure.sys_errno == ENOENT || failure.sys_errno == ENOTDIR ? 127 : 126;
}

}  // namespace logq::supervise
