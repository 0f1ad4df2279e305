// What happens to a Service: ends, times, and what it says of itself.
#include <signal.h>

#include <algorithm>
#include <array>

#include "supervise/service.h"

namespace logq::supervise {
namespace {

bool waits_for_ready(ServiceType type) {
  return type == ServiceType::kNotify || type == ServiceType::kNotifyReload;
}

}  // namespace

using wire::NotifyMessage;

// --- what happens ---

void Service::process_killed_for_memory(pid_t pid) {
  log_.killed_for_memory();
  if (pid == main_pid_ || pid == control_pid_) note(ServiceResult::kOomKill);
}

void Service::process_exited(pid_t pid, const ProcessExit& exit) {
  if (pid == main_pid_) {
    main_exited(exit);
  } else if (pid == control_pid_) {
    control_exited(exit);
  }
}

void Service::process_executed(pid_t pid) {
  if (pid == main_pid_ && unit_.type == ServiceType::kExec && state_ == State::kStart)
    enter_start_post();
}

bool Service::awaits_the_last() const {
  static constexpr std::array kAwaiting{State::kRunning,      State::kStopWatchdog,
                                        State::kStopSigterm,  State::kStopSigkill,
                                        State::kFinalSigterm, State::kFinalSigkill};
  if (main_pid_ || control_pid_) return false;
  return awaits_pid_file() || std::ranges::find(kAwaiting, state_) != kAwaiting.end();
}

void Service::processes_gone() {
  if (!awaits_the_last()) return;
  switch (state_) {
    case State::kStart:
      return enter_signal(State::kStopSigterm, ServiceResult::kProtocol);
    case State::kRunning:
      return enter_running(ServiceResult::kSuccess);
    case State::kStopWatchdog:
    case State::kStopSigterm:
    case State::kStopSigkill:
      return enter_stop_post(ServiceResult::kSuccess);
    case State::kFinalSigterm:
    case State::kFinalSigkill:
      return enter_dead(ServiceResult::kSuccess);
    default:
      return;
  }
}

void Service::main_exited(const ProcessExit& exit) {
  const bool is_oneshot = unit_.type == ServiceType::kOneshot;
  const CleanSignals clean = is_oneshot ? CleanSignals::kOfCommand : CleanSignals::kOfService;
  ServiceResult result = judge_exit(exit, clean, unit_.success_statuses);
  main_pid_.reset();
  main_exit_ = exit;
  host_.state_changed();
  const bool has_command = main_command_ < unit_.commands.start.size();
  if (has_command && unit_.commands.start[main_command_].ignores_failure)
    result = ServiceResult::kSuccess;
  if (result != ServiceResult::kSuccess) log_.main_process_exited(exit);
  note(result);
  if (is_oneshot && result == ServiceResult::kSuccess && state_ == State::kStart &&
      main_command_ + 1 < unit_.commands.start.size()) {
    ++main_command_;
    if (!run_main()) return enter_signal(State::kStopSigterm, ServiceResult::kResources);
    return host_.release(*main_pid_);
  }
  after_main(result);
}

void Service::after_main(ServiceResult result) {
  switch (state_) {
    case State::kStart:
      if (unit_.type == ServiceType::kOneshot && result == ServiceResult::kSuccess)
        return enter_start_post();
      if (waits_for_ready(unit_.type) && result == ServiceResult::kSuccess)
        return enter_signal(State::kStopSigterm, ServiceResult::kProtocol);
      return enter_signal(State::kStopSigterm, result);
    case State::kRunning:
      return enter_running(result);
    case State::kReloadSignal:
    case State::kReloadNotify:
      reload_result_ = ServiceResult::kProtocol;
      return enter_running(result);
    case State::kStartPost:
    case State::kReload:
    case State::kStop:
      return;  // until the command is done
    case State::kStopWatchdog:
    case State::kStopSigterm:
    case State::kStopSigkill:
      if (!control_pid_) enter_stop_post(result);
      return;
    case State::kFinalSigterm:
    case State::kFinalSigkill:
      if (!control_pid_) enter_dead(result);
      return;
    default:
      return;
  }
}

void Service::control_exited(const ProcessExit& exit) {
  const Commands& commands = commands_of(control_kind_);
  const ServiceResult result = judge_control(exit, commands[control_command_].ignores_failure);
  control_pid_.reset();
  if (result != ServiceResult::kSuccess && result != ServiceResult::kExecCondition)
    log_.control_process_exited(control_kind_, exit);
  if (control_kind_ != CommandKind::kReload) note(result);
  if (result == ServiceResult::kSuccess && run_next_control()) return;
  after_control(result);
}

ServiceResult Service::judge_control(const ProcessExit& exit, bool ignores_failure) const {
  // Between "go on" and "something is wrong", 1 to 254 say that there is no reason to start.
  if (control_kind_ == CommandKind::kCondition && exit.code == ProcessExit::Code::kExited &&
      exit.status > 0 && exit.status < 255)
    return ServiceResult::kExecCondition;
  if (ignores_failure) return ServiceResult::kSuccess;
  const bool is_start = control_kind_ == CommandKind::kStart;  // of Type=forking
  return judge_exit(exit, CleanSignals::kOfCommand,
                    is_start ? unit_.success_statuses : ExitStatusSet{});
}

void Service::after_control(ServiceResult result) {
  const bool is_success = result == ServiceResult::kSuccess;
  switch (state_) {
    case State::kCondition:
      return is_success ? enter_start_pre() : enter_signal(State::kStopSigterm, result);
    case State::kStartPre:
      return is_success ? enter_start() : enter_signal(State::kStopSigterm, result);
    case State::kStart:
      return daemon_has_forked(result);
    case State::kStartPost:
      return is_success ? enter_running(result) : enter_signal(State::kStopSigterm, result);
    case State::kReload:
      reload_result_ = result;
      return enter_running(ServiceResult::kSuccess);
    case State::kStop:
      return enter_signal(State::kStopSigterm, result);
    case State::kStopWatchdog:
    case State::kStopSigterm:
    case State::kStopSigkill:
      if (!main_pid_) enter_stop_post(result);
      return;
    case State::kStopPost:
      return enter_signal(State::kFinalSigterm, result);
    case State::kFinalSigterm:
    case State::kFinalSigkill:
      if (!main_pid_) enter_dead(result);
      return;
    default:
      return;
  }
}

// Type=forking: the process that was started has ended, and the daemon it left is the service.
void Service::daemon_has_forked(ServiceResult result) {
  if (result != ServiceResult::kSuccess) return enter_signal(State::kStopSigterm, result);
  main_pid_ = host_.find_main_process();
  if (main_pid_ || unit_.pid_file.empty()) return enter_start_post();
  log_.pid_file_lacks_daemon(unit_.pid_file);
  if (!host_.has_processes()) enter_signal(State::kStopSigterm, ServiceResult::kProtocol);
}

bool Service::awaits_pid_file() const {
  return state_ == State::kStart && unit_.type == ServiceType::kForking && !main_pid_ &&
         !control_pid_;
}

void Service::look_for_pid_file() {
  if (!awaits_pid_file()) return;
  main_pid_ = host_.find_main_process();
  if (main_pid_) enter_start_post();
}

void Service::time_is_up() {
  deadline_.reset();
  after_time();
}

void Service::after_time() {
  const std::string name(name_of(state_));
  switch (state_) {
    case State::kCondition:
    case State::kStartPre:
    case State::kStart:
    case State::kStartPost:
      log_.timed_out(name + " operation timed out. Terminating.");
      return enter_signal(State::kStopSigterm, ServiceResult::kTimeout);
    case State::kRunning:
      log_.timed_out("Service reached runtime time limit. Stopping.");
      return enter_stop(ServiceResult::kTimeout);
    case State::kReload:
    case State::kReloadSignal:
    case State::kReloadNotify:
      log_.timed_out("Reload operation timed out. Killing reload process.");
      if (control_pid_) host_.send_signal(SignalTarget::kProcesses, SIGKILL, false);
      reload_result_ = ServiceResult::kTimeout;
      return enter_running(ServiceResult::kSuccess);
    case State::kStop:
      log_.timed_out("Stopping timed out. Terminating.");
      return enter_signal(State::kStopSigterm, ServiceResult::kTimeout);
    case State::kStopSigterm:
    case State::kStopWatchdog:
      if (unit_.kill.sends_kill) {
        log_.timed_out("State '" + name + "' timed out. Killing.");
        return enter_signal(State::kStopSigkill, ServiceResult::kTimeout);
      }
      log_.timed_out("State '" + name + "' timed out. Skipping SIGKILL.");
      return enter_stop_post(ServiceResult::kTimeout);
    case State::kStopSigkill:
      log_.timed_out("Processes still around after SIGKILL. Ignoring.");
      return enter_stop_post(ServiceResult::kTimeout);
    case State::kStopPost:
      log_.timed_out("State 'stop-post' timed out. Terminating.");
      return enter_signal(State::kFinalSigterm, ServiceResult::kTimeout);
    case State::kFinalSigterm:
      if (unit_.kill.sends_kill) {
        log_.timed_out("State 'final-sigterm' timed out. Killing.");
        return enter_signal(State::kFinalSigkill, ServiceResult::kTimeout);
      }
      log_.timed_out("State 'final-sigterm' timed out. Skipping SIGKILL. Entering failed mode.");
      return enter_dead(ServiceResult::kTimeout);
    case State::kFinalSigkill:
      log_.timed_out("Processes still around after final SIGKILL. Entering failed mode.");
      return enter_dead(ServiceResult::kTimeout);
    case State::kAutoRestart:
      return enter_restart();
    default:
      return;
  }
}

void Service::watchdog_is_up() {
  watchdog_deadline_.reset();
  if (state_ != State::kRunning && state_ != State::kStartPost && state_ != State::kReload &&
      state_ != State::kReloadSignal && state_ != State::kReloadNotify)
    return;
  log_.watchdog_timed_out(watchdog_usec_);
  enter_signal(State::kStopWatchdog, ServiceResult::kWatchdog);
}

// --- what it says of itself ---

void Service::notified(const NotifyMessage& message) {
  if (is_at_rest() || state_ == State::kAutoRestart) return;  // last words that came late
  if (message.notify_access) notify_access_ = *message.notify_access;
  if (message.main_pid && *message.main_pid != main_pid_) {
    main_pid_ = *message.main_pid;
    log_.main_pid_changed(*main_pid_);
    host_.state_changed();
  }
  take_status(message);
  if (message.reset_restarts) restarts_ = 0;
  if (message.state) take_state(*message.state);
  if (message.extend_timeout_usec) extend_timers(*message.extend_timeout_usec);
  take_watchdog(message);
}

void Service::take_status(const NotifyMessage& message) {
  if (message.sys_errno) status_errno_ = *message.sys_errno;
  if (!message.status || *message.status == status_text_) return;
  status_text_ = *message.status;
  if (!status_text_.empty()) log_.status_changed(status_text_);
}

void Service::take_state(NotifyMessage::State said) {
  switch (said) {
    case NotifyMessage::State::kStopping:
      if (state_ == State::kRunning || state_ == State::kReloadSignal ||
          state_ == State::kReloadNotify) {
        // As if it had been sent SIGTERM.
        set_state(State::kStopSigterm);
        wait_for(unit_.timeouts.stop_usec);
      }
      return;
    case NotifyMessage::State::kReady:
      if (state_ == State::kStart && waits_for_ready(unit_.type)) return enter_start_post();
      if (state_ == State::kReloadNotify) enter_running(ServiceResult::kSuccess);
      return;
    case NotifyMessage::State::kReloading:
      if (state_ == State::kRunning) {
        log_.begin_job();
        job_ = JobType::kReload;
        log_.reloading();
      } else if (state_ != State::kReloadSignal) {
        return;
      }
      set_state(State::kReloadNotify);
      return wait_for(unit_.timeouts.start_usec);
  }
}

void Service::take_watchdog(const NotifyMessage& message) {
  if (message.watchdog_usec) {
    watchdog_usec_ = *message.watchdog_usec;
    feed_watchdog();
  }
  if (message.watchdog == NotifyMessage::Watchdog::kPing) feed_watchdog();
  if (message.watchdog == NotifyMessage::Watchdog::kTrigger) {
    log_.watchdog_triggered(status_text_);
    if (!is_stopping() && !is_at_rest())
      enter_signal(State::kStopWatchdog, ServiceResult::kWatchdog);
  }
}

// The time that runs ends no sooner than that; it may be asked for again and again.
void Service::extend_timers(std::uint64_t usec) {
  const std::uint64_t until = time_in(usec);
  const bool is_waited_for = is_starting() || is_stopping() || state_ == State::kReload ||
                             state_ == State::kReloadSignal || state_ == State::kReloadNotify ||
                             state_ == State::kRunning;
  if (is_waited_for && deadline_ && *deadline_ < until) {
    deadline_ = until;
    host_.set_timer(deadline_);
  }
  if (watchdog_deadline_ && *watchdog_deadline_ < until) {
    watchdog_deadline_ = until;
    host_.set_watchdog(watchdog_deadline_);
  }
}

void Service::feed_watchdog() {
  if (watchdog_usec_ == 0 || watchdog_usec_ == base::kInfiniteUsec) {
    watchdog_deadline_.reset();
  } else {
    watchdog_deadline_ = time_in(watchdog_usec_);
  }
  host_.set_watchdog(watchdog_deadline_);
}

}  // namespace logq::supervise
