#include "supervise/socket_life.h"

#include <signal.h>

namespace logq::supervise {

ServiceUnit commands_of(const SocketUnit& unit) {
  ServiceUnit service = unit.process;
  service.name = unit.name;
  service.file = unit.file;
  service.description = unit.description;
  service.start_limit = unit.start_limit;
  service.commands.start_pre = unit.commands.start_pre;
  service.commands.start_post = unit.commands.start_post;
  service.commands.stop = unit.commands.stop_pre;
  service.commands.stop_post = unit.commands.stop_post;
  service.timeouts.start_usec = unit.timeout_usec;
  service.timeouts.stop_usec = unit.timeout_usec;
  service.remains_after_exit = true;
  if (service.execution.working_directory.empty()) service.execution.working_directory = "/";
  return service;
}

bool has_commands(const SocketUnit& unit) {
  const SocketCommands& of = unit.commands;
  return !of.start_pre.empty() || !of.start_post.empty() || !of.stop_pre.empty() ||
         !of.stop_post.empty();
}

void SocketLife::enter_start() {
  door_.open_door() ? enter_start_post() : enter_stop(ServiceResult::kResources);
}

void SocketLife::enter_stop(ServiceResult result) {
  note(result);
  if (unit().commands.stop.empty()) return enter_stop_post(ServiceResult::kSuccess);
  if (!run_control(State::kStop, CommandKind::kStop, unit().timeouts.stop_usec))
    enter_stop_post(ServiceResult::kResources);
}

void SocketLife::enter_stop_post(ServiceResult result) {
  door_.close_door();
  Service::enter_stop_post(result);
}

void SocketLife::after_control(ServiceResult result) {
  const bool is_success = result == ServiceResult::kSuccess;
  switch (state()) {
    case State::kStartPre:
      return is_success ? enter_start() : enter_signal(State::kFinalSigterm, result);
    case State::kStartPost:
      return is_success ? enter_running(result) : enter_stop(result);
    case State::kStop:
    case State::kStopSigterm:
    case State::kStopSigkill:
      return enter_stop_post(result);
    case State::kStopPost:
      // What a command has left; systemd lets it run.
      return enter_signal(State::kFinalSigterm, result);
    default:
      return enter_dead(result);
  }
}

void SocketLife::after_time() {
  constexpr auto kTimeout = ServiceResult::kTimeout;
  switch (state()) {
    case State::kStartPre:
      log().timed_out("Starting timed out. Terminating.");
      return enter_signal(State::kFinalSigterm, kTimeout);
    case State::kStartPost:
      log().timed_out("Starting timed out. Stopping.");
      return enter_stop(kTimeout);
    case State::kStop:
      log().timed_out("Stopping timed out. Terminating.");
      return enter_signal(State::kStopSigterm, kTimeout);
    case State::kStopSigterm:
      if (unit().kill.sends_kill) {
        log().timed_out("Stopping timed out. Killing.");
        return enter_signal(State::kStopSigkill, kTimeout);
      }
      log().timed_out("Stopping timed out. Skipping SIGKILL. Ignoring.");
      return enter_stop_post(kTimeout);
    case State::kStopSigkill:
      log().timed_out("Processes still around after SIGKILL. Ignoring.");
      return enter_stop_post(kTimeout);
    case State::kStopPost:
      log().timed_out("Stopping timed out (2). Terminating.");
      return enter_signal(State::kFinalSigterm, kTimeout);
    case State::kFinalSigterm:
      if (unit().kill.sends_kill) {
        log().timed_out("Stopping timed out (2). Killing.");
        return enter_signal(State::kFinalSigkill, kTimeout);
      }
      log().timed_out("Stopping timed out (2). Skipping SIGKILL. Ignoring.");
      return enter_dead(kTimeout);
    case State::kFinalSigkill:
      log().timed_out("Still around after SIGKILL (2). Entering failed mode.");
      return enter_dead(kTimeout);
    default:
      return;
  }
}

// systemd's word for it is "Terminating", too.
int SocketLife::signal_of(ServiceState state) const {
  return state == State::kStopSigterm ? SIGKILL : Service::signal_of(state);
}

}  // namespace logq::supervise
