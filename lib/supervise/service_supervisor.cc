#include "supervise/service_supervisor.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <utility>

#include "base/io.h"
#include "base/try.h"
#include "supervise/account.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;

// What a service says comes before that it has ended, and that before what is due.
constexpr std::int64_t kNotifyPriority = SD_EVENT_PRIORITY_NORMAL - 20;
constexpr std::int64_t kProcessPriority = SD_EVENT_PRIORITY_NORMAL - 10;

constexpr std::uint64_t kPrecisely = 1;  // of a timer, in microseconds

constexpr int kMostAtOnce = 256;  // messages to the notify socket

// How long an end waits for output that the collector has not read. With descendants that may go on
// writing the queue need never be empty, so the wait is shorter.
constexpr std::uint64_t kDrainAloneUsec = 5'000'000;
constexpr std::uint64_t kDrainBesideOthersUsec = 1'000'000;
constexpr std::uint64_t kShortestNapUsec = 50;
constexpr std::uint64_t kLongestNapUsec = 5'000;

// How long a program waits for the collector to take the entry of its start, so that it is stored
// before all output.
constexpr auto kStartedPatience = 1s;

// Everything a sender can mean for the service. Not: what reports our own faults, what job control
// does to us, SIGPIPE (ignored) and what cannot be caught.
bool is_for_service(int signal) {
  constexpr std::array kOurs{SIGILL,  SIGABRT, SIGBUS,  SIGFPE,  SIGSEGV, SIGSYS,  SIGTRAP,
                             SIGTSTP, SIGTTIN, SIGTTOU, SIGPIPE, SIGCHLD, SIGKILL, SIGSTOP};
  const bool is_of_libc = signal >= 32 && signal < SIGRTMIN;
  return std::ranges::find(kOurs, signal) == kOurs.end() && !is_of_libc;
}

Result<void> event_result(int status, Literal call) {
  if (status < 0) return fail(Error::system(-status, call));
  return {};
}

pid_t pid_in_file(const std::string& path) {
  const auto text = base::read_small_file(path, 64);
  pid_t pid = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), pid);
  return pid;
}

// As systemd: nothing of an account that is not for logging in.
void set_user_variables(const std::string& name, Environment& environment) {
  const auto account = find_account(name);
  if (!account || !account->is_known) return;
  constexpr uid_t kNobody = 65534;
  const std::string& shell = account->shell;
  const std::string& home = account->home;
  environment.set("USER=" + account->name);
  environment.set("LOGNAME=" + account->name);
  if (account->uid == kNobody) return;
  if (home.starts_with('/') && home != "/") environment.set("HOME=" + home);
  const bool is_for_logins = shell.starts_with('/') && !shell.ends_with("/nologin") &&
                             !shell.ends_with("/false") && !shell.ends_with("/true");
  if (is_for_logins) environment.set("SHELL=" + shell);
}

}  // namespace

Result<std::unique_ptr<ServiceSupervisor>> ServiceSupervisor::create(const ServiceUnit& unit,
                                                                     LifecycleLog& log,
                                                                     SupervisorOptions options) {
  std::unique_ptr<ServiceSupervisor> made(new ServiceSupervisor(unit, log, std::move(options)));
  LOGQ_TRY(made->prepare());
  return made;
}

ServiceSupervisor::ServiceSupervisor(const ServiceUnit& unit,
                                     LifecycleLog& log,
                                     SupervisorOptions options)
    : unit_(unit),
      log_(log),
      options_(std::move(options)),
      service_(unit, *this, log) {}

ServiceSupervisor::~ServiceSupervisor() = default;

