// The entries that tell a service's life, with systemd's message ids, texts, priorities and fields,
// so that every tool that knows systemd's understands ours (docs/protocols.md, "Lifecycle
// entries").
//
// SYSLOG_IDENTIFIER is logq-run, and OBJECT_SYSTEMD_UNIT= is added beside UNIT=: journalctl -u
// believes UNIT= from process 1 only. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "logq/field.h"
#include "logq/id128.h"
#include "logq/transport.h"
#include "supervise/process_exit.h"
#include "supervise/service_state.h"

namespace logq::supervise {

struct ServiceIdentity {
  std::string unit;         // "hello.service"
  std::string description;  // may be empty
  Id128 invocation;         // one run of the service
};

class LifecycleLog {
 public:
  // `transport` must outlive this object.
  LifecycleLog(Transport& transport, ServiceIdentity identity);

  // The entries from now on are of this run.
  void begin_invocation(const Id128& invocation) { identity_.invocation = invocation; }

  // --- what was asked for, and what came of it ---

  // LogLevelMax= of the unit: as with systemd it counts for what is told of its life, too.
  void limit_level(std::optional<int> max_level) { max_level_ = max_level.value_or(kEveryLevel); }

  // The entries from now on are of a new job.
  void begin_job() { ++job_id_; }
  void starting();
  void started();
  void finished();  // of a service that has done what there was to do
  void start_skipped();
  void start_failed(JobResult result = JobResult::kFailed);
  void stopping();
  void stopped(JobType type = JobType::kStop);
  void reloading();
  void reloaded(JobResult result);
  void restart_scheduled(unsigned restarts);
  void start_limit_hit();
  // Of sockets, whose start, stop and commands have words of their own.
  void listening_failed(const std::string& address, int sys_errno);
  void trigger_limit_hit();
  // A connection is closed: there are so many already, or so many with it from one source, unless
  // that is empty.
  void too_many_connections(unsigned count, std::string_view source);
  void accept_failed(int sys_errno);
  // No instance can be had.
  void activation_failed();

  // --- what happened ---

  // `step` as systemd names it, "EXEC".
  void spawn_failed(std::string_view program, std::string_view step, int sys_errno);
  // A directory of the service's in `root`, said before the step that fails with it.
  void directory_failed(std::string_view root, int sys_errno);
  // No process is begun, for want of the files of EnvironmentFile=.
  void environment_failed(CommandKind kind, int sys_errno);
  // The same, for want of a descriptor of StandardInput=fd:NAME or its like.
  void descriptor_missing(CommandKind kind);
  // No process is begun: a standard descriptor is to be the one socket, of which there is none, or
  // more than one.
  void socket_missing(CommandKind kind, bool has_many);
  // A process ended badly; systemd tells of a good end at debug level only, we not at all.
  void main_process_exited(const ProcessExit& exit);
  void control_process_exited(CommandKind kind, const ProcessExit& exit);
  // A process was ended by the kernel, for want of memory.
  void killed_for_memory();
  void deactivated();
  // A run is over that has used so much processor time; no more than a second is not worth a word.
  void consumed(std::uint64_t cpu_usec);
  // Other units are started for its end: "OnFailure".
  void triggering(std::string_view key);
  void skipped(std::string_view result);
  void failed(std::string_view result);
  // "stop-sigterm" has taken too long; what follows is its consequence: "Killing".
  void timed_out(std::string_view text);
  void watchdog_timed_out(std::uint64_t limit_usec);
  void watchdog_triggered(std::string_view status);
  void killing(pid_t pid, std::string_view command, int signal);
  // What it said of itself; systemd does not tell.
  void status_changed(std::string_view status);
  void main_pid_changed(pid_t pid);
  // It left a descriptor with us; one of them was closed, since nobody is at its other end.
  void descriptor_stored(std::string_view name);
  void descriptor_dropped(std::string_view name, std::string_view reason);
  // A line of its unit file that is left out, in systemd's words.
  void misconfigured(const std::string& text, const std::string& file, std::size_t line);
  // The daemon that has forked is not in its PIDFile= (yet).
  void pid_file_lacks_daemon(const std::string& file);
  // The collector has closed the stream of this process.
  void output_lost(pid_t pid, std::string_view program);
  // What could not be done for it.
  void hindered(const std::string& text);
  // What it said that it may not say, or that cannot be believed.
  void complained(const std::string& text);

  // Waits until the collector has taken what was told so far, at most until `timeout` has passed.
  void settle(std::chrono::milliseconds timeout);

  // Entries the collector did not take, and why the last of them was refused.
  [[nodiscard]] std::uint64_t undelivered() const { return undelivered_; }
  [[nodiscard]] std::string describe_failure() const { return transport_.describe_failure(); }

 protected:
  [[nodiscard]] const std::string& unit() const { return identity_.unit; }
  void limit_hit(Priority priority, std::string_view text, std::span<const Field> fields);
  void send(Priority priority,
            std::string_view message_id,
            const std::string& message,
            std::span<const Field> fields);

 private:
  void process_exited(std::string_view which, CommandKind kind, const ProcessExit& exit);
  void task_failed(CommandKind kind, int sys_errno);
  static constexpr int kEveryLevel = 7;
  void tell(Priority priority, std::string_view text);  // "UNIT: text", without an id
  void send_always(Priority priority,
                   std::string_view message_id,
                   const std::string& message,
                   std::span<const Field> fields);
  void send_of_job(Priority priority,
                   std::string_view message_id,
                   const std::string& message,
                   JobType type,
                   std::string_view result);

  Transport& transport_;
  ServiceIdentity identity_;
  const std::string title_;  // "hello.service - Description"
  const bool is_of_socket_;
  int max_level_ = kEveryLevel;
  int job_id_ = 1;
  std::uint64_t undelivered_ = 0;
};

}  // namespace logq::supervise
