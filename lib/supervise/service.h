// Service: the life of one service, from start to start: what runs when, how long it is waited for,
// and what follows from each end. systemd's rules (systemd.service(5) and what version 252 does),
// as a machine of states that orders everything from a ServiceHost and tells a LifecycleLog.
//
// Not thread-safe. Nothing here waits: whoever owns it tells it what has happened.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervise/lifecycle_log.h"
#include "supervise/process_exit.h"
#include "supervise/restart_policy.h"
#include "supervise/service_host.h"
#include "supervise/service_state.h"
#include "supervise/service_unit.h"
#include "wire/notify_message.h"

namespace logq::supervise {

class Service {
 public:
  // Borrows all of them.
  Service(const ServiceUnit& unit, ServiceHost& host, LifecycleLog& log);
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  virtual ~Service() = default;

  // --- what an operator asks for ---

  // Starts it, unless it runs or is about to. The start limit may forbid it.
  void start();
  // The same for one run: nothing restarts it, not even one that is under way.
  void start_once();
  // It starts again when this run has ended, whatever Restart= says.
  void run_again();
  void stop();
  void restart();
  // False where it cannot be reloaded now.
  bool reload();
  // Forgets failures and restarts: `systemctl reset-failed`.
  void reset();
  // It is up, and of no more use: it stops with that result.
  void fail(ServiceResult result) { enter_stop(result); }

  // --- what happens ---

  // The kernel has killed a process for want of memory: that is why the service fails, where it is
  // one of those that were started.
  void process_killed_for_memory(pid_t pid);
  // A process has ended, and its output has been received.
  void process_exited(pid_t pid, const ProcessExit& exit);
  // It runs its program now (Type=exec waits for that).
  void process_executed(pid_t pid);
  // Whether it is waited for that the last process ends, whoever that is.
  [[nodiscard]] bool awaits_the_last() const;
  // It has, after all ends were told.
  void processes_gone();
  // Whether a daemon that has forked is still to write its PIDFile=, until when it is looked for.
  [[nodiscard]] bool awaits_pid_file() const;
  void look_for_pid_file();
  // A datagram of a process that may say what it says. A barrier and descriptors are not for us.
  void notified(const wire::NotifyMessage& message);
  void time_is_up();
  void watchdog_is_up();

  // --- how it is ---

  [[nodiscard]] ServiceState state() const { return state_; }
  [[nodiscard]] bool is_at_rest() const {
    return state_ == ServiceState::kDead || state_ == ServiceState::kFailed;
  }
  [[nodiscard]] bool is_stopping() const;
  [[nodiscard]] std::optional<pid_t> main_pid() const { return main_pid_; }
  [[nodiscard]] std::optional<pid_t> control_pid() const { return control_pid_; }
  [[nodiscard]] ServiceResult result() const { return result_; }
  // Of the main process that ended last.
  [[nodiscard]] const std::optional<ProcessExit>& main_exit() const { return main_exit_; }
  [[nodiscard]] const std::string& status_text() const { return status_text_; }
  [[nodiscard]] int status_errno() const { return status_errno_; }
  [[nodiscard]] unsigned restarts() const { return restarts_; }
  [[nodiscard]] wire::NotifyAccess notify_access() const { return notify_access_; }
  [[nodiscard]] std::uint64_t watchdog_usec() const { return watchdog_usec_; }

 protected:
  using State = ServiceState;

  // --- what is another thing for what is not quite a service ---

  virtual void enter_start();
  virtual void enter_stop(ServiceResult result);
  virtual void enter_stop_post(ServiceResult result);
  virtual void after_control(ServiceResult result);
  virtual void after_time();
  [[nodiscard]] virtual int signal_of(State state) const;
  // Whether it is an entry that a start is stopped.
  [[nodiscard]] virtual bool tells_of_early_stop() const { return true; }

  void enter_start_post();
  void enter_running(ServiceResult result);
  void enter_signal(State state, ServiceResult result);
  void enter_dead(ServiceResult result);
  bool run_control(State state, CommandKind kind, std::uint64_t timeout_usec);
  void note(ServiceResult result);
  [[nodiscard]] const ServiceUnit& unit() const { return unit_; }
  [[nodiscard]] LifecycleLog& log() { return log_; }

 private:
  void ask_for_start();
  void ask_for_stop();
  void begin_start();
  void enter_condition();
  void enter_start_pre();
  void enter_reload();
  void enter_restart();
  void come_to_rest(bool has_run);
  void tell_of_end(bool has_run);
  void call_others(std::string_view key, const std::vector<std::string>& units);

  bool run_next_control();
  bool run_main();
  void set_state(State state);
  void tell_job();
  void wait_for(std::uint64_t usec);
  [[nodiscard]] std::uint64_t time_in(std::uint64_t usec) const;

  void main_exited(const ProcessExit& exit);
  void control_exited(const ProcessExit& exit);
  [[nodiscard]] ServiceResult judge_control(const ProcessExit& exit, bool ignores_failure) const;
  void after_main(ServiceResult result);
  void daemon_has_forked(ServiceResult result);

  void take_state(wire::NotifyMessage::State said);
  void take_status(const wire::NotifyMessage& message);
  void take_watchdog(const wire::NotifyMessage& message);
  void extend_timers(std::uint64_t usec);
  void feed_watchdog();

  [[nodiscard]] const Commands& commands_of(CommandKind kind) const;
  [[nodiscard]] bool is_starting() const;
  [[nodiscard]] bool is_alive() const;  // there is somebody to be running for
  [[nodiscard]] SignalTarget target_of(State state) const;
  [[nodiscard]] std::uint64_t timeout_of(State state) const;
  void finish_job(JobResult result);

  const ServiceUnit& unit_;
  ServiceHost& host_;
  LifecycleLog& log_;

  State state_ = State::kDead;
  ServiceResult result_ = ServiceResult::kSuccess;
  ServiceResult reload_result_ = ServiceResult::kSuccess;
  std::optional<JobType> job_;
  bool is_job_told_ = false;        // its begin is an entry already
  bool stop_requested_ = false;     // nothing restarts it until it is started again
  bool restart_requested_ = false;  // it is started again when it has stopped
  bool is_once_ = false;            // nothing restarts it by itself

  std::optional<pid_t> main_pid_;
  std::optional<pid_t> control_pid_;
  std::size_t main_command_ = 0;  // of unit_.commands.start
  CommandKind control_kind_ = CommandKind::kStart;
  std::size_t control_command_ = 0;
  std::optional<ProcessExit> main_exit_;

  std::string status_text_;
  int status_errno_ = 0;
  wire::NotifyAccess notify_access_;
  std::uint64_t watchdog_usec_;
  std::optional<std::uint64_t> deadline_;           // that the timer is set to
  std::optional<std::uint64_t> watchdog_deadline_;  // the same
  unsigned restarts_ = 0;
  StartLimit start_limit_;
};

}  // namespace logq::supervise