Result<void> ServiceSupervisor::prepare() {
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0) return fail(Error::system(errno, "prctl"));
  ::signal(SIGPIPE, SIG_IGN);
  for (const ProcessInfo& info : descendants_of(::getpid(), list_processes()))
    strangers_.insert(info.pid);
  sd_event* event = nullptr;
  LOGQ_TRY(event_result(sd_event_new(&event), "sd_event_new"));
  event_.reset(event);

  sigset_t blocked;
  ::sigemptyset(&blocked);
  for (int signal = 1; signal <= SIGRTMAX; ++signal)
    if (is_for_service(signal) || signal == SIGCHLD) ::sigaddset(&blocked, signal);
  if (::sigprocmask(SIG_BLOCK, &blocked, nullptr) != 0)
    return fail(Error::system(errno, "sigprocmask"));
  const auto on_signal = [](sd_event_source* /*source*/, const signalfd_siginfo* info, void* self) {
    static_cast<ServiceSupervisor*>(self)->take_signal(static_cast<int>(info->ssi_signo));
    return 0;
  };
  for (int signal = 1; signal <= SIGRTMAX; ++signal) {
    if (!is_for_service(signal) && signal != SIGCHLD) continue;
    sd_event_source* source = nullptr;
    LOGQ_TRY(event_result(sd_event_add_signal(event, &source, signal, on_signal, this),
                          "sd_event_add_signal"));
    signals_.emplace_back(source, sd_event_source_unref);
    if (signal == SIGCHLD) sd_event_source_set_priority(source, kProcessPriority);
  }

  const auto add_timer = [&](Source& timer, sd_event_time_handler_t handler) -> Result<void> {
    sd_event_source* source = nullptr;
    LOGQ_TRY(event_result(
        sd_event_add_time(event, &source, CLOCK_MONOTONIC, 0, kPrecisely, handler, this),
        "sd_event_add_time"));
    timer.reset(source);
    return event_result(sd_event_source_set_enabled(source, SD_EVENT_OFF),
                        "sd_event_source_set_enabled");
  };
  using Self = ServiceSupervisor;
  LOGQ_TRY(add_timer(timer_, [](sd_event_source*, std::uint64_t, void* self) {
    static_cast<Self*>(self)->service_.time_is_up();
    static_cast<Self*>(self)->finish_if_over();
    return 0;
  }));
  LOGQ_TRY(add_timer(watchdog_, [](sd_event_source*, std::uint64_t, void* self) {
    static_cast<Self*>(self)->service_.watchdog_is_up();
    static_cast<Self*>(self)->finish_if_over();
    return 0;
  }));
  LOGQ_TRY(add_timer(drain_timer_, [](sd_event_source*, std::uint64_t, void* self) {
    static_cast<Self*>(self)->tell_ends();
    return 0;
  }));

  if (service_.notify_access() == wire::NotifyAccess::kNone) return {};
  const std::string directory = options_.runtime_directory + "/notify";
  LOGQ_TRY(base::make_directories(directory, 0755));
  // Two of us may run a unit of that name.
  notify_ =
      LOGQ_TRY(NotifySocket::open(directory + "/" + unit_.name + "-" + std::to_string(::getpid())));
  sd_event_source* source = nullptr;
  LOGQ_TRY(event_result(sd_event_add_io(
                            event, &source, notify_->fd(), EPOLLIN,
                            [](sd_event_source*, int, std::uint32_t, void* self) {
                              static_cast<Self*>(self)->hear_notifications();
                              static_cast<Self*>(self)->finish_if_over();
                              return 0;
                            },
                            this),
                        "sd_event_add_io"));
  notify_source_.reset(source);
  sd_event_source_set_priority(source, kNotifyPriority);
  return {};
}

void ServiceSupervisor::run() {
  is_over_ = false;
  service_.start();
  finish_if_over();
  while (!is_over_) {
    if (sd_event_run(event_.get(), UINT64_MAX) < 0) break;
  }
}

void ServiceSupervisor::finish_if_over() {
  is_over_ = service_.is_at_rest() && ended_.empty();
}

// --- processes ---

