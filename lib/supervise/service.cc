#include "supervise/service.h"

#include <signal.h>

#include <algorithm>
#include <array>

namespace logq::supervise {
namespace {

using wire::NotifyAccess;

// Who uses the notify socket by the way it is set up gets access to it.
NotifyAccess default_access(const ServiceUnit& unit) {
  if (unit.notify_access != NotifyAccess::kNone) return unit.notify_access;
  const bool is_needed = (unit.type == ServiceType::kNotify && !unit.ready_descriptor) ||
                         unit.type == ServiceType::kNotifyReload ||
                         unit.timeouts.watchdog_usec > 0 || unit.descriptor_store_max > 0;
  return is_needed ? NotifyAccess::kMain : NotifyAccess::kNone;
}

}  // namespace

Service::Service(const ServiceUnit& unit, ServiceHost& host, LifecycleLog& log)
    : unit_(unit),
      host_(host),
      log_(log),
      notify_access_(default_access(unit)),
      watchdog_usec_(unit.timeouts.watchdog_usec),
      start_limit_(unit.start_limit.interval_usec, unit.start_limit.burst) {}

// --- what an operator asks for ---

void Service::start() {
  is_once_ = false;
  ask_for_start();
}

void Service::start_once() {
  is_once_ = true;
  ask_for_start();
}

void Service::ask_for_start() {
  if (!is_at_rest() && state_ != State::kAutoRestart) {
    // What is being stopped starts again when it has stopped.
    if (is_stopping()) restart_requested_ = true;
    return;
  }
  restarts_ = 0;
  stop_requested_ = false;
  restart_requested_ = false;
  log_.begin_job();
  begin_start();
}

void Service::run_again() {
  is_once_ = false;
  if (!is_at_rest()) restart_requested_ = true;
}

void Service::stop() {
  restart_requested_ = false;
  ask_for_stop();
}

void Service::ask_for_stop() {
  if (is_at_rest()) return;
  const bool was_stopping = is_stopping();
  stop_requested_ = true;
  if (!was_stopping || job_ != JobType::kStop) {
    if (job_ == JobType::kStart) finish_job(JobResult::kCanceled);
    log_.begin_job();
    job_ = JobType::kStop;
    is_job_told_ = is_starting() && !tells_of_early_stop();
    if (was_stopping) tell_job();
  }
  if (was_stopping) return;
  if (state_ == State::kAutoRestart) {
    set_state(State::kDead);
    return come_to_rest(true);
  }
  if (is_starting() || state_ == State::kReload || state_ == State::kReloadSignal ||
      state_ == State::kReloadNotify) {
    return enter_signal(State::kStopSigterm, ServiceResult::kSuccess);
  }
  enter_stop(ServiceResult::kSuccess);
}

void Service::restart() {
  if (is_at_rest() || state_ == State::kAutoRestart) return start();
  is_once_ = false;
  restart_requested_ = true;  // before it stops: nothing may be there to wait for
  ask_for_stop();
}

bool Service::reload() {
  if (state_ != State::kRunning && state_ != State::kExited) return false;
  if (unit_.commands.reload.empty() && unit_.type != ServiceType::kNotifyReload) return false;
  log_.begin_job();
  job_ = JobType::kReload;
  log_.reloading();
  enter_reload();
  return true;
}

void Service::reset() {
  restarts_ = 0;
  start_limit_.reset();
  if (state_ == State::kFailed) set_state(State::kDead);
}

// --- the way up ---

void Service::begin_start() {
  job_ = JobType::kStart;
  is_job_told_ = false;
  restart_requested_ = false;
  if (!start_limit_.admit(host_.now_usec())) {
    log_.start_limit_hit();
    return enter_dead(ServiceResult::kStartLimitHit);
  }
  result_ = ServiceResult::kSuccess;
  reload_result_ = ServiceResult::kSuccess;
  main_exit_.reset();
  main_pid_.reset();
  control_pid_.reset();
  main_command_ = 0;
  status_text_.clear();
  status_errno_ = 0;
  notify_access_ = default_access(unit_);
  watchdog_usec_ = unit_.timeouts.watchdog_usec;
  host_.begin_invocation();
  enter_condition();
}

void Service::enter_condition() {
  if (unit_.commands.condition.empty()) return enter_start_pre();
  if (!run_control(State::kCondition, CommandKind::kCondition, unit_.timeouts.start_usec))
    enter_signal(State::kStopSigterm, ServiceResult::kResources);
}

void Service::enter_start_pre() {
  if (unit_.commands.start_pre.empty()) return enter_start();
  if (!run_control(State::kStartPre, CommandKind::kStartPre, unit_.timeouts.start_usec))
    enter_signal(State::kStopSigterm, ServiceResult::kResources);
}

void Service::enter_start() {
  if (unit_.commands.start.empty()) return enter_start_post();
  if (unit_.type == ServiceType::kForking) {
    if (!run_control(State::kStart, CommandKind::kStart, unit_.timeouts.start_usec))
      enter_signal(State::kStopSigterm, ServiceResult::kResources);
    return;
  }
  main_command_ = 0;
  set_state(State::kStart);
  if (!run_main()) return enter_signal(State::kStopSigterm, ServiceResult::kResources);
  if (unit_.type != ServiceType::kSimple) wait_for(unit_.timeouts.start_usec);
  if (unit_.type == ServiceType::kSimple) enter_start_post();
  if (main_pid_) host_.release(*main_pid_);
}

bool Service::run_main() {
  const auto pid = host_.spawn(CommandKind::kStart, unit_.commands.start[main_command_]);
  if (!pid) return false;
  main_pid_ = *pid;
  host_.state_changed();
  return true;
}

void Service::enter_start_post() {
  feed_watchdog();
  if (unit_.commands.start_post.empty()) return enter_running(ServiceResult::kSuccess);
  if (!run_control(State::kStartPost, CommandKind::kStartPost, unit_.timeouts.start_usec))
    enter_signal(State::kStopSigterm, ServiceResult::kResources);
}

void Service::enter_running(ServiceResult result) {
  note(result);
  control_pid_.reset();
  if (result_ != ServiceResult::kSuccess) return enter_signal(State::kStopSigterm, result);
  if (is_alive()) {
    set_state(State::kRunning);
    wait_for(unit_.timeouts.runtime_usec);
    return finish_job(JobResult::kDone);
  }
  if (unit_.remains_after_exit) {
    set_state(State::kExited);
    return finish_job(JobResult::kDone);
  }
  enter_stop(ServiceResult::kSuccess);
}

void Service::enter_reload() {
  reload_result_ = ServiceResult::kSuccess;
  if (unit_.type == ServiceType::kNotifyReload && main_pid_) {
    host_.send_signal(SignalTarget::kMain, unit_.kill.reload_signal, false);
    set_state(State::kReloadSignal);
    return wait_for(unit_.timeouts.start_usec);
  }
  if (run_control(State::kReload, CommandKind::kReload, unit_.timeouts.start_usec)) return;
  reload_result_ = ServiceResult::kResources;
  enter_running(ServiceResult::kSuccess);
}

// --- the way down ---

void Service::enter_stop(ServiceResult result) {
  note(result);
  if (unit_.commands.stop.empty())
    return enter_signal(State::kStopSigterm, ServiceResult::kSuccess);
  if (!run_control(State::kStop, CommandKind::kStop, unit_.timeouts.stop_usec))
    enter_signal(State::kStopSigterm, ServiceResult::kResources);
}

void Service::enter_signal(State state, ServiceResult result) {
  note(result);
  const int signal = signal_of(state);
  const bool is_terminating = state == State::kStopSigterm || state == State::kFinalSigterm;
  const bool is_told = !is_terminating || signal == SIGKILL || signal == SIGABRT;
  const bool anybody =
      unit_.kill.mode != KillMode::kNone && host_.send_signal(target_of(state), signal, is_told);
  if (anybody) {
    set_state(state);
    return wait_for(timeout_of(state));
  }
  // Nobody is there to wait for.
  switch (state) {
    case State::kStopWatchdog:
    case State::kStopSigterm:
    case State::kStopSigkill:
      return enter_stop_post(ServiceResult::kSuccess);
    default:
      return enter_dead(ServiceResult::kSuccess);
  }
}

void Service::enter_stop_post(ServiceResult result) {
  note(result);
  if (unit_.commands.stop_post.empty())
    return enter_signal(State::kFinalSigterm, ServiceResult::kSuccess);
  if (!run_control(State::kStopPost, CommandKind::kStopPost, unit_.timeouts.stop_usec))
    enter_signal(State::kFinalSigterm, ServiceResult::kResources);
}

void Service::enter_dead(ServiceResult result) {
  note(result);
  main_pid_.reset();
  control_pid_.reset();
  if (result_ == ServiceResult::kSuccess) {
    log_.deactivated();
  } else if (result_ == ServiceResult::kExecCondition) {
    log_.skipped(name_of(result_));
  } else {
    log_.failed(name_of(result_));
  }
  const bool has_failed =
      result_ != ServiceResult::kSuccess && result_ != ServiceResult::kExecCondition;
  const bool will_restart =
      result != ServiceResult::kStartLimitHit &&
      shall_restart(unit_.restart, {result_, main_exit_, stop_requested_ || is_once_});
  set_state(has_failed ? State::kFailed : State::kDead);
  if (!will_restart) return come_to_rest(result != ServiceResult::kStartLimitHit);
  if (job_ == JobType::kStart) finish_job(has_failed ? JobResult::kFailed : JobResult::kDone);
  log_.consumed(host_.cpu_usec());
  host_.end_invocation(true);
  set_state(State::kAutoRestart);
  wait_for(restart_delay_usec(unit_.restart, restarts_));
}

// Neither runs nor will by itself; `has_run` but for a start that was not allowed.
void Service::come_to_rest(bool has_run) {
  const bool starts_again = restart_requested_;
  const bool has_failed = state_ == State::kFailed;
  restart_requested_ = false;
  host_.end_invocation(starts_again);
  if (starts_again) {
    log_.stopped(JobType::kRestart);
    tell_of_end(has_run);
    job_.reset();
    stop_requested_ = false;
    restarts_ = 0;
    return begin_start();
  }
  finish_job(job_ == JobType::kStart && has_failed ? JobResult::kFailed : JobResult::kDone);
  tell_of_end(has_run);
}

void Service::tell_of_end(bool has_run) {
  const Dependencies& others = unit_.dependencies;
  if (state_ == State::kFailed) call_others("OnFailure", others.on_failure);
  if (has_run) log_.consumed(host_.cpu_usec());
  if (state_ == State::kDead) call_others("OnSuccess", others.on_success);
}

void Service::call_others(std::string_view key, const std::vector<std::string>& units) {
  if (units.empty()) return;
  log_.triggering(key);
  host_.others_are_due(units);
}

void Service::enter_restart() {
  ++restarts_;
  log_.restart_scheduled(restarts_);
  log_.begin_job();
  log_.stopped(JobType::kRestart);
  // Again: it was neither up nor down while it waited.
  log_.consumed(host_.cpu_usec());
  begin_start();
}

// --- the rest ---

bool Service::run_control(State state, CommandKind kind, std::uint64_t timeout_usec) {
  const auto pid = host_.spawn(kind, commands_of(kind).front());
  if (!pid) return false;
  control_pid_ = *pid;
  control_kind_ = kind;
  control_command_ = 0;
  set_state(state);
  wait_for(timeout_usec);
  host_.release(*pid);
  return true;
}

bool Service::run_next_control() {
  const Commands& commands = commands_of(control_kind_);
  if (control_command_ + 1 >= commands.size()) return false;
  const auto pid = host_.spawn(control_kind_, commands[control_command_ + 1]);
  if (!pid) {
    note(ServiceResult::kResources);
    return false;
  }
  ++control_command_;
  control_pid_ = *pid;
  host_.release(*pid);
  return true;
}

void Service::set_state(State state) {
  state_ = state;
  deadline_.reset();
  host_.set_timer(std::nullopt);
  // Type=simple is up at once: there is nothing to tell of its beginning.
  const bool takes_time =
      is_starting() && !(state == State::kStart && unit_.type == ServiceType::kSimple);
  if ((job_ == JobType::kStart && takes_time) || (job_ == JobType::kStop && is_stopping()))
    tell_job();
  if (is_at_rest() || is_stopping()) {
    watchdog_deadline_.reset();
    host_.set_watchdog(std::nullopt);
  }
  host_.state_changed();
}

// The begin of a job, if it is not over at once.
void Service::tell_job() {
  if (is_job_told_) return;
  is_job_told_ = true;
  job_ == JobType::kStart ? log_.starting() : log_.stopping();
}

void Service::wait_for(std::uint64_t usec) {
  if (usec == base::kInfiniteUsec) {
    deadline_.reset();
  } else {
    deadline_ = time_in(usec);
  }
  host_.set_timer(deadline_);
}

std::uint64_t Service::time_in(std::uint64_t usec) const {
  const std::uint64_t now = host_.now_usec();
  return usec > base::kInfiniteUsec - now ? base::kInfiniteUsec : now + usec;
}

// The first failure is the one that counts.
void Service::note(ServiceResult result) {
  if (result_ == ServiceResult::kSuccess) result_ = result;
}

void Service::finish_job(JobResult result) {
  if (!job_) return;
  const JobType type = *job_;
  job_.reset();
  switch (type) {
    case JobType::kStart:
      if (result == JobResult::kDone) {
        if (result_ == ServiceResult::kExecCondition) {
          log_.start_skipped();
        } else {
          unit_.type == ServiceType::kOneshot ? log_.finished() : log_.started();
        }
      } else if (result != JobResult::kCanceled) {
        log_.start_failed(result);
      }
      break;
    case JobType::kReload:
      if (reload_result_ != ServiceResult::kSuccess) result = JobResult::kFailed;
      log_.reloaded(result);
      break;
    default:
      log_.stopped(type);
      break;
  }
  host_.job_done(type, result);
}

const Commands& Service::commands_of(CommandKind kind) const {
  const ServiceCommands& of = unit_.commands;
  switch (kind) {
    case CommandKind::kCondition:
      return of.condition;
    case CommandKind::kStartPre:
      return of.start_pre;
    case CommandKind::kStart:
      return of.start;
    case CommandKind::kStartPost:
      return of.start_post;
    case CommandKind::kReload:
      return of.reload;
    case CommandKind::kStop:
      return of.stop;
    case CommandKind::kStopPost:
      break;
  }
  return of.stop_post;
}

bool Service::is_starting() const {
  return state_ == State::kCondition || state_ == State::kStartPre || state_ == State::kStart ||
         state_ == State::kStartPost;
}

bool Service::is_stopping() const {
  static constexpr std::array kStopping{
      State::kStop,     State::kStopWatchdog, State::kStopSigterm, State::kStopSigkill,
      State::kStopPost, State::kFinalSigterm, State::kFinalSigkill};
  return std::ranges::find(kStopping, state_) != kStopping.end();
}

bool Service::is_alive() const {
  if (main_pid_) return true;
  // A daemon whose main process is not known is as long as anything of it is.
  return unit_.type == ServiceType::kForking && !main_exit_ && host_.has_processes();
}

int Service::signal_of(State state) const {
  switch (state) {
    case State::kStopWatchdog:
      return unit_.kill.watchdog_signal;
    case State::kStopSigkill:
    case State::kFinalSigkill:
      return unit_.kill.final_signal;
    default:
      return restart_requested_ && unit_.kill.restart_signal != 0 ? unit_.kill.restart_signal
                                                                  : unit_.kill.signal;
  }
}

SignalTarget Service::target_of(State state) const {
  const bool is_kill = state == State::kStopSigkill || state == State::kFinalSigkill;
  switch (unit_.kill.mode) {
    case KillMode::kControlGroup:
      return SignalTarget::kEverybody;
    case KillMode::kMixed:
      return is_kill ? SignalTarget::kEverybody : SignalTarget::kProcesses;
    default:
      return SignalTarget::kProcesses;
  }
}

std::uint64_t Service::timeout_of(State state) const {
  if (state == State::kStopWatchdog)
    return unit_.timeouts.abort_usec.value_or(unit_.timeouts.stop_usec);
  return unit_.timeouts.stop_usec;
}

}  // namespace logq::supervise
