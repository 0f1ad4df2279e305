#include "supervise/lifecycle_log.h"

#include <string.h>
#include <unistd.h>

#include <array>
#include <utility>
#include <vector>

namespace logq::supervise {
namespace {

constexpr std::string_view kStarted = "39f53479d3a045ac8e11786248231fbf";
constexpr std::string_view kStartFailed = "be02cf6855d2428ba40df7e9d022f03d";
constexpr std::string_view kStopping = "de5b426a63be47a7b6ac3eaac82e2f6f";
constexpr std::string_view kStopped = "9d1aaa27d60140bd96365438aad20286";
constexpr std::string_view kMainProcessExited = "98e322203f7a4ed290d09fe03c09fe15";
constexpr std::string_view kDeactivated = "7ad2d189f7e94e70a38c781354912448";
constexpr std::string_view kFailed = "d9b373ed55a64feb8242e02dbe79a49c";
constexpr std::string_view kSpawnFailed = "641257651c1b4ec9a8624d7a40a9e1e7";

constexpr int kFacilityDaemon = 3;
// systemd's entries name the job they belong to. A single run has two: its start and its stop.
constexpr int kStartJob = 1;
constexpr int kStopJob = 2;

std::string title_of(const ServiceIdentity& identity) {
  if (identity.description.empty()) return identity.unit;
  return identity.unit + " - " + identity.description;
}

}  // namespace

LifecycleLog::LifecycleLog(Transport& transport, ServiceIdentity identity)
    : transport_(transport),
      identity_(std::move(identity)),
      title_(title_of(identity_)) {}

void LifecycleLog::started() {
  send(Priority::kInfo, kStarted, "Started " + title_ + ".",
       std::array{field("JOB_ID", kStartJob), field("JOB_TYPE", "start"),
                  field("JOB_RESULT", "done")});
}

void LifecycleLog::start_failed() {
  send(Priority::kError, kStartFailed, "Failed to start " + title_ + ".",
       std::array{field("JOB_ID", kStartJob), field("JOB_TYPE", "start"),
                  field("JOB_RESULT", "failed")});
}

void LifecycleLog::spawn_failed(std::string_view program, int sys_errno) {
  const std::string executable(program);
  send(Priority::kError, kSpawnFailed,
       identity_.unit + ": Failed at step EXEC spawning " + executable + ": " +
           ::strerror(sys_errno),
       std::array{field("EXECUTABLE", executable), field("ERRNO", sys_errno)});
}

void LifecycleLog::stopping() {
  send(Priority::kInfo, kStopping, "Stopping " + title_ + "...",
       std::array{field("JOB_ID", kStopJob), field("JOB_TYPE", "stop")});
}

void LifecycleLog::stopped() {
  send(Priority::kInfo, kStopped, "Stopped " + title_ + ".",
       std::array{field("JOB_ID", kStopJob), field("JOB_TYPE", "stop"),
                  field("JOB_RESULT", "done")});
}

void LifecycleLog::main_process_exited(const ProcessExit& exit) {
  const std::string code(exit.code_name());
  const bool exited = exit.code == ProcessExit::Code::kExited;
  send(exited ? Priority::kNotice : Priority::kWarning, kMainProcessExited,
       identity_.unit + ": Main process exited, code=" + code + ", status=" + exit.status_text(),
       std::array{field("COMMAND", "ExecStart"), field("EXIT_CODE", code),
                  field("EXIT_STATUS", exit.status)});
}

void LifecycleLog::deactivated() {
  send(Priority::kInfo, kDeactivated, identity_.unit + ": Deactivated successfully.", {});
}

void LifecycleLog::failed(std::string_view result) {
  send(Priority::kWarning, kFailed,
       identity_.unit + ": Failed with result '" + std::string(result) + "'.",
       std::array{field("UNIT_RESULT", result)});
}

void LifecycleLog::settle(std::chrono::milliseconds timeout) {
  transport_.flush(timeout);
}

void LifecycleLog::send(Priority priority,
                        std::string_view message_id,
                        const std::string& message,
                        std::span<const Field> fields) {
  const std::array context{
      field("MESSAGE_ID", message_id),
      field("SYSLOG_FACILITY", kFacilityDaemon),
      field("UNIT", identity_.unit),
      field("OBJECT_SYSTEMD_UNIT", identity_.unit),
      field("INVOCATION_ID", identity_.invocation),
  };
  Entry entry;
  entry.priority = priority;
  entry.message = message;
  entry.identifier = "logq-run";
  entry.thread_id = static_cast<std::uint64_t>(::gettid());
  entry.context = context;
  entry.fields = fields;
  if (transport_.send(entry).status != SendStatus::kSent) ++undelivered_;
}

}  // namespace logq::supervise