std::optional<pid_t> ServiceSupervisor::spawn(CommandKind kind, const ExecCommand& command) {
  const auto found = environment_for(kind);
  if (!found) {
    const int reason = found.error().sys_errno;
    log_.environment_failed(kind, reason != 0 ? reason : EINVAL);
    return std::nullopt;
  }
  const Environment& environment = *found;
  ProcessPlan plan;
  plan.program = command.program;
  plan.argv =
      substitute(command, [&](std::string_view name) { return environment.value_of(name); });
  plan.environment = environment.assignments();
  plan.settings = &unit_.execution;
  plan.directory_roots = &options_.directory_roots;
  if (unit_.standard_input.from == Input::From::kFile)
    plan.standard_input_file = unit_.standard_input.name;
  plan.privileges = command.privileges;
  plan.has_watchdog = kind == CommandKind::kStart && service_.watchdog_usec() > 0;
  Process process;
  process.program = command.program;
  const bool is_after_the_run =
      kind == CommandKind::kReload || kind == CommandKind::kStop || kind == CommandKind::kStopPost;
  process.may_fail = command.ignores_failure || is_after_the_run;
  open_output(plan, process);
  auto held = start_process(plan);
  if (!held) {
    log_.complained("Failed to start a process: " + held.error().message());
    return std::nullopt;
  }
  process.held = *std::move(held);
  const pid_t pid = process.held.pid;
  if (process.held.failure) {
    tell_failure(process, *process.held.failure);
  }
  processes_.emplace(pid, std::move(process));
  return pid;
}

void ServiceSupervisor::release(pid_t pid) {
  const auto found = processes_.find(pid);
  if (found == processes_.end() || found->second.held.failure) return;
  log_.settle(kStartedPatience);
  release_process(found->second.held);
  sd_event_source* source = nullptr;
  const auto on_outcome = [](sd_event_source*, int fd, std::uint32_t, void* self) {
    auto& supervisor = *static_cast<ServiceSupervisor*>(self);
    for (auto& [id, process] : supervisor.processes_) {
      if (process.held.control.get() != fd) continue;
      supervisor.process_executed(id);
      break;
    }
    supervisor.finish_if_over();
    return 0;
  };
  if (sd_event_add_io(event_.get(), &source, found->second.held.control.get(), EPOLLIN, on_outcome,
                      this) < 0)
    return;
  sd_event_source_set_priority(source, kNotifyPriority);
  found->second.executed.reset(source);
}

// It runs its program, or could not.
void ServiceSupervisor::process_executed(pid_t pid) {
  Process& process = processes_.at(pid);
  const auto failure = outcome_of(process.held);
  process.executed.reset();
  process.held.control.reset();
  if (!failure) return service_.process_executed(pid);
  tell_failure(process, *failure);
}

void ServiceSupervisor::tell_failure(const Process& process, const ProcessFailure& failure) {
  if (!process.may_fail) spawn_failure_ = SpawnFailure{process.program, failure};
  if (failure.directory) {
    const auto kind = static_cast<std::size_t>(*failure.directory);
    log_.directory_failed(options_.directory_roots.at(kind), failure.sys_errno);
  }
  log_.spawn_failed(process.program, failure.step, failure.sys_errno);
}

void ServiceSupervisor::open_output(ProcessPlan& plan, Process& process) {
  const bool has_file = open_file(unit_.standard_output, plan.standard_output, process);
  const bool has_error_file = open_file(unit_.standard_error, plan.standard_error, process);
  const bool inherits = unit_.standard_error.to == Output::To::kInherit;
  if (has_file && inherits) plan.standard_error = plan.standard_output;
  const bool wants_error = plan.standard_error.fd < 0 && (has_file || options_.has_error_stream);
  StreamConnection output;
  StreamConnection error;
  if (!has_file) output = options_.connect();
  if (wants_error && (has_file || output.fd.is_open())) error = options_.connect();
  if ((!has_file && !output.fd.is_open()) || (wants_error && !error.fd.is_open())) {
    const StreamConnection& failed = has_file || output.fd.is_open() ? error : output;
    options_.warn("no collector at " + failed.path + ": " + ::strerror(failed.sys_errno) +
                  "; output is passed through");
    return;
  }
  if (!has_file) plan.standard_output = {output.fd.get(), options_.header(process.program, false)};
  if (wants_error) {
    plan.standard_error = {error.fd.get(),
                           options_.header(process.program, options_.has_error_stream)};
  } else if (!has_error_file && !has_file) {
    plan.standard_error = plan.standard_output;
  }
  for (StreamConnection* const stream : {&output, &error}) {
    if (!stream->fd.is_open()) continue;
    has_collector_ = true;
    process.streams.push_back(std::move(stream->fd));
  }
}

