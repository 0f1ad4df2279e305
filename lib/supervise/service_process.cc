#include "supervise/service_process.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "base/io.h"
#include "base/try.h"
#include "supervise/account.h"
#include "supervise/collector_stream.h"
#include "supervise/credentials.h"
#include "supervise/descriptor_limit.h"
#include "supervise/exec_arguments.h"
#include "supervise/program_search.h"

namespace logq::supervise {
namespace {

using Failure = std::optional<ProcessFailure>;
using Privileges = ExecCommand::Privileges;

constexpr ProcessFailure kFds{"FDS", 202, 0};
constexpr ProcessFailure kChdir{"CHDIR", 200, 0};
constexpr ProcessFailure kNice{"NICE", 201, 0};
constexpr ProcessFailure kExec{"EXEC", 203, 0};
constexpr ProcessFailure kLimits{"LIMITS", 205, 0};
constexpr ProcessFailure kOomAdjust{"OOM_ADJUST", 206, 0};
constexpr ProcessFailure kStdin{"STDIN", 208, 0};
constexpr ProcessFailure kStdout{"STDOUT", 209, 0};
constexpr ProcessFailure kChroot{"CHROOT", 210, 0};
constexpr ProcessFailure kGroup{"GROUP", 216, 0};
constexpr ProcessFailure kUser{"USER", 217, 0};
constexpr ProcessFailure kCapabilityStep{"CAPABILITIES", 218, 0};
constexpr ProcessFailure kSetsid{"SETSID", 220, 0};
constexpr ProcessFailure kNoNewPrivileges{"NO_NEW_PRIVILEGES", 227, 0};
constexpr ProcessFailure kCredentials{"CREDENTIALS", 243, 0};

// By DirectoryKind.
constexpr std::array<ProcessFailure, 5> kDirectories{
    {{"RUNTIME_DIRECTORY", 233, 0, DirectoryKind::kRuntime},
     {"STATE_DIRECTORY", 238, 0, DirectoryKind::kState},
     {"CACHE_DIRECTORY", 239, 0, DirectoryKind::kCache},
     {"LOGS_DIRECTORY", 240, 0, DirectoryKind::kLogs},
     {"CONFIGURATION_DIRECTORY", 241, 0, DirectoryKind::kConfiguration}}};

// The steps by their exit status, which crosses the process boundary.
constexpr std::array kSteps{
    kFds,    kChdir, kNice, kExec,           kLimits, kOomAdjust,       kStdin,      kStdout,
    kChroot, kGroup, kUser, kCapabilityStep, kSetsid, kNoNewPrivileges, kCredentials};

ProcessFailure failed(ProcessFailure step, int number) {
  step.sys_errno = number;
  return step;
}

constexpr int kFirstPassed = 3;  // SD_LISTEN_FDS_START
constexpr int kLastCapability = 63;

struct Report {
  std::int32_t exit_status;
  std::int32_t sys_errno;
};

// As those that systemd makes a process's own.
void make_blocking(int fd) {
  const int flags = ::fcntl(fd, F_GETFL);
  if (flags >= 0 && (flags & O_NONBLOCK) != 0) ::fcntl(fd, F_SETFL, flags & ~O_NONBLOCK);
}

Failure redirect(const OutputStream& stream, int target, bool has_own_header) {
  if (stream.fd < 0) return std::nullopt;
  if (has_own_header && !stream.header.empty() && !base::write_all(stream.fd, stream.header))
    return failed(kStdout, errno);
  if (stream.header.empty()) make_blocking(stream.fd);
  if (::dup2(stream.fd, target) < 0) return failed(kStdout, errno);
  return std::nullopt;
}

Failure take_standard_descriptors(const ProcessPlan& plan) {
  int input = plan.standard_input;
  if (input >= 0) make_blocking(input);
  // NOLINTNEXTLINE(android-cloexec-open): it becomes the program's standard input
  if (input < 0) input = ::open(plan.standard_input_file.c_str(), O_RDONLY | O_NOCTTY);
  if (input < 0 || ::dup2(input, STDIN_FILENO) < 0) return failed(kStdin, errno);
  const bool is_same = plan.standard_error.fd == plan.standard_output.fd;
  if (const Failure failure = redirect(plan.standard_output, STDOUT_FILENO, true)) return failure;
  return redirect(plan.standard_error, STDERR_FILENO, !is_same);
}

// A copy of it out of the way of the others, and `control` out of its own; -1, with errno, where
// there is another one in its place.
int prepare_readiness(const ProcessPlan& plan, int above, int& control) {
  const int place = plan.ready_descriptor;
  if (place < above) {
    errno = EBUSY;
    return -1;
  }
  if (control == place) control = ::fcntl(control, F_DUPFD_CLOEXEC, place + 1);
  return control < 0 ? -1 : ::fcntl(plan.readiness, F_DUPFD_CLOEXEC, place + 1);
}

// Those of a unit's sockets and store, from 3 on, in their order. `control` moves out of the way.
Failure place_descriptors(const ProcessPlan& plan, int& control) {
  const int above = kFirstPassed + static_cast<int>(plan.descriptors.size());
  std::vector<int> copies;
  for (const int fd : plan.descriptors) {
    copies.push_back(::fcntl(fd, F_DUPFD_CLOEXEC, above));
    if (copies.back() < 0) return failed(kFds, errno);
  }
  if (control < above) {
    control = ::fcntl(control, F_DUPFD_CLOEXEC, above);
    if (control < 0) return failed(kFds, errno);
  }
  const int readiness = plan.readiness < 0 ? -1 : prepare_readiness(plan, above, control);
  if (plan.readiness >= 0 && readiness < 0) return failed(kFds, errno);
  for (std::size_t i = 0; i < copies.size(); ++i) {
    if (::dup2(copies[i], kFirstPassed + static_cast<int>(i)) < 0) return failed(kFds, errno);
  }
  // All that is not the program's closes with exec.
  ::syscall(SYS_close_range, static_cast<unsigned>(above), ~0U, 4U /* CLOSE_RANGE_CLOEXEC */);
  if (readiness >= 0 && ::dup2(readiness, plan.ready_descriptor) < 0) return failed(kFds, errno);
  return std::nullopt;
}

Failure apply_limits(const ExecutionSettings& settings) {
  for (const ResourceLimit& limit : settings.limits) {
    rlimit current{};
    ::getrlimit(static_cast<__rlimit_resource>(limit.resource), &current);
    rlimit wanted = limit_to_set(limit, current);
    if (::setrlimit(static_cast<__rlimit_resource>(limit.resource), &wanted) == 0) continue;
    // Without privileges the hard limit stays; what is below it can be had.
    wanted = {std::min(wanted.rlim_cur, current.rlim_max), current.rlim_max};
    if (errno != EPERM || ::setrlimit(static_cast<__rlimit_resource>(limit.resource), &wanted) != 0)
      return failed(kLimits, errno);
  }
  return std::nullopt;
}

// As under systemd: that it may not be lowered here, say in a container, is no reason not to run.
Failure adjust_oom_score(int score) {
  const auto set = [&]() -> Result<void> {
    const auto file = LOGQ_TRY(base::open_file("/proc/self/oom_score_adj", O_WRONLY));
    return base::write_all(file.get(), std::to_string(score));
  }();
  if (set || set.error().sys_errno == EACCES || set.error().sys_errno == EPERM) return std::nullopt;
  return failed(kOomAdjust, set.error().sys_errno);
}

Failure apply_priorities(const ExecutionSettings& settings) {
  if (settings.nice && ::setpriority(PRIO_PROCESS, 0, *settings.nice) != 0)
    return failed(kNice, errno);
  return settings.oom_score_adjust ? adjust_oom_score(*settings.oom_score_adjust) : std::nullopt;
}

// Whom the settings name: ourselves where that is nobody.
std::optional<Account> find_identity(const ExecutionSettings& settings, Failure& failure) {
  Account identity;
  identity.uid = ::geteuid();
  identity.gid = ::getegid();
  identity.home.clear();
  if (!settings.user.empty()) {
    const auto account = find_account(settings.user);
    if (!account) {
      failure = failed(kUser, ESRCH);
      return std::nullopt;
    }
    identity = *account;
  }
  if (!settings.group.empty()) {
    const auto gid = find_group(settings.group);
    if (!gid) {
      failure = failed(kGroup, ESRCH);
      return std::nullopt;
    }
    identity.gid = *gid;
  }
  return identity;
}

Failure take_groups(const ExecutionSettings& settings, const Account& identity) {
  if (!settings.user.empty() && !identity.name.empty() && ::geteuid() == 0) {
    if (::initgroups(identity.name.c_str(), identity.gid) != 0) return failed(kGroup, errno);
  } else if (!settings.group.empty() && ::geteuid() == 0 && ::setgroups(0, nullptr) != 0) {
    return failed(kGroup, errno);
  }
  if (!settings.supplementary_groups.empty()) {
    std::vector<gid_t> groups(static_cast<std::size_t>(std::max(0, ::getgroups(0, nullptr))));
    groups.resize(static_cast<std::size_t>(
        std::max(0, ::getgroups(static_cast<int>(groups.size()), groups.data()))));
    for (const std::string& name : settings.supplementary_groups) {
      const auto gid = find_group(name);
      if (!gid) return failed(kGroup, ESRCH);
      groups.push_back(*gid);
    }
    if (::setgroups(groups.size(), groups.data()) != 0) return failed(kGroup, errno);
  }
  if (identity.gid != ::getegid() && ::setresgid(identity.gid, identity.gid, identity.gid) != 0)
    return failed(kGroup, errno);
  return std::nullopt;
}

bool has_capability(std::uint64_t set, int capability) {
  return (set >> static_cast<unsigned>(capability) & 1U) != 0;
}

Failure bound_capabilities(const ExecutionSettings& settings) {
  for (int capability = 0; capability <= kLastCapability; ++capability) {
    if (has_capability(settings.capability_bounding_set, capability)) continue;
    if (::prctl(PR_CAPBSET_READ, capability, 0, 0, 0) != 1) continue;
    if (::prctl(PR_CAPBSET_DROP, capability, 0, 0, 0) != 0) return failed(kCapabilityStep, errno);
  }
  return std::nullopt;
}

// Those that stay over the change of user and over exec.
Failure raise_ambient(std::uint64_t capabilities) {
  __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
  std::array<__user_cap_data_struct, 2> data{};
  if (::syscall(SYS_capget, &header, data.data()) != 0) return failed(kCapabilityStep, errno);
  for (std::size_t word = 0; word < data.size(); ++word) {
    const auto bits = static_cast<std::uint32_t>(capabilities >> (32 * word));
    data[word].inheritable |= bits;
    data[word].effective |= bits & data[word].permitted;
  }
  if (::syscall(SYS_capset, &header, data.data()) != 0) return failed(kCapabilityStep, errno);
  for (int capability = 0; capability <= kLastCapability; ++capability) {
    if (!has_capability(capabilities, capability)) continue;
    if (::prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, capability, 0, 0) != 0)
      return failed(kCapabilityStep, errno);
  }
  return std::nullopt;
}

Failure take_user(const ExecutionSettings& settings, const Account& identity) {
  const bool has_ambient = settings.ambient_capabilities != 0;
  if (has_ambient) ::prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0);
  if (identity.uid != ::geteuid() && ::setresuid(identity.uid, identity.uid, identity.uid) != 0)
    return failed(kUser, errno);
  return has_ambient ? raise_ambient(settings.ambient_capabilities) : std::nullopt;
}

