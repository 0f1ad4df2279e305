#include "supervise/service_unit.h"

#include <algorithm>
#include <array>

#include "supervise/setting_kinds.h"
#include "supervise/unit_reader.h"

namespace logq::supervise {
namespace {

constexpr std::array<std::string_view, 3> kSections = {"Unit", "Service", "Install"};

const Setting* find_setting(std::string_view section, std::string_view key) {
  std::vector<std::span<const Setting>> tables;
  if (section == "Unit") tables = {unit_settings<ServiceUnit>()};
  if (section == "Service") {
    tables = {run_settings(), kill_settings(), execution_settings(), output_settings()};
  }
  for (const auto table : tables) {
    const auto found = std::ranges::find(table, key, &Setting::key);
    if (found != table.end()) return &*found;
  }
  return nullptr;
}

class ServiceReader : public UnitReader<ServiceUnit> {
 public:
  ServiceReader(const std::string& name, const std::string& file, const HostFacts& host)
      : UnitReader(name, file, host, kSections, &find_setting) {}

  LoadedService finish();

 private:
  void derive();
  void check_commands();
  void check_restarts();
};

// What follows from what was said and what was not.
void ServiceReader::derive() {
  ServiceUnit& unit = this->unit();
  if (!unit.is_type_set && unit.commands.start.empty()) unit.type = ServiceType::kOneshot;
  if (unit.type == ServiceType::kOneshot && !unit.timeouts.is_start_set) {
    unit.timeouts.start_usec = base::kInfiniteUsec;
  }
  const bool notifies = unit.type == ServiceType::kNotify ||
                        unit.type == ServiceType::kNotifyReload ||
                        unit.timeouts.watchdog_usec > 0 || unit.descriptor_store_max > 0;
  if (unit.notify_access == wire::NotifyAccess::kNone && notifies) {
    unit.notify_access = wire::NotifyAccess::kMain;
  }
}

void ServiceReader::check_commands() {
  const ServiceUnit& unit = this->unit();
  const bool is_oneshot = unit.type == ServiceType::kOneshot;
  if (unit.commands.start.empty() && unit.commands.stop.empty()) {
    return refuse("Service has no ExecStart=, ExecStop=, or SuccessAction=.");
  }
  if (unit.commands.start.empty() && !is_oneshot) {
    return refuse(
        "Service has no ExecStart= setting, which is only allowed for Type=oneshot services.");
  }
  if (unit.commands.start.empty() && !unit.remains_after_exit) {
    return refuse(
        "Service has no ExecStart= and no SuccessAction= settings and does not have "
        "RemainAfterExit=yes set.");
  }
  if (unit.commands.start.size() > 1 && !is_oneshot) {
    return refuse(
        "Service has more than one ExecStart= setting, which is only allowed for Type=oneshot "
        "services.");
  }
}

void ServiceReader::check_restarts() {
  ServiceUnit& unit = this->unit();
  RestartSettings& restart = unit.restart;
  const bool is_oneshot = unit.type == ServiceType::kOneshot;
  if (is_oneshot &&
      (restart.restart == Restart::kAlways || restart.restart == Restart::kOnSuccess)) {
    refuse(
        "Service has Restart= set to either always or on-success, which isn't allowed for "
        "Type=oneshot services.");
  }
  if (is_oneshot && unit.timeouts.runtime_usec != base::kInfiniteUsec) {
    warn("RuntimeMaxSec= has no effect in combination with Type=oneshot. Ignoring.");
    unit.timeouts.runtime_usec = base::kInfiniteUsec;
  }
  const bool has_most = restart.max_delay_usec != base::kInfiniteUsec;
  if (restart.steps > 0 && !has_most) {
    warn("Service has RestartSteps= but no RestartMaxDelaySec= setting. Ignoring.");
  }
  if (restart.steps == 0 && has_most) {
    warn("Service has RestartMaxDelaySec= but no RestartSteps= setting. Ignoring.");
  }
  if (restart.max_delay_usec < restart.delay_usec) {
    warn(
        "RestartMaxDelaySec= has a value smaller than RestartSec=, resetting RestartSec= to "
        "RestartMaxDelaySec=.");
    restart.delay_usec = restart.max_delay_usec;
  }
}

LoadedService ServiceReader::finish() {
  derive();
  if (is_usable()) {
    check_commands();
    check_restarts();
  } else {
    tell_of_fatal_problems();
  }
  return take();
}

}  // namespace

std::optional<std::string> absolute_path(AssignmentReading& reading,
                                         std::string_view value,
                                         BadPath bad) {
  const char* trouble = !value.starts_with('/') ? "absolute" : climbs(value) ? "normalized" : "";
  if (*trouble == 0) return simplified_path(value);
  const std::string message = reading.key() + "= path is not " + trouble;
  if (bad == BadPath::kIsIgnored) reading.ignore(message, value);
  if (bad == BadPath::kIsNamed) reading.warn(message + ": " + std::string(value));
  if (bad == BadPath::kIsFatal) reading.refuse(message + ": " + std::string(value));
  return std::nullopt;
}

LoadedService read_service(const std::string& unit_name,
                           const std::vector<UnitFileText>& files,
                           const HostFacts& host) {
  ServiceReader reader(unit_name, files.front().file, host);
  reader.read_all(files);
  return reader.finish();
}

LoadedService load_service(const std::string& path, const HostFacts& host) {
  UnitFileTexts files = read_unit_files(path, "service");
  if (files.trouble) return unreadable_unit<ServiceUnit>(files);
  return read_service(files.unit_name, files.texts, host);
}

}  // namespace logq::supervise