// Where output goes to no collector. False where it does, or stays ours.
bool ServiceSupervisor::open_file(const Output& output, OutputStream& stream, Process& process) {
  using To = Output::To;
  int flags = O_WRONLY | O_CREAT;
  switch (output.to) {
    case To::kJournal:
    case To::kInherit:
    case To::kDescriptor:
      return false;
    case To::kNull:
      flags = O_WRONLY;
      break;
    case To::kFile:
      break;
    case To::kAppend:
      flags |= O_APPEND;
      break;
    case To::kTruncate:
      flags |= O_TRUNC;
      break;
  }
  const std::string path = output.to == To::kNull ? "/dev/null" : output.name;
  auto file = base::open_file(path, flags, 0644);
  if (!file) {
    options_.warn(path + ": " + file.error().message() + "; output goes to the journal");
    return false;
  }
  stream = {file->get(), {}};
  process.files.push_back(*std::move(file));
  return true;
}

// What the service manager says, of which the unit may say something else.
void ServiceSupervisor::set_own_variables(CommandKind kind, Environment& environment) const {
  const auto set = [&](const std::string& name, const std::string& value) {
    environment.set(name + "=" + value);
  };
  set("INVOCATION_ID", invocation_.to_string());
  if (!unit_.execution.user.empty()) set_user_variables(unit_.execution.user, environment);
  const bool is_control = kind != CommandKind::kStart;
  const wire::NotifyAccess access = service_.notify_access();
  const bool may_control_notify =
      access == wire::NotifyAccess::kExec || access == wire::NotifyAccess::kAll;
  if (notify_ && (!is_control || may_control_notify)) set("NOTIFY_SOCKET", notify_->path());
  if (service_.watchdog_usec() > 0 && !is_control)
    set("WATCHDOG_USEC", std::to_string(service_.watchdog_usec()));
  if (is_control && service_.main_pid()) set("MAINPID", std::to_string(*service_.main_pid()));
  if (!unit_.pid_file.empty()) set("PIDFILE", unit_.pid_file);
  if (kind == CommandKind::kStop || kind == CommandKind::kStopPost) {
    set("SERVICE_RESULT", std::string(name_of(service_.result())));
    if (const auto& exit = service_.main_exit()) {
      set("EXIT_CODE", std::string(exit->code_name()));
      set("EXIT_STATUS", exit->code == ProcessExit::Code::kExited
                             ? std::to_string(exit->status)
                             : std::string(::sigabbrev_np(exit->status)));
    }
  }
}

Result<Environment> ServiceSupervisor::environment_for(CommandKind kind) const {
  Environment environment(options_.environment);
  // What whoever started us wants to hear from the service is for it, unless we do.
  if (notify_) {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"})
      environment.unset(name);
  }
  for (const char* name : {"LISTEN_FDS", "LISTEN_PID", "LISTEN_FDNAMES"})
    environment.unset(name);
  const auto add = [&](const std::vector<std::string>& assignments) {
    for (const std::string& assignment : assignments)
      environment.set(assignment);
  };
  const ExecutionSettings& settings = unit_.execution;
  const EnvironmentText of_files = LOGQ_TRY(read_environment_files(settings.environment_files));
  for (const std::string& complaint : of_files.complaints)
    options_.warn(complaint);
  set_own_variables(kind, environment);
  add(directory_variables(settings, options_.directory_roots));
  for (const std::string& name : settings.pass_environment) {
    if (const char* const value = ::getenv(name.c_str()); value != nullptr)
      environment.set(name + "=" + value);
  }
  add(settings.environment.assignments());
  add(of_files.assignments);
  for (const std::string& name : settings.unset_environment)
    environment.unset(name);
  return environment;
}

std::vector<ProcessInfo> ServiceSupervisor::own_processes() const {
  std::vector<ProcessInfo> own = descendants_of(::getpid(), list_processes());
  std::erase_if(own, [&](const ProcessInfo& info) { return strangers_.contains(info.pid); });
  return own;
}

bool ServiceSupervisor::has_processes() const {
  siginfo_t info{};
  if (::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD) return false;
  return !own_processes().empty();
}

