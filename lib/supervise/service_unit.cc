#include "supervise/service_unit.h"

#include <algorithm>
#include <array>
#include <set>

#include "base/io.h"
#include "supervise/ignored_keys.h"
#include "supervise/pending_keys.h"
#include "supervise/setting_kinds.h"
#include "supervise/unit_files.h"
#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

using Severity = UnitProblem::Severity;

constexpr std::array<std::string_view, 3> kSections = {"Unit", "Service", "Install"};

const Setting* find_setting(std::string_view section, std::string_view key) {
  std::vector<std::span<const Setting>> tables;
  if (section == "Unit") tables = {unit_settings()};
  if (section == "Service") {
    tables = {run_settings(), kill_settings(), execution_settings(), output_settings()};
  }
  for (const auto table : tables) {
    const auto found = std::ranges::find(table, key, &Setting::key);
    if (found != table.end()) return &*found;
  }
  return nullptr;
}

class ServiceReader {
 public:
  ServiceReader(const std::string& name, const std::string& file, const HostFacts& host)
      : specifiers_(name, file, host) {
    service_.unit.name = name;
    service_.unit.file = file;
  }

  // A broken drop-in is left out from where it is broken on; a broken main file is fatal.
  void read(const UnitFileText& file, bool is_drop_in) {
    UnitText text = read_unit_text(file.text, file.file, kSections);
    // In the order of lines, as systemd tells of them.
    auto problem = text.problems.begin();
    for (const UnitAssignment& assignment : text.assignments) {
      for (; problem != text.problems.end() && problem->line < assignment.line; ++problem)
        add(*problem, is_drop_in);
      apply(assignment, file.file);
    }
    for (; problem != text.problems.end(); ++problem)
      add(*problem, is_drop_in);
  }

  LoadedService finish();

 private:
  void add(UnitProblem problem, bool is_drop_in) {
    if (is_drop_in) problem.severity = Severity::kWarning;
    service_.problems.push_back(std::move(problem));
  }

  void apply(const UnitAssignment& assignment, const std::string& file) {
    SettingReading reading(assignment, file, specifiers_, service_);
    const std::string& key = assignment.key;
    if (const Setting* setting = find_setting(assignment.section, key)) {
      const std::size_t told = service_.problems.size();
      setting->apply(reading);
      if (service_.problems.size() == told) tell_if_pending(assignment, reading);
      return;
    }
    if (key.starts_with("X-")) return;
    if (assignment.section == "Install" && is_install_key(key)) return;
    const std::string_view subject = ignored_key_subject(assignment.section, key);
    if (subject.empty()) {
      reading.warn("Unknown key '" + key + "' in section [" + assignment.section + "], ignoring.");
    } else if (told_.insert(assignment.section + key).second) {
      reading.warn("Key '" + key + "' in section [" + assignment.section +
                   "] is not honoured by logq-run (" + std::string(subject) + "), ignoring.");
    }
  }

  void tell_if_pending(const UnitAssignment& assignment, SettingReading& reading) {
    const std::string part = pending_part(assignment.section, assignment.key, assignment.value);
    if (part.empty() || !told_.insert(assignment.section + assignment.key).second) return;
    reading.ignore("Key '" + assignment.key + "' in section [" + assignment.section +
                       "] is not honoured by logq-run yet",
                   part);
  }

  // About the unit as a whole.
  void warn(std::string message) { tell(std::move(message), Severity::kWarning); }
  void refuse(const std::string& message) { tell(message + " Refusing.", Severity::kFatal); }
  void tell(std::string message, Severity severity) {
    service_.problems.push_back({service_.unit.name, 0, std::move(message), severity});
  }
  void derive();
  void check_commands();
  void check_restarts();

  Specifiers specifiers_;
  LoadedService service_;
  std::set<std::string> told_;  // keys that are not honoured
};

// What follows from what was said and what was not.
void ServiceReader::derive() {
  ServiceUnit& unit = service_.unit;
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
  const ServiceUnit& unit = service_.unit;
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
  ServiceUnit& unit = service_.unit;
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
  if (service_.is_usable()) {
    check_commands();
    check_restarts();
  } else {
    warn("Unit configuration has fatal error, unit will not be started.");
  }
  return std::move(service_);
}

LoadedService unreadable(const std::string& name, const std::string& file, std::string message) {
  LoadedService service;
  service.unit.name = name;
  service.unit.file = file;
  service.problems.push_back({file, 0, std::move(message), Severity::kFatal});
  return service;
}

}  // namespace

bool LoadedService::is_usable() const {
  return std::ranges::none_of(
      problems, [](const UnitProblem& problem) { return problem.severity == Severity::kFatal; });
}

std::optional<std::string> absolute_path(SettingReading& reading,
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
  for (const UnitFileText& file : files)
    reader.read(file, &file != &files.front());
  return reader.finish();
}

LoadedService load_service(const std::string& path, const HostFacts& host) {
  constexpr std::size_t kFileMax = std::size_t{16} << 20;
  const std::string name = path.substr(path.rfind('/') + 1);
  if (!name.ends_with(".service") || !wire::is_valid_unit_name(name)) {
    return unreadable(name, path, "This is not the name of a service unit.");
  }
  std::vector<UnitFileText> files;
  for (const std::string& file : unit_files_of(path)) {
    auto text = base::read_small_file(file, kFileMax);
    if (!text) return unreadable(name, file, text.error().message());
    if (files.empty() && text->empty())
      return unreadable(name, file, "Unit " + name + " is masked.");
    files.push_back({file, std::move(*text)});
  }
  return read_service(name, files, host);
}

}  // namespace logq::supervise