Failure enter_directory(const ExecutionSettings& settings, const Account& identity) {
  const std::string& wanted = settings.working_directory;
  // As systemd: a service begins at the root, unless it is ours to inherit a place.
  if (wanted.empty()) return std::nullopt;
  const std::string path = wanted == "~" ? identity.home : wanted;
  if (::chdir(path.c_str()) == 0 || settings.may_lack_working_directory) return std::nullopt;
  return failed(kChdir, errno);
}

Failure make_directories(const ProcessPlan& plan, const Account& identity) {
  const ExecutionSettings& settings = *plan.settings;
  if (plan.directory_roots == nullptr) return std::nullopt;
  DirectoryOwner owner;
  if (!settings.user.empty()) owner.uid = identity.uid;
  if (!settings.user.empty() || !settings.group.empty()) owner.gid = identity.gid;
  ::umask(0022);
  const auto failure = make_service_directories(settings, *plan.directory_roots, owner);
  if (!failure) return std::nullopt;
  return failed(kDirectories.at(static_cast<std::size_t>(failure->kind)), failure->sys_errno);
}

Failure put_credentials(const ProcessPlan& plan, const Account& identity) {
  if (plan.credentials_directory.empty()) return std::nullopt;
  const ExecutionSettings& settings = *plan.settings;
  const uid_t owner = settings.user.empty() ? static_cast<uid_t>(-1) : identity.uid;
  ::umask(0022);
  const auto written = write_credentials(settings, plan.credentials_directory, owner);
  if (written) return std::nullopt;
  return failed(kCredentials, written.error().sys_errno);
}

