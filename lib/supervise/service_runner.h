// ServiceRunner: one service in the world: its processes, its notify socket, its timers. Everything
// a process has printed has been received by the collector before its end is told.
//
// Not thread-safe; see Supervisor.
#pragma once

#include <sys/types.h>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/connection.h"
#include "supervise/descriptor_store.h"
#include "supervise/event_loop.h"
#include "supervise/log_settings_files.h"
#include "supervise/notify_socket.h"
#include "supervise/process_owners.h"
#include "supervise/readiness_pipe.h"
#include "supervise/service.h"
#include "supervise/service_environment.h"
#include "supervise/service_host.h"
#include "supervise/service_observer.h"
#include "supervise/service_output.h"
#include "supervise/service_process.h"
#include "supervise/socket_life.h"

namespace logq::supervise {

// A descriptor that its service is handed, $LISTEN_FDS.
struct PassedDescriptor {
  int fd = -1;  // borrowed
  std::string name;
};

struct RunnerOptions {
  OutputOptions output;
  std::string runtime_directory;         // for the notify socket
  DirectoryRoots directory_roots;        // of RuntimeDirectory= and its like
  std::vector<std::string> environment;  // that every process begins with
  std::vector<PassedDescriptor> sockets;
  SocketDoor* door = nullptr;  // of the commands of a socket: it is no service then; borrowed
  // The service is the collector that the log goes to: nothing waits for that to have taken it.
  bool is_collector = false;
  // Of a tree, which may start it again when it is at rest, or else calls let_go().
  bool is_child = false;
  // Whether the collector is not running, and may not before this service is at rest: nothing waits
  // for it then. None: that is not known.
  std::function<bool()> is_collector_away;
  // Waits, for a time, until the collector with this runtime directory has stored what was sent to
  // it. None: it is not asked.
  std::function<void(const std::string& directory)> synchronize;
};

class ServiceRunner final : private ServiceHost {
 public:
  // Borrows all but the options. `owner` is its name among the owners.
  static Result<std::unique_ptr<ServiceRunner>> create(const ServiceUnit& unit,
                                                       LifecycleLog& log,
                                                       EventLoop& loop,
                                                       ProcessOwners& owners,
                                                       ProcessOwners::Owner owner,
                                                       RunnerOptions options);
  ServiceRunner(const ServiceRunner&) = delete;
  ServiceRunner& operator=(const ServiceRunner&) = delete;
  ~ServiceRunner() override;

  // Before the start: what it is an instance for. It is closed when the service is at rest, or
  // about to be restarted, as by systemd.
  void take_connection(Connection connection) { connection_ = std::move(connection); }

  // --- what an operator asks for; Service says what it means ---

  void start() { service_.start(); }
  void start_once() { service_.start_once(); }
  void run_again() { service_.run_again(); }
  void restart() { service_.restart(); }
  bool reload() { return service_.reload(); }
  void reset() { service_.reset(); }
  void fail(ServiceResult result) { service_.fail(result); }
  // `signal`: what is sent in place of KillSignal=, once; 0: nothing special.
  void stop(int signal = 0);
  // A signal to us that is meant for the service: SIGTERM and SIGINT stop it, SIGHUP reloads it
  // where that is possible; all others, and those, are handed on.
  void take_signal(int signal);
  // To the main process's group; to all processes of the service. As it is, without a SIGCONT.
  void hand_on(int signal);
  void signal_everybody(int signal);

  // --- of who runs the units that OnFailure= and OnSuccess= name ---

  // Those that are to be started since the last call.
  [[nodiscard]] std::vector<std::string> take_due() { return std::exchange(due_, {}); }
  // What the next starts tell of the service whose end they are for: monitor_variables().
  void set_monitor(std::vector<std::string> variables) { monitor_ = std::move(variables); }

  // --- of the supervisor ---

  // A child has ended. False where it is none of this service.
  bool take_end(pid_t pid, const ProcessExit& exit);
  // A process of the service has used so much; it is told with the end of the run.
  void add_cpu_time(std::uint64_t usec) { cpu_usec_ += usec; }
  // The kernel has killed a process of the service, whose end is still to be taken.
  void process_killed_for_memory(pid_t pid) { service_.process_killed_for_memory(pid); }
  // Of a child of a tree that is at rest and not going to be started again: gives back what stays
  // over restarts: its fd store, its runtime directory, what it says about its log.
  void let_go();
  // Tells what has not been told yet, when all children that had ended have been taken.
  void tell_ends();

  // The observer is borrowed until it is removed, which it may not do while it is being told.
  void add_observer(ServiceObserver& observer) { observers_.push_back(&observer); }
  void remove_observer(ServiceObserver& observer) { std::erase(observers_, &observer); }

