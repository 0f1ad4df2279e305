#include "supervise/launch.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
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

std::vector<char*> pointers_to(std::vector<std::string>& strings) {
  std::vector<char*> pointers;
  pointers.reserve(strings.size() + 1);
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

int access_obstacle(const std::string& path) {
  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) return errno;
  if (S_ISDIR(status.st_mode)) return EACCES;
  return ::faccessat(AT_FDCWD, path.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

// The errno with which exec would refuse this program, as far as can be known without trying; 0
// when nothing speaks against it. Searches PATH as execvp(3) does.
int exec_obstacle(const std::string& program) {
  if (program.empty()) return ENOENT;
  if (program.find('/') != std::string::npos) return access_obstacle(program);
  const char* variable = ::getenv("PATH");
  const std::string path = variable == nullptr ? "/bin:/usr/bin" : variable;
  int obstacle = ENOENT;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string directory = path.substr(begin, end - begin);
    const int found = access_obstacle((directory.empty() ? "." : directory) + "/" + program);
    if (found == 0) return 0;
    if (found == EACCES) obstacle = EACCES;
    begin = end + 1;
  }
  return obstacle;
}

// One byte each way between the child and its parent: "ready" and "go".
bool receive_byte(int fd) {
  char byte = 0;
  ssize_t size = 0;
  do {
    size = ::recv(fd, &byte, 1, 0);
  } while (size < 0 && errno == EINTR);
  return size == 1;
}

LaunchFailure run_in_child(const LaunchPlan& plan, int parent) {
  if (::setsid() < 0) return {LaunchStep::kSetUp, errno};
  // NOLINTNEXTLINE(android-cloexec-open): it becomes the program's standard input
  const int null = ::open("/dev/null", O_RDONLY);
  if (null < 0 || ::dup2(null, STDIN_FILENO) < 0) return {LaunchStep::kSetUp, errno};
  if (null != STDIN_FILENO) ::close(null);
  ::signal(SIGPIPE, SIG_IGN);  // a collector that leaves now must not end us silently
  if (const auto failure = redirect_output(plan)) return *failure;
  if (const int obstacle = exec_obstacle(plan.argv.front()); obstacle != 0) {
    return {LaunchStep::kExec, obstacle};
  }
  if (!base::write_all(parent, "r") || !receive_byte(parent)) return {LaunchStep::kSetUp, EPIPE};
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

// The parent's side: "ready", "go", and then nothing when exec has closed the child's end, or why
// it failed.
Result<Launched> follow_launch(pid_t pid, int child, const std::function<void()>& before_exec) {
  char first = 0;
  if (::recv(child, &first, 1, MSG_PEEK) == 1 && first == 'r') {
    receive_byte(child);
    before_exec();
    // A child that has died meanwhile is found by waitpid().
    std::ignore = ::send(child, "g", 1, MSG_NOSIGNAL);
  }
  const std::string report = LOGQ_TRY(base::read_all(child, 1 + sizeof(LaunchFailure)));
  Launched launched{.pid = pid, .failure = std::nullopt};
  if (report.size() == 1 + sizeof(LaunchFailure)) {
    report.copy(reinterpret_cast<char*>(&launched.failure.emplace()), sizeof(LaunchFailure), 1);
    wait_for(pid);
  }
  return launched;
}

}  // namespace

Result<Launched> launch_child(const LaunchPlan& plan, const std::function<void()>& before_exec) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return fail(Error::system(errno, "socketpair"));
  }
  const UniqueFd child(ends[0]);
  UniqueFd parent(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Error::system(errno, "fork"));
  if (pid == 0) {
    const LaunchFailure failure = run_in_child(plan, parent.get());
    const std::string_view report(reinterpret_cast<const char*>(&failure), sizeof(failure));
    // 'f' takes the place of "ready"; after it, exec has failed. Without a reader nobody asks.
    std::ignore = base::write_all(parent.get(), "f");
    std::ignore = base::write_all(parent.get(), report);
    ::_exit(exit_status_of(failure));
  }
  parent.reset();
  return follow_launch(pid, child.get(), before_exec);
}

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