Failure become_service(const ProcessPlan& plan) {
  const ExecutionSettings& settings = *plan.settings;
  Failure missing;
  const auto identity = find_identity(settings, missing);
  if (!identity) return missing;
  if (const Failure failure = make_directories(plan, *identity)) return failure;
  if (const Failure failure = put_credentials(plan, *identity)) return failure;
  // As systemd, a command with the privileges of root is still in the groups of the user.
  const bool is_of_user = !settings.user.empty() && !identity->name.empty() && identity->gid != 0;
  if (plan.privileges != Privileges::kOfService && is_of_user && ::geteuid() == 0 &&
      ::initgroups(identity->name.c_str(), identity->gid) != 0)
    return failed(kGroup, errno);
  ::umask(settings.umask);
  if (const Failure failure = apply_priorities(settings)) return failure;
  if (!settings.root_directory.empty() && plan.privileges != Privileges::kFull) {
    if (::chroot(settings.root_directory.c_str()) != 0 || ::chdir("/") != 0)
      return failed(kChroot, errno);
  }
  if (plan.privileges != Privileges::kFull) {
    if (const Failure failure = apply_limits(settings)) return failure;
    const bool keeps_user = plan.privileges == Privileges::kKeepUser;
    if (!keeps_user)
      if (const Failure failure = take_groups(settings, *identity)) return failure;
    if (const Failure failure = bound_capabilities(settings)) return failure;
    if (!keeps_user)
      if (const Failure failure = take_user(settings, *identity)) return failure;
    if (settings.has_no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
      return failed(kNoNewPrivileges, errno);
  }
  return enter_directory(settings, *identity);
}

void reset_signals(bool ignores_sigpipe) {
  struct sigaction action {};
  action.sa_handler = SIG_DFL;
  for (int number = 1; number < NSIG; ++number)
    ::sigaction(number, &action, nullptr);
  action.sa_handler = SIG_IGN;
  if (ignores_sigpipe) ::sigaction(SIGPIPE, &action, nullptr);
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
}

void replace_variable(std::vector<std::string>& environment,
                      std::string_view name,
                      const std::string& value) {
  const std::string begin = std::string(name) + "=";
  std::erase_if(environment, [&](const std::string& text) { return text.starts_with(begin); });
  environment.push_back(begin + value);
}

// What only the process itself knows.
std::vector<std::string> own_environment(const ProcessPlan& plan) {
  std::vector<std::string> environment = plan.environment;
  const std::string pid = std::to_string(::getpid());
  replace_variable(environment, "SYSTEMD_EXEC_PID", pid);
  if (plan.has_watchdog) replace_variable(environment, "WATCHDOG_PID", pid);
  if (!plan.descriptors.empty()) replace_variable(environment, "LISTEN_PID", pid);
  const OutputStream& stream =
      plan.standard_error.header.empty() ? plan.standard_output : plan.standard_error;
  if (stream.fd >= 0) {
    std::erase_if(environment, [](const std::string& text) {
      return text.starts_with("JOURNAL_STREAM=");  // that was another one
    });
  }
  if (stream.fd >= 0 && !stream.header.empty()) {
    if (const auto id = journal_stream_id(stream.fd))
      replace_variable(environment, "JOURNAL_STREAM", *id);
  }
  return environment;
}

std::string_view search_path_of(const std::vector<std::string>& environment) {
  for (const std::string_view text : environment)
    if (text.starts_with("PATH=")) return text.substr(5);
  return kServiceSearchPath;
}

bool receive_byte(int fd) {
  char byte = 0;
  ssize_t size = 0;
  do {
    size = ::recv(fd, &byte, 1, 0);
  } while (size < 0 && errno == EINTR);
  return size == 1;
}

void await_release(int control) {
  if (!base::write_all(control, "r") || !receive_byte(control)) ::_exit(kExec.exit_status);
}

// Does not return but for a failure.
ProcessFailure run_in_child(const ProcessPlan& plan, int& control) {
  if (::setsid() < 0) return failed(kSetsid, errno);
  ::signal(SIGPIPE, SIG_IGN);  // a collector that leaves now must not end us silently
  if (const Failure failure = take_standard_descriptors(plan)) return *failure;
  if (const Failure failure = place_descriptors(plan, control)) return *failure;
  restore_descriptor_limit();
  std::vector<std::string> environment = own_environment(plan);
  // Whoever starts us does not wait for others.
  const bool is_released_first =
      !plan.credentials_directory.empty() && has_credentials_of_others(*plan.settings);
  if (is_released_first) await_release(control);
  if (const Failure failure = become_service(plan)) return *failure;
  const FoundProgram program = find_program(plan.program, search_path_of(plan.environment));
  if (program.sys_errno != 0)
    return failed(kExec, program.sys_errno == EISDIR ? EACCES : program.sys_errno);
  if (!is_released_first) await_release(control);
  reset_signals(plan.settings->ignores_sigpipe);
  std::vector<std::string> arguments = plan.argv;
  ::execve(program.path.c_str(), pointers_to(arguments).data(), pointers_to(environment).data());
  return failed(kExec, errno);
}

std::optional<ProcessFailure> read_report(int fd) {
  Report report{};
  if (::recv(fd, &report, sizeof report, MSG_WAITALL) != static_cast<ssize_t>(sizeof report))
    return std::nullopt;
  const auto is_step = [&](const ProcessFailure& step) {
    return step.exit_status == report.exit_status;
  };
  if (const auto step = std::ranges::find_if(kDirectories, is_step); step != kDirectories.end())
    return failed(*step, report.sys_errno);
  const auto step = std::ranges::find_if(kSteps, is_step);
  return failed(step == kSteps.end() ? kExec : *step, report.sys_errno);
}

}  // namespace

