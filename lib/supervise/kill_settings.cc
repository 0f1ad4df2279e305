// The keys of [Service] about how a service is stopped.
#include <signal.h>

#include <array>
#include <utility>

#include "supervise/setting_kinds.h"

namespace logq::supervise {
namespace {

void set_kill_mode(SettingReading& reading) {
  constexpr std::array<std::pair<std::string_view, KillMode>, 5> kModes = {{
      {"", KillMode::kControlGroup},
      {"control-group", KillMode::kControlGroup},
      {"mixed", KillMode::kMixed},
      {"process", KillMode::kProcess},
      {"none", KillMode::kNone},
  }};
  for (const auto& [name, mode] : kModes) {
    if (name != reading.value()) continue;
    reading.unit().kill.mode = mode;
    return;
  }
  reading.ignore("Failed to parse kill mode specification");
}

using K = KillSettings;
constexpr auto kKill = &ServiceUnit::kill;
constexpr std::array kSettings = {
    Setting{"KillMode", &set_kill_mode},
    Setting{"KillSignal", &set_signal<kKill, &K::signal>},
    Setting{"RestartKillSignal", &set_signal<kKill, &K::restart_signal>},
    Setting{"FinalKillSignal", &set_signal<kKill, &K::final_signal>},
    Setting{"WatchdogSignal", &set_signal<kKill, &K::watchdog_signal>},
    Setting{"ReloadSignal", &set_signal<kKill, &K::reload_signal>},
    Setting{"SendSIGHUP", &set_boolean<kKill, &K::sends_hup>},
    Setting{"SendSIGKILL", &set_boolean<kKill, &K::sends_kill>},
};

}  // namespace

KillSettings::KillSettings()
    : signal(SIGTERM),
      restart_signal(0),
      final_signal(SIGKILL),
      watchdog_signal(SIGABRT),
      reload_signal(SIGHUP) {}

std::span<const Setting> kill_settings() {
  return kSettings;
}

}  // namespace logq::supervise