bool ServiceSupervisor::send_signal(SignalTarget target, int signal, bool is_told) {
  if (stop_signal_ != 0 && signal == unit_.kill.signal) signal = std::exchange(stop_signal_, 0);
  std::vector<ProcessInfo> targets = own_processes();
  const auto is_first = [&](const ProcessInfo& info) { return info.pid == service_.main_pid(); };
  const auto is_ours = [&](const ProcessInfo& info) {
    return is_first(info) || (target != SignalTarget::kMain && info.pid == service_.control_pid());
  };
  if (target != SignalTarget::kEverybody)
    std::erase_if(targets, [&](const ProcessInfo& info) { return !is_ours(info); });
  std::ranges::stable_partition(targets, is_first);
  bool anybody = false;
  for (const ProcessInfo& info : targets) {
    if (is_told) log_.killing(info.pid, info.command, signal);
    anybody |= ::kill(info.pid, signal) == 0;
    if (signal != SIGKILL) ::kill(info.pid, SIGCONT);
    if (unit_.kill.sends_hup && signal == unit_.kill.signal) ::kill(info.pid, SIGHUP);
  }
  return anybody;
}

std::optional<pid_t> ServiceSupervisor::find_main_process() {
  const std::vector<ProcessInfo> own = own_processes();
  if (!unit_.pid_file.empty()) {
    const pid_t pid = pid_in_file(unit_.pid_file);
    const bool is_there =
        std::ranges::any_of(own, [&](const auto& info) { return info.pid == pid; });
    return is_there ? std::optional(pid) : std::nullopt;
  }
  if (!unit_.guesses_main_pid || own.size() != 1) return std::nullopt;
  return own.front().pid;
}

// --- what happens ---

void ServiceSupervisor::take_signal(int signal) {
  if (signal == SIGCHLD) {
    reap();
  } else if (signal == SIGTERM || signal == SIGINT) {
    if (service_.is_stopping()) hand_on(signal);  // somebody is impatient
    stop_signal_ = signal;
    service_.stop();
    stop_signal_ = 0;
  } else if (signal != SIGHUP || !service_.reload()) {
    hand_on(signal);
  }
  finish_if_over();
}

void ServiceSupervisor::hand_on(int signal) {
  const auto pid = service_.main_pid();
  if (!pid) return;
  // Those we have started lead a group; one that was told by MAINPID= need not.
  const bool leads_group = ::getpgid(*pid) == *pid;
  ::kill(leads_group ? -*pid : *pid, signal);
}

void ServiceSupervisor::reap() {
  int status = 0;
  pid_t pid = 0;
  while ((pid = ::waitpid(-1, &status, WNOHANG)) > 0) {
    strangers_.erase(pid);
    const bool is_known = processes_.contains(pid) || pid == service_.main_pid();
    if (!is_known) continue;
    ended_.push_back({pid, ProcessExit::from_wait_status(status), 0, kShortestNapUsec});
    for (const auto& stream : processes_[pid].streams)
      end_partial_line(stream.get());
  }
  tell_ends();
}

// Ends are told in their order, each after what its process has printed and said.
void ServiceSupervisor::tell_ends() {
  while (!ended_.empty()) {
    Ended& first = ended_.front();
    Process& process = processes_[first.pid];
    if (!is_output_received(process)) {
      if (first.deadline_usec == 0) {
        const bool is_alone = own_processes().empty();
        first.deadline_usec = now_usec() + (is_alone ? kDrainAloneUsec : kDrainBesideOthersUsec);
      }
      if (now_usec() < first.deadline_usec) {
        sd_event_source_set_time(drain_timer_.get(), now_usec() + first.nap_usec);
        sd_event_source_set_enabled(drain_timer_.get(), SD_EVENT_ONESHOT);
        first.nap_usec = std::min(first.nap_usec * 2, kLongestNapUsec);
        return;
      }
      left_output_ = LeftOutput::kUnread;
    }
    hear_notifications();
    const Ended told = first;
    ended_.pop_front();
    processes_.erase(told.pid);
    service_.process_exited(told.pid, told.exit);
  }
  if (!has_processes()) service_.processes_gone();
  finish_if_over();
}