  [[nodiscard]] const ServiceUnit& unit() const { return unit_; }
  [[nodiscard]] const Service& service() const { return service_; }
  [[nodiscard]] const Id128& invocation() const { return invocation_; }  // the last
  // Whether its last start was a success, whatever has happened since.
  [[nodiscard]] bool has_come_up() const { return has_come_up_; }
  // At rest, and nothing will start it again.
  [[nodiscard]] bool is_over() const { return service_.is_at_rest() && ended_.empty(); }
  // Why a program that the last run could not do without could not be run. A step in plain words is
  // something that it lacked before there was a process.
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
  struct Process {
    HeldProcess held;
    EventSource executed;
    std::vector<base::UniqueFd> streams;  // our ends of its output
    std::vector<EventSource> ends;        // of the collector's, of the same
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

  ServiceRunner(const ServiceUnit& unit,
                LifecycleLog& log,
                EventLoop& loop,
                ProcessOwners& owners,
                ProcessOwners::Owner owner,
                RunnerOptions options);
  std::unique_ptr<Service> make_service();
  Result<void> prepare();
  Result<void> open_notify_socket();

  // ServiceHost
  std::optional<pid_t> spawn(CommandKind kind, const ExecCommand& command) override;
  void release(pid_t pid) override;
  bool send_signal(SignalTarget target, int signal, bool is_told) override;
  void set_timer(std::optional<std::uint64_t> usec) override;
  void set_watchdog(std::optional<std::uint64_t> usec) override;
  [[nodiscard]] std::uint64_t now_usec() const override { return base::monotonic_usec(); }
  [[nodiscard]] std::uint64_t cpu_usec() const override { return cpu_usec_; }
  [[nodiscard]] bool has_processes() const override { return owners_.has_processes(owner_); }
  std::optional<pid_t> find_main_process() override;
  void begin_invocation() override;
  void end_invocation(bool will_restart) override;
  void state_changed() override;
  void others_are_due(const std::vector<std::string>& units) override;
  void job_done(JobType type, JobResult result) override;

  std::optional<NamedDescriptors> plan_process(CommandKind kind,
                                               const ExecCommand& command,
                                               int socket,
                                               ProcessPlan& plan,
                                               ProcessFailure& lack);
  std::optional<pid_t> begin_process(CommandKind kind, ProcessPlan& plan, Process process);
  void leave_log_settings(const std::string& collector);
  void take_back_log_settings();
  [[nodiscard]] std::string own_credentials_directory() const;
  void take_back_credentials();
  void pass_descriptors(CommandKind kind, ProcessPlan& plan, RunFacts& facts) const;
  [[nodiscard]] std::vector<PassedDescriptor> sockets() const;
  std::optional<int> standard_socket(CommandKind kind, ProcessFailure& lack);
  void watch_streams(pid_t pid, Process& process);
  void collector_left(pid_t pid);
  void tell_cut_off();
  void tell_failure(const Process& process, const ProcessFailure& failure);
  void process_executed(pid_t pid);
  bool waits_for_output(Ended& ended);
  bool is_output_received(const Process& process);
  void look_for_pid_file();

  void said_ready();
  void hear_notifications();
  void take_notification(NotifySocket::Received& received);
  void take_descriptors(NotifySocket::Received& received);
  [[nodiscard]] bool may_notify(pid_t pid, uid_t uid) const;
  [[nodiscard]] bool is_user_of_service(uid_t uid) const;
  void refuse(const std::string& why);
  void tell_refused();

  const ServiceUnit& unit_;
  LifecycleLog& log_;
  EventLoop& loop_;
  ProcessOwners& owners_;
  const ProcessOwners::Owner owner_;
  const RunnerOptions options_;
  EventSource timer_;
  EventSource watchdog_;
  EventSource drain_timer_;
  EventSource pid_file_timer_;
  // Processes whose collector has just closed their streams, and when that is told.
  std::vector<std::pair<pid_t, std::string>> cut_off_;
  EventSource cut_off_timer_;
  EventSource notify_source_;
  std::optional<NotifySocket> notify_;
  std::optional<Connection> connection_;
  DescriptorStore store_;

  // That were started here and have not been told to have ended.
  std::map<pid_t, Process> processes_;
  std::deque<Ended> ended_;
  std::vector<ServiceObserver*> observers_;
  std::vector<std::string> due_;
  std::vector<std::string> monitor_;
  Id128 invocation_;
  std::uint64_t cpu_usec_ = 0;  // of the processes of this run that were reaped
  int stop_signal_ = 0;         // that we were ended by, in place of KillSignal=
  std::uint64_t refused_ = 0;   // messages to the notify socket, in this run
  LeftOutput left_output_ = LeftOutput::kNone;
  bool has_collector_ = false;
  ReadinessPipe readiness_;
  LogSettingsFiles log_settings_;
  bool has_told_of_log_settings_ = false;  // that they do not count
  bool has_told_of_no_collector_ = false;  // that the collector, this service, cannot be run
  bool has_come_up_ = false;
  bool holds_ = false;  // what stays over restarts
  std::optional<SpawnFailure> spawn_failure_;
  const std::unique_ptr<Service> owned_service_;
  Service& service_;
};

}  // namespace logq::supervise
