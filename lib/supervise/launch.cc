#include "supervise/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <optional>
#include <string_view>

#include "base/io.h"
#include "base/unique_fd.h"
#include "supervise/collector_stream.h"
#include "supervise/exec_arguments.h"

namespace logq::supervise {
namespace {

using base::UniqueFd;

// Ours replaces what we inherited ourselves; a child must never see two values.
constexpr std::array<std::string_view, 3> kOwnVariables{
    "JOURNAL_STREAM=", "INVOCATION_ID=", "SYSTEMD_EXEC_PID="};

bool variable_is(const char* name, const std::string& value) {
  const char* found = ::getenv(name);
  return found != nullptr && value == found;
}

std::vector<std::string> make_environment(const LaunchPlan& plan) {
  // Then the service manager started us, to become the service: its name for this run is kept.
  const bool is_managed = variable_is("SYSTEMD_EXEC_PID", std::to_string(::getpid()));
  const int stream = plan.standard_error.fd >= 0 ? plan.standard_error.fd : plan.standard_output.fd;
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view text(*variable);
    const bool is_kept = (stream < 0 && text.starts_with(kOwnVariables[0])) ||
                         (is_managed && text.starts_with(kOwnVariables[1]));
    bool own = false;
    for (const std::string_view name : kOwnVariables)
      own = own || text.starts_with(name);
    if (!own || is_kept) environment.emplace_back(text);
  }
  if (stream >= 0) {
    if (const auto id = journal_stream_id(stream)) environment.push_back("JOURNAL_STREAM=" + *id);
  }
  if (!is_managed || ::getenv("INVOCATION_ID") == nullptr) {
    environment.push_back("INVOCATION_ID=" + plan.invocation.to_string());
  }
  environment.push_back("SYSTEMD_EXEC_PID=" + std::to_string(::getpid()));
  return environment;
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

}  // namespace

LaunchFailure become_program(const LaunchPlan& plan) {
  ::setsid();  // fails for the leader of a process group, who keeps its session
  ::signal(SIGPIPE, SIG_IGN);
  // Kept for the one line that tells of a failed exec, when fd 2 is the stream already.
  UniqueFd saved_error(::fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3));
  auto failure = redirect_output(plan);
  if (!failure) failure = execute(plan);
  if (saved_error.is_open()) ::dup2(saved_error.get(), STDERR_FILENO);
  return *failure;
}

int exit_status_of(const LaunchFailure& failure) {
  if (failure.step != LaunchStep::kExec) return 125;
  return failure.sys_errno == ENOENT || failure.sys_errno == ENOTDIR ? 127 : 126;
}

}  // namespace logq::supervise