bool ServiceSupervisor::is_output_received(const Process& process) {
  return std::ranges::all_of(process.streams, [&](const base::UniqueFd& stream) {
    if (collector_has_gone(stream.get())) {
      left_output_ = LeftOutput::kCollectorGone;
      return true;
    }
    return unread_by_collector(stream.get()) == 0;
  });
}

// At most so many at once: whoever sends without end must not keep us from everything else.
void ServiceSupervisor::hear_notifications() {
  if (!notify_) return;
  for (int heard = 0; heard < kMostAtOnce; ++heard) {
    auto received = notify_->receive();
    if (!received) return;
    take_notification(*received);
  }
}

// Anybody may send there, again and again: the first refusal of a run is told, the others counted.
void ServiceSupervisor::refuse(const std::string& why) {
  if (refused_++ == 0) log_.complained("A message to the notify socket is ignored: " + why + ".");
}

void ServiceSupervisor::tell_refused() {
  if (refused_ > 1)
    log_.complained(std::to_string(refused_ - 1) +
                    " more messages to the notify socket were ignored.");
  refused_ = 0;
}

void ServiceSupervisor::take_notification(NotifySocket::Received& received) {
  if (!received.complaint.empty()) return refuse(received.complaint);
  if (received.message.is_barrier) return;  // its descriptor closes now
  if (!may_notify(received.pid, received.uid))
    return refuse("NotifyAccess= does not include process " + std::to_string(received.pid));
  // Whoever says it: of a stranger we would not hear the end, and our signals must not reach it.
  const auto main_pid = std::exchange(received.message.main_pid, std::nullopt);
  if (main_pid && is_own(*main_pid)) {
    received.message.main_pid = main_pid;
  } else if (main_pid) {
    refuse("MAINPID=" + std::to_string(*main_pid) + " is no process of this service");
  }
  service_.notified(received.message);
}

bool ServiceSupervisor::is_own(pid_t pid) const {
  return processes_.contains(pid) ||
         (!strangers_.contains(pid) && is_descendant_of(::getpid(), pid));
}

// Of one that cannot be asked any more, since it has ended: only who could be of it.
bool ServiceSupervisor::is_user_of_service(uid_t uid) const {
  if (uid == 0 || uid == ::geteuid()) return true;
  const auto account = find_account(unit_.execution.user);
  return account && account->uid == uid;
}

bool ServiceSupervisor::may_notify(pid_t pid, uid_t uid) const {
  switch (service_.notify_access()) {
    case wire::NotifyAccess::kNone:
      return false;
    case wire::NotifyAccess::kMain:
      return pid == service_.main_pid();
    case wire::NotifyAccess::kExec:
      return pid == service_.main_pid() || pid == service_.control_pid();
    case wire::NotifyAccess::kAll:
      break;
  }
  return is_own(pid) || uid == 0 || (is_user_of_service(uid) && ::kill(pid, 0) != 0);
}

// --- time and runs ---

void ServiceSupervisor::set_timer(std::optional<std::uint64_t> usec) {
  if (!timer_) return;
  if (usec) sd_event_source_set_time(timer_.get(), *usec);
  sd_event_source_set_enabled(timer_.get(), usec ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

void ServiceSupervisor::set_watchdog(std::optional<std::uint64_t> usec) {
  if (!watchdog_) return;
  if (usec) sd_event_source_set_time(watchdog_.get(), *usec);
  sd_event_source_set_enabled(watchdog_.get(), usec ? SD_EVENT_ONESHOT : SD_EVENT_OFF);
}

std::uint64_t ServiceSupervisor::now_usec() const {
  timespec now{};
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * base::kUsecPerSecond +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

void ServiceSupervisor::begin_invocation() {
  invocation_ = Id128::random();
  log_.begin_invocation(invocation_);
  spawn_failure_.reset();
}

void ServiceSupervisor::end_invocation(bool will_restart) {
  tell_refused();
  remove_runtime_directories(unit_.execution, options_.directory_roots, will_restart);
}

void ServiceSupervisor::job_done(JobType /*type*/, JobResult /*result*/) {}

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
