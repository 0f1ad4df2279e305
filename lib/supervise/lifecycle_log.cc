#include "supervise/lifecycle_log.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <utility>
#include <vector>

#include "base/quantity.h"

namespace logq::supervise {
namespace {

constexpr std::string_view kStarted = "39f53479d3a045ac8e11786248231fbf";
constexpr std::string_view kStartFailed = "be02cf6855d2428ba40df7e9d022f03d";
constexpr std::string_view kStopping = "de5b426a63be47a7b6ac3eaac82e2f6f";
constexpr std::string_view kStopped = "9d1aaa27d60140bd96365438aad20286";
constexpr std::string_view kProcessExited = "98e322203f7a4ed290d09fe03c09fe15";
constexpr std::string_view kDeactivated = "7ad2d189f7e94e70a38c781354912448";
constexpr std::string_view kFailed = "d9b373ed55a64feb8242e02dbe79a49c";
constexpr std::string_view kSpawnFailed = "641257651c1b4ec9a8624d7a40a9e1e7";
constexpr std::string_view kStarting = "7d4958e842da4a758f6c1cdc7b36dcc5";
constexpr std::string_view kReloading = "d34d037fff1847e6ae669a370e694725";
constexpr std::string_view kReloaded = "7b05ebc668384222baa8881179cfda54";
constexpr std::string_view kSkipped = "0e4284a0caca4bfc81c0bb6786972673";
constexpr std::string_view kRestartScheduled = "5eb03494b6584870a536b337290809b3";
constexpr std::string_view kResources = "ae8f7b866b0347b9af31fe1c80b127c0";
constexpr std::string_view kKilledForMemory = "fe6faa94e7774663a0da52717891d8ef";
constexpr std::string_view kBadSetting = "c772d24e9a884cbeb9ea12625c306c01";
// Our own, where systemd has none.
constexpr std::string_view kStatusChanged = "a22a98cbcb0b4db88869b5d86e6a27ce";
constexpr std::string_view kWatchdog = "c49aec9a694d4909a6215e7226624cea";
constexpr std::string_view kLimitHit = "2ac568bf996d4f80ac34d18bbf8816be";
constexpr std::string_view kRefused = "7bbd2a4bcb694e23aa5e727d07448e00";
constexpr std::string_view kSignalSent = "314db2e1747c46ec894fb4e4ec51cab2";
constexpr std::string_view kMainPidChanged = "48a66455e26346c68d436dc31bfb56a3";
constexpr std::string_view kOutputLost = "c6e20b8949fd4e4a9a576468f49d90bf";
constexpr std::string_view kDescriptorStored = "158ef6d9caf7454e8ad972708c805f84";
constexpr std::string_view kDescriptorDropped = "1a28135723244c6e8f9ad06e60282660";

constexpr int kFacilityDaemon = 3;

std::string title_of(const ServiceIdentity& identity) {
  if (identity.description.empty()) return identity.unit;
  return identity.unit + " - " + identity.description;
}

// What is said of some steps before that they have failed.
constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kStepWords{
    {{"STDIN", "Failed to set up standard input"},
     {"STDOUT", "Failed to set up standard output"},
     {"USER", "Failed to determine user credentials"},
     {"GROUP", "Failed to determine group credentials"},
     {"CREDENTIALS", "Failed to set up credentials"},
     {"CHDIR", "Changing to the requested working directory failed"}}};

}  // namespace

LifecycleLog::LifecycleLog(Transport& transport, ServiceIdentity identity)
    : transport_(transport),
      identity_(std::move(identity)),
      title_(title_of(identity_)),
      is_of_socket_(identity_.unit.ends_with(".socket")) {}

void LifecycleLog::starting() {
  send_of_job(Priority::kInfo, kStarting, "Starting " + title_ + "...", JobType::kStart, {});
}

void LifecycleLog::started() {
  send_of_job(Priority::kInfo, kStarted,
              (is_of_socket_ ? "Listening on " : "Started ") + title_ + ".", JobType::kStart,
              "done");
}

void LifecycleLog::finished() {
  send_of_job(Priority::kInfo, kStarted, "Finished " + title_ + ".", JobType::kStart, "done");
}

void LifecycleLog::start_skipped() {
  send_of_job(Priority::kInfo, kStarted,
              "Condition check resulted in " + title_ + " being skipped.", JobType::kStart, "done");
}

void LifecycleLog::start_failed(JobResult result) {
  const bool is_of_dependency = result == JobResult::kDependency;
  send_of_job(is_of_dependency ? Priority::kWarning : Priority::kError, kStartFailed,
              (is_of_dependency ? "Dependency failed for "
               : is_of_socket_  ? "Failed to listen on "
                                : "Failed to start ") +
                  title_ + ".",
              JobType::kStart, name_of(result));
}

void LifecycleLog::stopping() {
  send_of_job(Priority::kInfo, kStopping, "Stopping " + title_ + "...", JobType::kStop, {});
}

void LifecycleLog::stopped(JobType type) {
  send_of_job(Priority::kInfo, kStopped, (is_of_socket_ ? "Closed " : "Stopped ") + title_ + ".",
              type, "done");
}

void LifecycleLog::reloading() {
  send_of_job(Priority::kInfo, kReloading, "Reloading " + title_ + "...", JobType::kReload, {});
}

void LifecycleLog::reloaded(JobResult result) {
  const bool is_done = result == JobResult::kDone;
  send_of_job(is_done ? Priority::kInfo : Priority::kError, kReloaded,
              (is_done ? "Reloaded " : "Reload failed for ") + title_ + ".", JobType::kReload,
              name_of(result));
}

void LifecycleLog::restart_scheduled(unsigned restarts) {
  send(Priority::kInfo, kRestartScheduled,
       identity_.unit + ": Scheduled restart job, restart counter is at " +
           std::to_string(restarts) + ".",
       std::array{Field(field<"N_RESTARTS">(restarts))});
}

void LifecycleLog::start_limit_hit() {
  limit_hit(Priority::kWarning, "Start request repeated too quickly.", {});
}

void LifecycleLog::limit_hit(Priority priority,
                             std::string_view text,
                             std::span<const Field> fields) {
  send(priority, kLimitHit, identity_.unit + ": " + std::string(text), fields);
}

void LifecycleLog::listening_failed(const std::string& address, int sys_errno) {
  send(Priority::kWarning, {},
       identity_.unit + ": Failed to create listening socket (" + address +
           "): " + ::strerror(sys_errno),
       std::array{field("ERRNO", sys_errno)});
}

void LifecycleLog::trigger_limit_hit() {
  send(Priority::kWarning, kLimitHit,
       identity_.unit + ": Trigger limit hit, refusing further activation.", {});
}

void LifecycleLog::too_many_connections(unsigned count, std::string_view source) {
  const std::string from = source.empty() ? "" : " from source " + std::string(source);
  send(Priority::kWarning, kLimitHit,
       identity_.unit + ": Too many incoming connections (" + std::to_string(count) + ")" + from +
           ", dropping connection.",
       {});
}

void LifecycleLog::accept_failed(int sys_errno) {
  tell(Priority::kError, std::string("Failed to accept socket: ") + ::strerror(sys_errno));
}

void LifecycleLog::activation_failed() {
  tell(Priority::kWarning,
       "Failed to queue service startup job (Maybe the service file is missing or not a template "
       "unit?): Invalid argument");
}

void LifecycleLog::spawn_failed(std::string_view program, std::string_view step, int sys_errno) {
  const std::string executable(program);
  const std::array fields{field("EXECUTABLE", executable), field("ERRNO", sys_errno)};
  const std::string reason = ": " + std::string(::strerror(sys_errno));
  for (const auto& [of_step, words] : kStepWords)
    if (step == of_step) tell(Priority::kError, std::string(words) + reason);
  if (step == "EXEC" && sys_errno == ENOENT)
    send(Priority::kInfo, kSpawnFailed,
         identity_.unit + ": Failed to locate executable " + executable + reason, fields);
  send(
      Priority::kError, kSpawnFailed,
      identity_.unit + ": Failed at step " + std::string(step) + " spawning " + executable + reason,
      fields);
}

void LifecycleLog::directory_failed(std::string_view root, int sys_errno) {
  tell(Priority::kError, "Failed to set up special execution directory in " + std::string(root) +
                             ": " + ::strerror(sys_errno));
}

void LifecycleLog::environment_failed(CommandKind kind, int sys_errno) {
  tell(Priority::kError, std::string("Failed to load environment files: ") + ::strerror(sys_errno));
  task_failed(kind, sys_errno);
}

void LifecycleLog::descriptor_missing(CommandKind kind) {
  tell(Priority::kError,
       std::string("Failed to load a named file descriptor: ") + ::strerror(ENOENT));
  task_failed(kind, ENOENT);
}

void LifecycleLog::socket_missing(CommandKind kind, bool has_many) {
  tell(Priority::kError, has_many ? "Got more than one socket." : "Got no socket.");
  task_failed(kind, EINVAL);
}

void LifecycleLog::task_failed(CommandKind kind, int sys_errno) {
  static constexpr std::array<std::string_view, 7> kTasks{
      "exec-condition", "start-pre", "start", "start-post", "reload", "stop", "stop-post"};
  tell(Priority::kWarning, "Failed to run '" +
                               std::string(kTasks.at(static_cast<std::size_t>(kind))) +
                               "' task: " + ::strerror(sys_errno));
}

void LifecycleLog::main_process_exited(const ProcessExit& exit) {
  process_exited("Main", CommandKind::kStart, exit);
}

void LifecycleLog::control_process_exited(CommandKind kind, const ProcessExit& exit) {
  process_exited(kind == CommandKind::kCondition ? "Condition check" : "Control", kind, exit);
}

void LifecycleLog::process_exited(std::string_view which,
                                  CommandKind kind,
                                  const ProcessExit& exit) {
  const bool has_exited = exit.code == ProcessExit::Code::kExited;
  const bool is_stop_of_socket = is_of_socket_ && kind == CommandKind::kStop;
  send(has_exited ? Priority::kNotice : Priority::kWarning, kProcessExited,
       identity_.unit + ": " + std::string(which) + " process exited, code=" +
           std::string(exit.code_name()) + ", status=" + exit.status_text(),
       std::array{field("COMMAND", is_stop_of_socket ? "ExecStopPre" : name_of(kind)),
                  field("EXIT_CODE", exit.code_name()), field("EXIT_STATUS", exit.status)});
}

void LifecycleLog::killed_for_memory() {
  send(Priority::kNotice, kKilledForMemory,
       identity_.unit + ": A process of this unit has been killed by the OOM killer.", {});
}

void LifecycleLog::deactivated() {
  send(Priority::kInfo, kDeactivated, identity_.unit + ": Deactivated successfully.", {});
}

void LifecycleLog::failed(std::string_view result) {
  send(Priority::kWarning, kFailed,
       identity_.unit + ": Failed with result '" + std::string(result) + "'.",
       std::array{field("UNIT_RESULT", result)});
}

void LifecycleLog::consumed(std::uint64_t cpu_usec) {
  constexpr std::uint64_t kWorthMentioning = base::kUsecPerSecond;
  constexpr std::uint64_t kRemarkable = 600 * base::kUsecPerSecond;
  constexpr std::uint64_t kMillisecond = 1000;
  if (cpu_usec <= kWorthMentioning) return;
  send(cpu_usec > kRemarkable ? Priority::kNotice : Priority::kInfo, kResources,
       identity_.unit + ": Consumed " + base::format_time_span(cpu_usec, kMillisecond) +
           " CPU time.",
       std::array{field("CPU_USAGE_NSEC", cpu_usec * 1000)});
}

void LifecycleLog::triggering(std::string_view key) {
  tell(Priority::kInfo, "Triggering " + std::string(key) + "= dependencies.");
}

void LifecycleLog::skipped(std::string_view result) {
  send(Priority::kInfo, kSkipped,
       identity_.unit + ": Skipped due to '" + std::string(result) + "'.",
       std::array{field("UNIT_RESULT", result)});
}

void LifecycleLog::timed_out(std::string_view text) {
  tell(Priority::kWarning, text);
}

void LifecycleLog::watchdog_timed_out(std::uint64_t limit_usec) {
  send(Priority::kError, kWatchdog,
       identity_.unit + ": Watchdog timeout (limit " + base::format_time_span(limit_usec) + ")!",
       {});
}

void LifecycleLog::watchdog_triggered(std::string_view status) {
  send(Priority::kError, kWatchdog,
       identity_.unit + ": Watchdog request (last status: " +
           std::string(status.empty() ? "<unset>" : status) + ")!",
       {});
}

void LifecycleLog::killing(pid_t pid, std::string_view command, int signal) {
  const char* const name = ::sigabbrev_np(signal);
  const std::string text = name == nullptr ? std::to_string(signal) : "SIG" + std::string(name);
  send(Priority::kNotice, kSignalSent,
       identity_.unit + ": Killing process " + std::to_string(pid) + " (" + std::string(command) +
           ") with signal " + text + ".",
       std::array{field("OBJECT_PID", pid)});
}

void LifecycleLog::status_changed(std::string_view status) {
  send(Priority::kInfo, kStatusChanged, identity_.unit + ": " + std::string(status),
       std::array{field("STATUS_TEXT", status)});
}

void LifecycleLog::main_pid_changed(pid_t pid) {
  send(Priority::kInfo, kMainPidChanged,
       identity_.unit + ": Main process is " + std::to_string(pid) + " now.",
       std::array{field("OBJECT_PID", pid)});
}

void LifecycleLog::descriptor_stored(std::string_view name) {
  send(Priority::kDebug, kDescriptorStored,
       identity_.unit + ": Stored a descriptor '" + std::string(name) + "'.",
       std::array{field("FDNAME", name)});
}

void LifecycleLog::descriptor_dropped(std::string_view name, std::string_view reason) {
  send(Priority::kDebug, kDescriptorDropped,
       identity_.unit + ": Dropped the stored descriptor '" + std::string(name) + "' (" +
           std::string(reason) + ").",
       std::array{field("FDNAME", name), field("FD_REASON", reason)});
}

void LifecycleLog::misconfigured(const std::string& text,
                                 const std::string& file,
                                 std::size_t line) {
  send_always(Priority::kWarning, kBadSetting, text,
              std::array{field("CONFIG_FILE", file), field("CONFIG_LINE", line)});
}

void LifecycleLog::pid_file_lacks_daemon(const std::string& file) {
  tell(Priority::kInfo, "No process of it in " + file + " (yet) after the start.");
}

void LifecycleLog::output_lost(pid_t pid, std::string_view program) {
  send(Priority::kWarning, kOutputLost,
       identity_.unit + ": The collector has closed the stream of process " + std::to_string(pid) +
           " (" + std::string(program) + "); what it prints is lost until it is started again.",
       std::array{field("OBJECT_PID", pid)});
}

void LifecycleLog::hindered(const std::string& text) {
  tell(Priority::kWarning, text);
}

void LifecycleLog::complained(const std::string& text) {
  send(Priority::kWarning, kRefused, identity_.unit + ": " + text, {});
}

void LifecycleLog::tell(Priority priority, std::string_view text) {
  send(priority, {}, identity_.unit + ": " + std::string(text), {});
}

void LifecycleLog::send_of_job(Priority priority,
                               std::string_view message_id,
                               const std::string& message,
                               JobType type,
                               std::string_view result) {
  const std::array fields{field("JOB_ID", job_id_), field("JOB_TYPE", name_of(type)),
                          field("JOB_RESULT", result)};
  send(priority, message_id, message, std::span(fields).first(result.empty() ? 2 : 3));
}

void LifecycleLog::settle(std::chrono::milliseconds timeout) {
  transport_.flush(timeout);
}

void LifecycleLog::send(Priority priority,
                        std::string_view message_id,
                        const std::string& message,
                        std::span<const Field> fields) {
  if (static_cast<int>(priority) <= max_level_) send_always(priority, message_id, message, fields);
}

void LifecycleLog::send_always(Priority priority,
                               std::string_view message_id,
                               const std::string& message,
                               std::span<const Field> fields) {
  const std::array context{
      field("SYSLOG_FACILITY", kFacilityDaemon),
      field("UNIT", identity_.unit),
      field("OBJECT_SYSTEMD_UNIT", identity_.unit),
      field("INVOCATION_ID", identity_.invocation),
      field("MESSAGE_ID", message_id),
  };
  Entry entry;
  entry.priority = priority;
  entry.message = message;
  entry.identifier = "logq-run";
  entry.thread_id = static_cast<std::uint64_t>(::gettid());
  entry.context = std::span(context).first(message_id.empty() ? 4 : 5);
  entry.fields = fields;
  if (is_dropped(transport_.send(entry).status)) ++undelivered_;
}

}  // namespace logq::supervise