Result<HeldProcess> start_process(const ProcessPlan& plan) {
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) != 0)
    return fail(Error::system(errno, "socketpair"));
  base::UniqueFd ours(ends[0]);
  base::UniqueFd theirs(ends[1]);
  const pid_t pid = ::fork();
  if (pid < 0) return fail(Error::system(errno, "fork"));
  if (pid == 0) {
    ours.reset();  // so that it ends where nobody will release it
    int control = theirs.get();
    const ProcessFailure failure = run_in_child(plan, control);
    // 'f' takes the place of "ready"; after it, exec has failed.
    const Report report{failure.exit_status, failure.sys_errno};
    std::ignore = base::write_all(control, "f");
    std::ignore = base::write_all(control, {reinterpret_cast<const char*>(&report), sizeof report});
    ::_exit(failure.exit_status);
  }
  theirs.reset();
  HeldProcess process{pid, std::move(ours), std::nullopt};
  char first = 0;
  ssize_t size = 0;
  do {
    size = ::recv(process.control.get(), &first, 1, 0);
  } while (size < 0 && errno == EINTR);
  if (size == 1 && first == 'f') process.failure = read_report(process.control.get());
  return process;
}

void release_process(const HeldProcess& process) {
  std::ignore = ::send(process.control.get(), "g", 1, MSG_NOSIGNAL);
}

std::optional<ProcessFailure> outcome_of(const HeldProcess& process) {
  char first = 0;
  if (::recv(process.control.get(), &first, 1, 0) != 1) return std::nullopt;
  return read_report(process.control.get());
}

}  // namespace logq::supervise
