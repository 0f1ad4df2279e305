// ServiceHost: what a Service orders from the world: processes, signals, a timer, entries.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "supervise/exec_command.h"
#include "supervise/service_state.h"

namespace logq::supervise {

// Which processes of a service a signal is for. Those of the session count as the service's too,
// once they are nobody else's.
enum class SignalTarget : std::uint8_t {
  kMain,       ///< the main process
  kProcesses,  ///< the main and the control process
  kEverybody,  ///< all that came from them
};

class ServiceHost {
 public:
  ServiceHost() = default;
  ServiceHost(const ServiceHost&) = delete;
  ServiceHost& operator=(const ServiceHost&) = delete;
  virtual ~ServiceHost() = default;

  // Starts a process that does not run its program before release(). One whose program cannot be
  // run ends like any other, with the status that says why. Nothing: there can be no process; the
  // log has been told.
  virtual std::optional<pid_t> spawn(CommandKind kind, const ExecCommand& command) = 0;
  virtual void release(pid_t pid) = 0;
  // Sends a signal, followed by SIGCONT and, where the unit says so, SIGHUP; `is_told`: with an
  // entry for each process. Whether there was anybody to take it.
  virtual bool send_signal(SignalTarget target, int signal, bool is_told) = 0;
  // Service::time_is_up() is to be called then; only the last order counts. Nothing: never.
  virtual void set_timer(std::optional<std::uint64_t> monotonic_usec) = 0;
  virtual void set_watchdog(std::optional<std::uint64_t> monotonic_usec) = 0;
  [[nodiscard]] virtual std::uint64_t now_usec() const = 0;  // monotonic
  // Processor time of the run, of those of its processes that have ended.
  [[nodiscard]] virtual std::uint64_t cpu_usec() const = 0;
  // Whether processes of the service are left.
  [[nodiscard]] virtual bool has_processes() const = 0;
  // The pid in PIDFile=, or that of the only process left where there is none; nothing: not known.
  virtual std::optional<pid_t> find_main_process() = 0;
  // A start begins: a new INVOCATION_ID.
  virtual void begin_invocation() = 0;
  // Nothing runs any more: what belongs to a run is removed; the fd store unless it restarts.
  virtual void end_invocation(bool will_restart) = 0;
  // Its state or main process is another one now; there is nothing to order yet.
  virtual void state_changed() = 0;
  // These units are to be started now (OnFailure=, OnSuccess=).
  virtual void others_are_due(const std::vector<std::string>& units) = 0;
  // What was asked for has come to an end.
  virtual void job_done(JobType type, JobResult result) = 0;
};

}  // namespace logq::supervise
