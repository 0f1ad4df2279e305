#include "supervise/service_state.h"

#include <array>
#include <cstddef>

namespace logq::supervise {
namespace {

template <typename Enum, std::size_t N>
std::string_view pick(const std::array<std::string_view, N>& names, Enum value) {
  return names[static_cast<std::size_t>(value)];
}

}  // namespace

std::string_view name_of(ServiceState state) {
  static constexpr std::array<std::string_view, 19> kNames{
      "dead",          "condition",     "start-pre",    "start",         "start-post",
      "running",       "exited",        "reload",       "reload-signal", "reload-notify",
      "stop",          "stop-watchdog", "stop-sigterm", "stop-sigkill",  "stop-post",
      "final-sigterm", "final-sigkill", "failed",       "auto-restart"};
  return pick(kNames, state);
}

std::string_view active_name_of(ServiceState state) {
  static constexpr std::array<std::string_view, 19> kNames{
      "inactive",     "activating",   "activating",   "activating",   "activating",
      "active",       "active",       "reloading",    "reloading",    "reloading",
      "deactivating", "deactivating", "deactivating", "deactivating", "deactivating",
      "deactivating", "deactivating", "failed",       "activating"};
  return pick(kNames, state);
}

std::string_view name_of(CommandKind kind) {
  static constexpr std::array<std::string_view, 7> kNames{
      "ExecCondition", "ExecStartPre", "ExecStart",   "ExecStartPost",
      "ExecReload",    "ExecStop",     "ExecStopPost"};
  return pick(kNames, kind);
}

std::string_view name_of(JobType type) {
  static constexpr std::array<std::string_view, 4> kNames{"start", "stop", "restart", "reload"};
  return pick(kNames, type);
}

std::string_view name_of(JobResult result) {
  static constexpr std::array<std::string_view, 5> kNames{"done", "failed", "timeout", "canceled",
                                                          "dependency"};
  return pick(kNames, result);
}

}  // namespace logq::supervise
