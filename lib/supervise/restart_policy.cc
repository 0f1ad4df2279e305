#include "supervise/restart_policy.h"

#include <signal.h>

#include <algorithm>
#include <array>
#include <cmath>

namespace logq::supervise {
namespace {

constexpr std::array<std::string_view, 12> kResultNames = {
    "success",   "resources", "protocol",        "timeout",  "exit-code",      "signal",
    "core-dump", "watchdog",  "start-limit-hit", "oom-kill", "exec-condition", "trigger-limit-hit"};
constexpr std::array<std::string_view, 7> kRestartNames = {
    "no", "always", "on-success", "on-failure", "on-abnormal", "on-abort", "on-watchdog"};

bool is_clean(const ProcessExit& exit, CleanSignals clean, const ExitStatusSet& success) {
  using Code = ProcessExit::Code;
  if (exit.code == Code::kDumped) return false;
  if (success.contains(exit)) return true;
  return exit.is_clean() && (exit.code == Code::kExited || clean == CleanSignals::kOfService);
}

}  // namespace

std::string_view name_of(ServiceResult result) {
  return kResultNames[static_cast<std::size_t>(result)];
}

ServiceResult judge_exit(const ProcessExit& exit,
                         CleanSignals clean,
                         const ExitStatusSet& success) {
  if (is_clean(exit, clean, success)) return ServiceResult::kSuccess;
  switch (exit.code) {
    case ProcessExit::Code::kExited:
      return ServiceResult::kExitCode;
    case ProcessExit::Code::kKilled:
      return ServiceResult::kSignal;
    case ProcessExit::Code::kDumped:
      return ServiceResult::kCoreDump;
  }
  return ServiceResult::kExitCode;
}

std::optional<Restart> parse_restart(std::string_view text) {
  const auto* found = std::ranges::find(kRestartNames, text);
  if (found == kRestartNames.end()) return std::nullopt;
  return static_cast<Restart>(found - kRestartNames.begin());
}

bool shall_restart(const RestartSettings& settings, const ServiceEnd& end) {
  using Result = ServiceResult;
  if (end.stop_requested || end.result == Result::kStartLimitHit) return false;
  if (end.main_exit && settings.prevent.contains(*end.main_exit)) return false;
  if (end.main_exit && settings.force.contains(*end.main_exit)) return true;
  if (end.result == Result::kExecCondition) return false;  // it was skipped, which is no end
  switch (settings.restart) {
    case Restart::kNo:
      return false;
    case Restart::kAlways:
      return true;
    case Restart::kOnSuccess:
      return end.result == Result::kSuccess;
    case Restart::kOnFailure:
      return end.result != Result::kSuccess;
    case Restart::kOnAbnormal:
      return end.result != Result::kSuccess && end.result != Result::kExitCode;
    case Restart::kOnAbort:
      return end.result == Result::kSignal || end.result == Result::kCoreDump;
    case Restart::kOnWatchdog:
      return end.result == Result::kWatchdog;
  }
  return false;
}

std::uint64_t restart_delay_usec(const RestartSettings& settings, unsigned restarts) {
  const bool grows = settings.steps != 0 && settings.delay_usec != 0 &&
                     settings.max_delay_usec != base::kInfiniteUsec &&
                     settings.max_delay_usec > settings.delay_usec;
  if (!grows || restarts == 0) return settings.delay_usec;
  if (restarts >= settings.steps) return settings.max_delay_usec;
  const auto first = static_cast<long double>(settings.delay_usec);
  const auto last = static_cast<long double>(settings.max_delay_usec);
  const long double part =
      static_cast<long double>(restarts) / static_cast<long double>(settings.steps);
  return static_cast<std::uint64_t>(first * std::pow(last / first, part));
}

bool StartLimit::admit(std::uint64_t now_usec) {
  if (interval_usec_ == 0 || burst_ == 0) return true;
  if (!begin_usec_ || now_usec - *begin_usec_ > interval_usec_) {
    begin_usec_ = now_usec;
    starts_ = 0;
  }
  if (starts_ >= burst_) return false;
  ++starts_;
  return true;
}

}  // namespace logq::supervise
