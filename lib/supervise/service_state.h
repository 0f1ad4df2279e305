// Where a service stands in its life, in systemd's words: `systemctl show -p SubState`.
#pragma once

#include <cstdint>
#include <string_view>

namespace logq::supervise {

enum class ServiceState : std::uint8_t {
  kDead,
  kCondition,  ///< ExecCondition= runs
  kStartPre,   ///< ExecStartPre= runs
  kStart,      ///< ExecStart= runs, and is waited for: its end, its word or its exec
  kStartPost,  ///< ExecStartPost= runs beside the main process
  kRunning,
  kExited,        ///< RemainAfterExit=: nothing runs, and all is well
  kReload,        ///< ExecReload= runs
  kReloadSignal,  ///< the reload signal was sent, RELOADING=1 has not come
  kReloadNotify,  ///< it is reloading, and will say READY=1
  kStop,          ///< ExecStop= runs
  kStopWatchdog,  ///< WatchdogSignal= was sent
  kStopSigterm,
  kStopSigkill,
  kStopPost,  ///< ExecStopPost= runs
  kFinalSigterm,
  kFinalSigkill,
  kFailed,
  kAutoRestart,  ///< it will be started again when RestartSec= is over
};
[[nodiscard]] std::string_view name_of(ServiceState state);  // "stop-sigterm"

// The same in one word: active, reloading, activating, deactivating, inactive, failed.
[[nodiscard]] std::string_view active_name_of(ServiceState state);

// The key of a unit file that a process was started for.
enum class CommandKind : std::uint8_t {
  kCondition,
  kStartPre,
  kStart,
  kStartPost,
  kReload,
  kStop,
  kStopPost,
};
[[nodiscard]] std::string_view name_of(CommandKind kind);  // "ExecStartPre"

// What an operator asks of a service, and what becomes of that: JOB_TYPE=, JOB_RESULT=.
enum class JobType : std::uint8_t { kStart, kStop, kRestart, kReload };
enum class JobResult : std::uint8_t { kDone, kFailed, kTimeout, kCanceled, kDependency };
[[nodiscard]] std::string_view name_of(JobType type);
[[nodiscard]] std::string_view name_of(JobResult result);

}  // namespace logq::supervise
