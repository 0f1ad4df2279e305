// Whether and when a service is started again, by systemd's rules. Pure: times are given.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "base/quantity.h"
#include "supervise/exit_status_set.h"
#include "supervise/process_exit.h"

namespace logq::supervise {

// How a run of a service ended, UNIT_RESULT= of its last entry.
enum class ServiceResult : std::uint8_t {
  kSuccess,
  kResources,       ///< it could not be started for lack of something
  kProtocol,        ///< it did not do what its Type= asks for
  kTimeout,         ///< of its start, its stop or its running time
  kExitCode,        ///< the main process exited with an unclean status
  kSignal,          ///< it was killed by a signal that is not clean
  kCoreDump,        ///< the same with a core dump
  kWatchdog,        ///< no ping in time
  kStartLimitHit,   ///< it was started too often
  kOomKill,         ///< the kernel was out of memory
  kExecCondition,   ///< ExecCondition= said that it shall not be started
  kTriggerLimitHit  ///< of a socket: too much has come in
};
[[nodiscard]] std::string_view name_of(ServiceResult result);  // "exit-code"

// Which signals are a clean end: of a service HUP, INT, TERM and PIPE, of a command (Type=oneshot)
// none.
enum class CleanSignals : std::uint8_t { kOfService, kOfCommand };
// The result that the end of a main process alone leads to; `success` is SuccessExitStatus=.
[[nodiscard]] ServiceResult judge_exit(const ProcessExit& exit,
                                       CleanSignals clean,
                                       const ExitStatusSet& success);

enum class Restart : std::uint8_t {
  kNo,
  kAlways,
  kOnSuccess,
  kOnFailure,
  kOnAbnormal,
  kOnAbort,
  kOnWatchdog,
};
[[nodiscard]] std::optional<Restart> parse_restart(std::string_view text);  // "on-failure"

struct RestartSettings {
  Restart restart = Restart::kNo;
  ExitStatusSet prevent;                                 // RestartPreventExitStatus=
  ExitStatusSet force;                                   // RestartForceExitStatus=
  std::uint64_t delay_usec = base::kUsecPerSecond / 10;  // RestartSec=
  unsigned steps = 0;                                    // RestartSteps=: 0 is no back-off
  std::uint64_t max_delay_usec = base::kInfiniteUsec;    // RestartMaxDelaySec=: infinity is none
};

struct ServiceEnd {
  ServiceResult result = ServiceResult::kSuccess;
  std::optional<ProcessExit> main_exit;  // where a main process has ended
  bool stop_requested = false;           // by an operator: nothing restarts it then
};

[[nodiscard]] bool shall_restart(const RestartSettings& settings, const ServiceEnd& end);

// How long to wait before the next start when there were so many restarts since the last start by
// an operator. From `delay_usec` before the first one it grows by equal factors and reaches
// `max_delay_usec` after `steps` restarts.
[[nodiscard]] std::uint64_t restart_delay_usec(const RestartSettings& settings, unsigned restarts);

// StartLimitBurst= starts within StartLimitIntervalSec=, counted from the first of them on as
// systemd does; any other start after the interval begins a new one.
class StartLimit {
 public:
  // Without a limit where either is 0.
  StartLimit(std::uint64_t interval_usec, unsigned burst)
      : interval_usec_(interval_usec),
        burst_(burst) {}

  // Whether a start may take place now; it is counted then.
  [[nodiscard]] bool admit(std::uint64_t now_usec);
  void reset() { begin_usec_.reset(); }

 private:
  const std::uint64_t interval_usec_;
  const unsigned burst_;
  std::optional<std::uint64_t> begin_usec_;  // of the interval
  unsigned starts_ = 0;                      // in it
};

}  // namespace logq::supervise
