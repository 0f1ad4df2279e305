#include "supervise/service_runner.h"

#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <utility>

#include "base/io.h"
#include "base/try.h"
#include "supervise/collector_stream.h"
#include "supervise/credentials.h"
#include "supervise/runtime_directory.h"

namespace logq::supervise {
namespace {

using namespace std::chrono_literals;

// How long an end waits for output that the collector has not read. With descendants that may go on
// writing the queue need never be empty, so the wait is shorter.
constexpr std::uint64_t kDrainAloneUsec = 5'000'000;
constexpr std::uint64_t kDrainBesideOthersUsec = 1'000'000;
constexpr std::uint64_t kShortestNapUsec = 50;
constexpr std::uint64_t kLongestNapUsec = 5'000;

constexpr std::uint64_t kPidFileUsec = 20'000;  // between looks for one that is not there yet
// A process that is killed closes its streams one after the other, and its socket for datagrams
// perhaps last: what is sent there meanwhile is lost.
constexpr std::uint64_t kCollectorEndUsec = 300'000;

// How long a program waits for the collector to take the entry of its start, so that it is stored
// before all output.
constexpr auto kStartedPatience = 1s;

pid_t pid_in_file(const std::string& path) {
  const auto text = base::read_small_file(path, 64);
  pid_t pid = 0;
  if (text) std::from_chars(text->data(), text->data() + text->size(), pid);
  return pid;
}

void set_or_pause(EventSource& timer, std::optional<std::uint64_t> usec) {
  if (usec) {
    timer.set_time(*usec);
  } else {
    timer.pause();
  }
}

}  // namespace

Result<std::unique_ptr<ServiceRunner>> ServiceRunner::create(const ServiceUnit& unit,
                                                             LifecycleLog& log,
                                                             EventLoop& loop,
                                                             ProcessOwners& owners,
                                                             ProcessOwners::Owner owner,
                                                             RunnerOptions options) {
  std::unique_ptr<ServiceRunner> made(
      new ServiceRunner(unit, log, loop, owners, owner, std::move(options)));
  LOGQ_TRY(made->prepare());
  return made;
}

ServiceRunner::ServiceRunner(const ServiceUnit& unit,
                             LifecycleLog& log,
                             EventLoop& loop,
                             ProcessOwners& owners,
                             ProcessOwners::Owner owner,
                             RunnerOptions options)
    : unit_(unit),
      log_(log),
      loop_(loop),
      owners_(owners),
      owner_(owner),
      options_(std::move(options)),
      store_(loop,
             unit.descriptor_store_max,
             [this](const std::string& name) {
               if (!options_.is_collector) log_.descriptor_dropped(name, "hangup");
             }),
      readiness_(loop, [this] { said_ready(); }),
      log_settings_(unit),
      owned_service_(make_service()),
      service_(*owned_service_) {}

ServiceRunner::~ServiceRunner() = default;

std::unique_ptr<Service> ServiceRunner::make_service() {
  ServiceHost& host = *this;
  if (options_.door == nullptr) return std::make_unique<Service>(unit_, host, log_);
  return std::make_unique<SocketLife>(unit_, host, log_, *options_.door);
}

Result<void> ServiceRunner::prepare() {
  timer_ = LOGQ_TRY(loop_.add_timer([this] { service_.time_is_up(); }));
  watchdog_ = LOGQ_TRY(loop_.add_timer([this] { service_.watchdog_is_up(); }));
  drain_timer_ = LOGQ_TRY(loop_.add_timer([this] { tell_ends(); }));
  pid_file_timer_ = LOGQ_TRY(loop_.add_timer([this] { look_for_pid_file(); }));
  cut_off_timer_ = LOGQ_TRY(loop_.add_timer([this] { tell_cut_off(); }));
  if (service_.notify_access() == wire::NotifyAccess::kNone) return {};
  return open_notify_socket();
}

Result<void> ServiceRunner::open_notify_socket() {
  const std::string directory = options_.runtime_directory + "/notify";
  LOGQ_TRY(make_runtime_subdirectory(directory));
  // Two of us may run a unit of that name.
  std::string path = directory + "/" + unit_.name + "-" + std::to_string(::getpid());
  if (path.size() >= sizeof(sockaddr_un::sun_path))
    path = directory + "/" + std::to_string(::getpid()) + "-" + std::to_string(owner_);
  notify_ = LOGQ_TRY(NotifySocket::open(path));
  notify_source_ =
      LOGQ_TRY(loop_.watch(notify_->fd(), EPOLLIN, Turn::kWord,
                           [this](std::uint32_t /*events*/) { hear_notifications(); }));
  return {};
}

void ServiceRunner::stop(int signal) {
  stop_signal_ = signal;
  service_.stop();
  stop_signal_ = 0;
}

void ServiceRunner::take_signal(int signal) {
  if (signal == SIGTERM || signal == SIGINT) {
    if (service_.is_stopping()) hand_on(signal);  // somebody is impatient
    stop(signal);
  } else if (signal != SIGHUP || !service_.reload()) {
    hand_on(signal);
  }
}

void ServiceRunner::hand_on(int signal) {
  const auto pid = service_.main_pid();
  if (!pid) return;
  // Those we have started lead a group; one that was told by MAINPID= need not.
  const bool leads_group = ::getpgid(*pid) == *pid;
  ::kill(leads_group ? -*pid : *pid, signal);
}

void ServiceRunner::signal_everybody(int signal) {
  for (const ProcessInfo& process : owners_.processes_of(owner_))
    ::kill(process.pid, signal);
}

// --- processes begin ---

std::optional<pid_t> ServiceRunner::spawn(CommandKind kind, const ExecCommand& command) {
  Process process;
  process.program = command.program;
  const bool is_after_the_run =
      kind == CommandKind::kReload || kind == CommandKind::kStop || kind == CommandKind::kStopPost;
  process.may_fail = command.ignores_failure || is_after_the_run;
  ProcessPlan plan;
  ProcessFailure lack;
  const auto socket = standard_socket(kind, lack);
  const auto named = socket ? plan_process(kind, command, *socket, plan, lack) : std::nullopt;
  if (!named) {
    if (!process.may_fail) spawn_failure_ = SpawnFailure{process.program, lack};
    return std::nullopt;
  }
  ServiceOutput output =
      open_service_output(unit_, *named, options_.output, command.program, *socket);
  plan.standard_output = output.standard_output;
  plan.standard_error = output.standard_error;
  has_collector_ |= !output.streams.empty();
  if (!output.streams.empty()) leave_log_settings(output.collector);
  process.streams = std::move(output.streams);
  process.files = std::move(output.files);
  return begin_process(kind, plan, std::move(process));
}

// All but where its output goes. Nothing, which is told, where it lacks something.
std::optional<NamedDescriptors> ServiceRunner::plan_process(CommandKind kind,
                                                            const ExecCommand& command,
                                                            int socket,
                                                            ProcessPlan& plan,
                                                            ProcessFailure& lack) {
  RunFacts facts{invocation_, notify_ ? notify_->path() : std::string(), {}, {}, monitor_};
  pass_descriptors(kind, plan, facts);
  const auto named = find_named_descriptors(unit_, plan.descriptors, facts.descriptor_names);
  if (!named) {
    log_.descriptor_missing(kind);
    lack = {"a descriptor of that name", 0, ENOENT};
    return std::nullopt;
  }
  const auto environment = service_environment(unit_, service_, kind, facts, options_.environment,
                                               options_.directory_roots, options_.output.warn);
  if (!environment) {
    const int reason = environment.error().sys_errno;
    lack = {"files of EnvironmentFile=", 0, reason != 0 ? reason : EINVAL};
    log_.environment_failed(kind, lack.sys_errno);
    return std::nullopt;
  }
  plan.program = command.program;
  plan.argv =
      substitute(command, [&](std::string_view name) { return environment->value_of(name); });
  plan.environment = environment->assignments();
  plan.settings = &unit_.execution;
  plan.directory_roots = &options_.directory_roots;
  // As systemd, those that a start begins with.
  if (kind == CommandKind::kStartPre || kind == CommandKind::kStart)
    plan.credentials_directory = own_credentials_directory();
  plan.standard_input = named->input;
  if (unit_.standard_input.from == Input::From::kFile)
    plan.standard_input_file = unit_.standard_input.name;
  if (unit_.standard_input.from == Input::From::kSocket) plan.standard_input = socket;
  plan.privileges = command.privileges;
  plan.has_watchdog = kind == CommandKind::kStart && service_.watchdog_usec() > 0;
  return named;
}

std::optional<pid_t> ServiceRunner::begin_process(CommandKind kind,
                                                  ProcessPlan& plan,
                                                  Process process) {
  base::UniqueFd readiness;
  if (kind == CommandKind::kStart && unit_.ready_descriptor) {
    auto opened = readiness_.open();
    if (!opened) {
      log_.hindered("Failed to make a pipe: " + opened.error().message());
      return std::nullopt;
    }
    readiness = *std::move(opened);
    plan.readiness = readiness.get();
    plan.ready_descriptor = *unit_.ready_descriptor;
  }
  auto held = start_process(plan);
  if (!held) {
    log_.hindered("Failed to start a process: " + held.error().message());
    return std::nullopt;
  }
  process.held = *std::move(held);
  const pid_t pid = process.held.pid;
  owners_.started(owner_, pid, invocation_);
  if (process.held.failure) tell_failure(process, *process.held.failure);
  watch_streams(pid, processes_.emplace(pid, std::move(process)).first->second);
  return pid;
}

// A stream cannot be given another collector: who prints into it does so for nothing from then on.
void ServiceRunner::watch_streams(pid_t pid, Process& process) {
  for (const base::UniqueFd& stream : process.streams) {
    auto end = loop_.watch(stream.get(), 0, Turn::kRest,
                           [this, pid](std::uint32_t /*events*/) { collector_left(pid); });
    if (end) process.ends.push_back(*std::move(end));
  }
}

void ServiceRunner::collector_left(pid_t pid) {
  Process& process = processes_.at(pid);
  process.ends.clear();
  left_output_ = LeftOutput::kCollectorGone;
  cut_off_.emplace_back(pid, process.program);
  cut_off_timer_.set_time(now_usec() + kCollectorEndUsec);
}

void ServiceRunner::tell_cut_off() {
  for (const auto& [pid, program] : std::exchange(cut_off_, {}))
    log_.output_lost(pid, program);
}

// Empty: it has no credentials.
std::string ServiceRunner::own_credentials_directory() const {
  if (!has_credentials(unit_.execution)) return {};
  const auto runtime = static_cast<std::size_t>(DirectoryKind::kRuntime);
  return credentials_directory(options_.directory_roots.at(runtime), unit_.name);
}

void ServiceRunner::take_back_credentials() {
  const std::string directory = own_credentials_directory();
  if (!directory.empty()) remove_credentials(directory);
}

// Before the process is begun, so that there is no line of it for which they do not count.
void ServiceRunner::leave_log_settings(const std::string& collector) {
  const auto left = log_settings_.leave(collector);
  if (left || std::exchange(has_told_of_log_settings_, true)) return;
  const bool is_there = left.error().sys_errno != ENOENT;
  for (const KeyPlace& key : collector_keys(unit_.log)) {
    const UnitProblem problem{
        key.file, key.line,
        "Key '" + key.key + "' in section [Service] " +
            (is_there ? "cannot be left with the collector" : "needs logqd as the collector") +
            " (" + LogSettingsFiles::directory_beside(collector) + ": " + left.error().message() +
            "), ignoring."};
    options_.output.warn(problem.text());
    log_.misconfigured(problem.text(), problem.file, problem.line);
  }
}

// When the collector has taken what there was to say.
void ServiceRunner::take_back_log_settings() {
  if (!log_settings_.are_left()) return;
  if (!options_.is_collector) {
    log_.settle(kStartedPatience);
    // What it has received it may not have looked at, and they count for that, too.
    if (options_.synchronize) options_.synchronize(log_settings_.collector_directory());
  }
  log_settings_.take_back();
}

std::vector<PassedDescriptor> ServiceRunner::sockets() const {
  if (connection_) return {{connection_->fd.get(), "connection"}};
  return options_.sockets;
}

// The one that a standard descriptor is to be; -1 where none is. Nothing where there is no such
// one, which has been told.
std::optional<int> ServiceRunner::standard_socket(CommandKind kind, ProcessFailure& lack) {
  if (!has_standard_socket(unit_)) return -1;
  const std::vector<PassedDescriptor> candidates = sockets();
  if (candidates.size() == 1) return candidates.front().fd;
  log_.socket_missing(kind, !candidates.empty());
  lack = {"the one socket that it is run for", 0, EINVAL};
  return std::nullopt;
}

// Sockets first, then what the service has left with us.
void ServiceRunner::pass_descriptors(CommandKind kind, ProcessPlan& plan, RunFacts& facts) const {
  if (connection_) facts.of_connection = connection_->variables;
  if (kind != CommandKind::kStart || has_standard_socket(unit_)) return;
  const auto pass = [&](int fd, const std::string& name) {
    plan.descriptors.push_back(fd);
    facts.descriptor_names.push_back(name);
  };
  for (const PassedDescriptor& socket : sockets())
    pass(socket.fd, socket.name);
  for (const DescriptorStore::Stored& stored : store_.all())
    pass(stored.fd.get(), stored.name);
}

void ServiceRunner::release(pid_t pid) {
  const auto found = processes_.find(pid);
  if (found == processes_.end() || found->second.held.failure) return;
  if (!options_.is_collector) log_.settle(kStartedPatience);
  release_process(found->second.held);
  auto executed = loop_.watch(found->second.held.control.get(), EPOLLIN, Turn::kWord,
                              [this, pid](std::uint32_t /*events*/) { process_executed(pid); });
  if (executed) found->second.executed = *std::move(executed);
}

// It runs its program, or could not.
void ServiceRunner::process_executed(pid_t pid) {
  Process& process = processes_.at(pid);
  const auto failure = outcome_of(process.held);
  process.executed.reset();
  process.held.control.reset();
  if (!failure) return service_.process_executed(pid);
  tell_failure(process, *failure);
}

void ServiceRunner::tell_failure(const Process& process, const ProcessFailure& failure) {
  if (!process.may_fail) spawn_failure_ = SpawnFailure{process.program, failure};
  if (failure.directory) {
    const auto kind = static_cast<std::size_t>(*failure.directory);
    log_.directory_failed(options_.directory_roots.at(kind), failure.sys_errno);
  }
  log_.spawn_failed(process.program, failure.step, failure.sys_errno);
  // Nobody takes that entry, again and again.
  if (options_.is_collector && !std::exchange(has_told_of_no_collector_, true))
    options_.output.warn(unit_.name + ": " + process.program + ": " +
                         ::strerror(failure.sys_errno) + " (" + std::string(failure.step) + ")");
}

// --- processes end ---

bool ServiceRunner::send_signal(SignalTarget target, int signal, bool is_told) {
  if (stop_signal_ != 0 && signal == unit_.kill.signal) signal = std::exchange(stop_signal_, 0);
  std::vector<ProcessInfo> targets = owners_.processes_of(owner_);
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

std::optional<pid_t> ServiceRunner::find_main_process() {
  if (!unit_.pid_file.empty()) {
    const pid_t pid = pid_in_file(unit_.pid_file);
    return owners_.owns(owner_, pid) ? std::optional(pid) : std::nullopt;
  }
  const std::vector<ProcessInfo> own = owners_.processes_of(owner_);
  if (!unit_.guesses_main_pid || own.size() != 1) return std::nullopt;
  return own.front().pid;
}

bool ServiceRunner::take_end(pid_t pid, const ProcessExit& exit) {
  if (!processes_.contains(pid) && pid != service_.main_pid()) return false;
  ended_.push_back({pid, exit, 0, kShortestNapUsec});
  for (const auto& stream : processes_[pid].streams)
    end_partial_line(stream.get());
  return true;
}

// Ends are told in their order, each after what its process has printed and said.
void ServiceRunner::tell_ends() {
  while (!ended_.empty()) {
    if (waits_for_output(ended_.front())) return;
    hear_notifications();
    readiness_.hear();
    const Ended told = ended_.front();
    ended_.pop_front();
    processes_.erase(told.pid);
    service_.process_exited(told.pid, told.exit);
  }
  if (service_.awaits_the_last() && !has_processes()) service_.processes_gone();
  if (service_.awaits_pid_file()) pid_file_timer_.set_time(now_usec() + kPidFileUsec);
}

void ServiceRunner::look_for_pid_file() {
  service_.look_for_pid_file();
  if (service_.awaits_pid_file()) pid_file_timer_.set_time(now_usec() + kPidFileUsec);
}

// Then the drain timer is set.
bool ServiceRunner::waits_for_output(Ended& ended) {
  if (is_output_received(processes_[ended.pid])) return false;
  if (options_.is_collector_away && options_.is_collector_away()) return false;
  if (ended.deadline_usec == 0) {
    const bool is_alone = owners_.processes_of(owner_).empty();
    ended.deadline_usec = now_usec() + (is_alone ? kDrainAloneUsec : kDrainBesideOthersUsec);
  }
  if (now_usec() >= ended.deadline_usec) {
    left_output_ = LeftOutput::kUnread;
    return false;
  }
  drain_timer_.set_time(now_usec() + ended.nap_usec);
  ended.nap_usec = std::min(ended.nap_usec * 2, kLongestNapUsec);
  return true;
}

bool ServiceRunner::is_output_received(const Process& process) {
  return std::ranges::all_of(process.streams, [&](const base::UniqueFd& stream) {
    if (collector_has_gone(stream.get())) {
      left_output_ = LeftOutput::kCollectorGone;
      return true;
    }
    return unread_by_collector(stream.get()) == 0;
  });
}

// --- time and runs ---

void ServiceRunner::set_timer(std::optional<std::uint64_t> usec) {
  set_or_pause(timer_, usec);
}

void ServiceRunner::set_watchdog(std::optional<std::uint64_t> usec) {
  set_or_pause(watchdog_, usec);
}

void ServiceRunner::begin_invocation() {
  // Of the runs before, of which there are none at first.
  if (!invocation_.is_null() && !has_processes()) owners_.forget(owner_);
  invocation_ = Id128::random();
  cpu_usec_ = 0;
  log_.begin_invocation(invocation_);
  spawn_failure_.reset();
  has_come_up_ = false;
  holds_ = true;
  take_back_credentials();  // that a supervisor left which was killed
}

void ServiceRunner::end_invocation(bool will_restart) {
  tell_refused();
  connection_.reset();
  if (!will_restart) tell_cut_off();  // nobody waits for the timer any more
  if (will_restart || options_.is_child)
    remove_runtime_directories(unit_.execution, options_.directory_roots, true);
  else
    let_go();
  if (!unit_.pid_file.empty()) ::unlink(unit_.pid_file.c_str());
  take_back_credentials();
  if (will_restart) return;
  for (ServiceObserver* observer : observers_)
    observer->came_to_rest();
}

void ServiceRunner::let_go() {
  if (!std::exchange(holds_, false)) return;
  store_.clear();
  take_back_log_settings();
  remove_runtime_directories(unit_.execution, options_.directory_roots, false);
}

void ServiceRunner::state_changed() {
  for (ServiceObserver* observer : observers_)
    observer->state_changed();
}

void ServiceRunner::others_are_due(const std::vector<std::string>& units) {
  due_.insert(due_.end(), units.begin(), units.end());
}

void ServiceRunner::job_done(JobType type, JobResult result) {
  // Skipped for a condition it has not.
  if (type == JobType::kStart && result == JobResult::kDone)
    has_come_up_ = service_.result() != ServiceResult::kExecCondition;
  for (ServiceObserver* observer : observers_)
    observer->job_done(type, result);
}

}  // namespace logq::supervise
