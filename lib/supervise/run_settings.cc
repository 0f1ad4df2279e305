// The keys of [Service] about commands, times and restarts.
#include <array>
#include <utility>

#include "supervise/setting_kinds.h"

namespace logq::supervise {
namespace {

void set_type(SettingReading& reading) {
  constexpr std::array<std::pair<std::string_view, ServiceType>, 8> kTypes = {{
      {"simple", ServiceType::kSimple},
      {"idle", ServiceType::kSimple},  // there are no jobs to wait for
      {"dbus", ServiceType::kSimple},
      {"exec", ServiceType::kExec},
      {"forking", ServiceType::kForking},
      {"oneshot", ServiceType::kOneshot},
      {"notify", ServiceType::kNotify},
      {"notify-reload", ServiceType::kNotifyReload},
  }};
  for (const auto& [name, type] : kTypes) {
    if (name != reading.value()) continue;
    reading.unit().type = type;
    reading.unit().is_type_set = true;
    if (name == "dbus") reading.warn("Type=dbus is not honoured by logq-run, taken as simple.");
    return;
  }
  reading.ignore("Failed to parse service type");
}

void set_pid_file(SettingReading& reading) {
  std::string path = reading.expanded();
  if (!path.empty() && path.front() != '/') {
    path = reading.specifiers().host().runtime_directory + "/" + path;
  }
  if (climbs(path)) return reading.refuse("PIDFile= path is not normalized, ignoring: " + path);
  reading.unit().pid_file = simplified_path(path);
}

void set_notify_access(SettingReading& reading) {
  const auto access = wire::parse_notify_access(reading.value());
  if (!access) return reading.ignore("Failed to parse notify access specifier");
  reading.unit().notify_access = *access;
}

void add_sockets(SettingReading& reading) {
  if (reading.is_empty()) return reading.unit().sockets.clear();
  for (const std::string_view word : split_blanks(reading.value())) {
    std::string name = reading.expand(word);
    if (name.ends_with(".socket")) {
      reading.unit().sockets.push_back(std::move(name));
    } else {
      reading.ignore("Unit must be of type socket", name);
    }
  }
}

void set_restart(SettingReading& reading) {
  const auto restart = parse_restart(reading.value());
  if (!restart) return reading.ignore("Failed to parse service restart specifier");
  reading.unit().restart.restart = *restart;
}

template <auto... kPlace>
void add_statuses(SettingReading& reading) {
  auto& set = member_of<kPlace...>(reading.unit());
  if (reading.is_empty()) set = {};
  for (const std::string_view word : split_blanks(reading.value())) {
    if (!set.add(word)) reading.ignore("Failed to parse value", word);
  }
}

// A time of which 0 means that there is none.
std::optional<std::uint64_t> parse_timeout(std::string_view value) {
  const auto usec = base::parse_time_span(value);
  return usec == 0 ? std::optional(base::kInfiniteUsec) : usec;
}

void set_start_timeout(SettingReading& reading) {
  const auto usec = parse_timeout(reading.value());
  if (!usec) return reading.ignore("Failed to parse " + reading.key() + "= parameter");
  ServiceTimeouts& timeouts = reading.unit().timeouts;
  timeouts.start_usec = *usec;
  timeouts.is_start_set = true;
  if (reading.key() == "TimeoutSec") timeouts.stop_usec = *usec;
}

void set_stop_timeout(SettingReading& reading) {
  const auto usec = parse_timeout(reading.value());
  if (!usec) return reading.ignore("Failed to parse time value");
  reading.unit().timeouts.stop_usec = *usec;
}

void set_abort_timeout(SettingReading& reading) {
  std::optional<std::uint64_t>& abort = reading.unit().timeouts.abort_usec;
  if (reading.is_empty()) return abort.reset();
  const auto usec = parse_timeout(reading.value());
  if (!usec) return reading.ignore("Failed to parse TimeoutAbortSec= setting");
  abort = usec;
}

void set_watchdog(SettingReading& reading) {
  const auto usec = base::parse_time_span(reading.value());
  if (!usec) return reading.ignore("Failed to parse sec value");
  reading.unit().timeouts.watchdog_usec = *usec == base::kInfiniteUsec ? 0 : *usec;
}

using U = ServiceUnit;
using C = ServiceCommands;
constexpr std::array kSettings = {
    Setting{"Type", &set_type},
    Setting{"ExecCondition", &add_commands<&U::commands, &C::condition>},
    Setting{"ExecStartPre", &add_commands<&U::commands, &C::start_pre>},
    Setting{"ExecStart", &add_commands<&U::commands, &C::start>},
    Setting{"ExecStartPost", &add_commands<&U::commands, &C::start_post>},
    Setting{"ExecReload", &add_commands<&U::commands, &C::reload>},
    Setting{"ExecStop", &add_commands<&U::commands, &C::stop>},
    Setting{"ExecStopPost", &add_commands<&U::commands, &C::stop_post>},
    Setting{"PIDFile", &set_pid_file},
    Setting{"RemainAfterExit", &set_boolean<&U::remains_after_exit>},
    Setting{"GuessMainPID", &set_boolean<&U::guesses_main_pid>},
    Setting{"NotifyAccess", &set_notify_access},
    Setting{"FileDescriptorStoreMax", &set_unsigned<&U::descriptor_store_max>},
    Setting{"Sockets", &add_sockets},
    Setting{"Restart", &set_restart},
    Setting{"RestartSec", &set_seconds<&U::restart, &RestartSettings::delay_usec>},
    Setting{"RestartSteps", &set_unsigned<&U::restart, &RestartSettings::steps>},
    Setting{"RestartMaxDelaySec", &set_seconds<&U::restart, &RestartSettings::max_delay_usec>},
    Setting{"RestartPreventExitStatus", &add_statuses<&U::restart, &RestartSettings::prevent>},
    Setting{"RestartForceExitStatus", &add_statuses<&U::restart, &RestartSettings::force>},
    Setting{"SuccessExitStatus", &add_statuses<&U::success_statuses>},
    Setting{"StartLimitInterval",
            &set_seconds<&U::start_limit, &StartLimitSettings::interval_usec>},
    Setting{"StartLimitBurst", &set_unsigned<&U::start_limit, &StartLimitSettings::burst>},
    Setting{"TimeoutSec", &set_start_timeout},
    Setting{"TimeoutStartSec", &set_start_timeout},
    Setting{"TimeoutStopSec", &set_stop_timeout},
    Setting{"TimeoutAbortSec", &set_abort_timeout},
    Setting{"RuntimeMaxSec", &set_seconds<&U::timeouts, &ServiceTimeouts::runtime_usec>},
    Setting{"WatchdogSec", &set_watchdog},
};

}  // namespace

std::span<const Setting> run_settings() {
  return kSettings;
}

}  // namespace logq::supervise
