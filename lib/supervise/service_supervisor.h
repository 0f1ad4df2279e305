// ServiceSupervisor: one service in the world: its processes, its notify socket, its timers, and
// the signals that this process gets for it. Everything a process has printed has been received by
// the collector before its end is told.
//
// The process becomes the reaper of orphans and must have one thread. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/collector_stream.h"
#include "supervise/notify_socket.h"
#include "supervise/process_tree.h"
#include "supervise/service.h"
#include "supervise/service_host.h"
#include "supervise/service_process.h"

namespace logq::supervise {

struct SupervisorOptions {
  // A stream for each process that is started, two where `has_error_stream`; the header says whose
  // it is. One that is not open leaves the process our own output.
  std::function<StreamConnection()> connect;
  std::function<std::string(const std::string& program, bool is_error)> header;
  bool has_error_stream = false;                 // else standard error is standard output
  std::string runtime_directory;                 // for the notify socket
  DirectoryRoots directory_roots;                // of RuntimeDirectory= and its like
  std::vector<std::string> environment;          // that every process begins with
  std::function<void(const std::string&)> warn;  // one line
};

class ServiceSupervisor final : private ServiceHost {
 public:
  // Borrows the unit and the log. Blocks all signals that are to be passed on.
  static Result<std::unique_ptr<ServiceSupervisor>> create(const ServiceUnit& unit,
                                                           LifecycleLog& log,
                                                           SupervisorOptions options);
  ~ServiceSupervisor() override;

  // Starts the service and returns when it is at rest, and nothing will start it again.
  void run();
  [[nodiscard]] const Service& service() const { return service_; }
  // Why a program that the last run could not do without could not be run.
  struct SpawnFailure {
    std::string program;
    ProcessFailure why;
  };
  [[nodiscard]] const std::optional<SpawnFailure>& spawn_failure() const { return spawn_failure_; }
  // Whether the end of a process was told though not all of its output had been received.
  enum class LeftOutput : std::uint8_t {
    kNone,
    kUnread,         ///< it could not be waited for any longer
    kCollectorGone,  ///< what it had not read is lost
  };
  [[nodiscard]] LeftOutput left_output() const { return left_output_; }
  // Whether output went to a collector, at any time.
  [[nodiscard]] bool has_collector() const { return has_collector_; }

 private:
  using Source = std::unique_ptr<sd_event_source, sd_event_source* (*)(sd_event_source*)>;
  struct Process {
    HeldProcess held;
    Source executed{nullptr, sd_event_source_unref};
    std::vector<base::UniqueFd> streams;  // our ends of its output
    std::vector<base::UniqueFd> files;    // the same where it goes to files
    std::string program;
    bool may_fail = false;  // nothing comes of that
  };
  struct Ended {
    pid_t pid;
    ProcessExit exit;
    std::uint64_t deadline_usec;
    std::uint64_t nap_usec;
  };

  ServiceSupervisor(const ServiceUnit& unit, LifecycleLog& log, SupervisorOptions options);
  Result<void> prepare();

  // ServiceHost
  std::optional<pid_t> spawn(CommandKind kind, const ExecCommand& command) override;
  void release(pid_t pid) override;
  bool send_signal(SignalTarget target, int signal, bool is_told) override;
  void set_timer(std::optional<std::uint64_t> usec) override;
  void set_watchdog(std::optional<std::uint64_t> usec) override;
  [[nodiscard]] std::uint64_t now_usec() const override;
  [[nodiscard]] bool has_processes() const override;
  std::optional<pid_t> find_main_process() override;
  void begin_invocation() override;
  void end_invocation(bool will_restart) override;
  void job_done(JobType type, JobResult result) override;

  void take_signal(int signal);
  void reap();
  void tell_ends();
  bool is_output_received(const Process& process);
  void hear_notifications();
  void take_notification(NotifySocket::Received& received);
  [[nodiscard]] bool may_notify(pid_t pid, uid_t uid) const;
  void refuse(const std::string& why);
  void tell_refused();
  [[nodiscard]] bool is_own(pid_t pid) const;
  [[nodiscard]] bool is_user_of_service(uid_t uid) const;
  void process_executed(pid_t pid);
  Result<Environment> environment_for(CommandKind kind) const;
  void set_own_variables(CommandKind kind, Environment& environment) const;
  void tell_failure(const Process& process, const ProcessFailure& failure);
  void open_output(ProcessPlan& plan, Process& process);
  bool open_file(const Output& output, OutputStream& stream, Process& process);
  [[nodiscard]] std::vector<ProcessInfo> own_processes() const;
  void hand_on(int signal);
  void finish_if_over();

  const ServiceUnit& unit_;
  LifecycleLog& log_;
  const SupervisorOptions options_;
  std::unique_ptr<sd_event, sd_event* (*)(sd_event*)> event_{nullptr, sd_event_unref};
  std::vector<Source> signals_;
  Source timer_{nullptr, sd_event_source_unref};
  Source watchdog_{nullptr, sd_event_source_unref};
  Source drain_timer_{nullptr, sd_event_source_unref};
  Source notify_source_{nullptr, sd_event_source_unref};
  std::optional<NotifySocket> notify_;

  std::set<pid_t> strangers_;  // children that we had before
  std::map<pid_t, Process>
      processes_;  // that were started here and have not been told to have ended
  std::deque<Ended> ended_;
  Id128 invocation_;
  int stop_signal_ = 0;  // that we were ended by, in place of KillSignal=
  bool is_over_ = false;
  std::uint64_t refused_ = 0;  // messages to the notify socket, in this run
  LeftOutput left_output_ = LeftOutput::kNone;
  bool has_collector_ = false;
  std::optional<SpawnFailure> spawn_failure_;
  Service service_;
};

// Asks all other processes to end and waits for them, at most for `patience`. REQUIRES: this is
// process 1, whose end is theirs: a collector in the same container could not store what it has
// received last.
void end_others(std::chrono::milliseconds patience);

}  // namespace logq::supervise
