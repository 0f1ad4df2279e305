// What the tables of settings are made of: a key and the function that applies its value, which is
// one of the kinds below for most of them.
//
//   {"KillSignal", &set_signal<&ServiceUnit::kill, &KillSettings::signal>},
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/quantity.h"
#include "supervise/service_unit.h"
#include "supervise/setting_values.h"
#include "supervise/socket_unit.h"

namespace logq::supervise {

// One assignment, being applied to a unit of whatever type.
class AssignmentReading {
 public:
  AssignmentReading(const UnitAssignment& assignment,
                    const std::string& file,
                    const Specifiers& specifiers,
                    std::vector<UnitProblem>& problems)
      : assignment_(assignment),
        file_(file),
        specifiers_(specifiers),
        problems_(problems) {}

  [[nodiscard]] const std::string& key() const { return assignment_.key; }
  [[nodiscard]] const std::string& value() const { return assignment_.value; }
  [[nodiscard]] bool is_empty() const { return assignment_.value.empty(); }
  [[nodiscard]] const Specifiers& specifiers() const { return specifiers_; }
  [[nodiscard]] std::string expand(std::string_view text) const { return specifiers_.expand(text); }
  [[nodiscard]] std::string expanded() const { return specifiers_.expand(assignment_.value); }

  [[nodiscard]] KeyPlace place() const { return {assignment_.key, file_, assignment_.line}; }
  [[nodiscard]] std::size_t complaints() const { return problems_.size(); }

  void warn(std::string message) { add(std::move(message), UnitProblem::Severity::kWarning); }
  void refuse(std::string message) { add(std::move(message), UnitProblem::Severity::kFatal); }
  // "MESSAGE, ignoring: VALUE"
  void ignore(std::string_view message) { ignore(message, assignment_.value); }
  void ignore(std::string_view message, std::string_view value) {
    warn(std::string(message) + ", ignoring: " + std::string(value));
  }

 private:
  void add(std::string message, UnitProblem::Severity severity) {
    problems_.push_back({file_, assignment_.line, std::move(message), severity});
  }

  const UnitAssignment& assignment_;
  const std::string& file_;
  const Specifiers& specifiers_;
  std::vector<UnitProblem>& problems_;
};

template <typename UnitType>
class UnitReading : public AssignmentReading {
 public:
  UnitReading(const UnitAssignment& assignment,
              const std::string& file,
              const Specifiers& specifiers,
              LoadedUnit<UnitType>& loaded)
      : AssignmentReading(assignment, file, specifiers, loaded.problems),
        unit_(loaded.unit) {}

  [[nodiscard]] UnitType& unit() { return unit_; }

 private:
  UnitType& unit_;
};

template <typename UnitType>
struct UnitSetting {
  std::string_view key;
  void (*apply)(UnitReading<UnitType>& reading);
};

// Of services, which have most of them.
using SettingReading = UnitReading<ServiceUnit>;
using Setting = UnitSetting<ServiceUnit>;

// The object that a chain of member pointers leads to.
template <auto kFirst, auto... kRest, typename Object>
auto& member_of(Object& object) {
  if constexpr (sizeof...(kRest) == 0) {
    return object.*kFirst;
  } else {
    return member_of<kRest...>(object.*kFirst);
  }
}

template <auto... kPlace, typename Reading>
void set_boolean(Reading& reading) {
  const auto value = base::parse_boolean(reading.value());
  if (!value) return reading.ignore("Failed to parse boolean value");
  member_of<kPlace...>(reading.unit()) = *value;
}

template <auto... kPlace, typename Reading>
void set_seconds(Reading& reading) {
  const auto usec = base::parse_time_span(reading.value());
  if (!usec) return reading.ignore("Failed to parse sec value");
  member_of<kPlace...>(reading.unit()) = *usec;
}

template <auto... kPlace, typename Reading>
void set_unsigned(Reading& reading) {
  const auto number = parse_unsigned(reading.value());
  if (!number) return reading.ignore("Failed to parse unsigned value");
  member_of<kPlace...>(reading.unit()) = *number;
}

template <auto... kPlace, typename Reading>
void set_signal(Reading& reading) {
  const int number = parse_signal(reading.value());
  if (number == 0) return reading.ignore("Failed to parse signal name");
  member_of<kPlace...>(reading.unit()) = number;
}

template <auto... kPlace, typename Reading>
void set_mode(Reading& reading) {
  const auto mode = parse_mode(reading.value());
  if (!mode) return reading.ignore("Failed to parse mode value");
  member_of<kPlace...>(reading.unit()) = *mode;
}

// With specifiers; an empty value takes it back.
template <auto... kPlace, typename Reading>
void set_text(Reading& reading) {
  member_of<kPlace...>(reading.unit()) = reading.expanded();
}

template <auto... kPlace, typename Reading>
void add_commands(Reading& reading) {
  Commands& list = member_of<kPlace...>(reading.unit());
  if (reading.is_empty()) return list.clear();
  ExecCommands parsed = parse_exec_commands(reading.value(), reading.specifiers());
  if (parsed.is_fatal) return reading.refuse(std::move(parsed.complaint));
  if (!parsed.complaint.empty()) reading.warn(std::move(parsed.complaint));
  for (ExecCommand& command : parsed.commands)
    list.push_back(std::move(command));
}

// A user or a group; an empty value takes it back.
template <auto... kPlace, typename Reading>
void set_account(Reading& reading) {
  const std::string name = reading.expanded();
  if (!name.empty() && !is_account_name(name)) {
    return reading.refuse("Invalid user/group name or numeric ID: " + name);
  }
  member_of<kPlace...>(reading.unit()) = name;
}

// A path of a value with specifiers, simplified; nothing, with the complaint made, for a bad one.
enum class BadPath : std::uint8_t { kIsIgnored, kIsNamed, kIsFatal };
std::optional<std::string> absolute_path(AssignmentReading& reading,
                                         std::string_view value,
                                         BadPath bad);

// The tables: the keys of [Unit], those of [Service] in four parts, and those of [Socket].
template <typename UnitType>
std::span<const UnitSetting<UnitType>> unit_settings();
std::span<const Setting> run_settings();
std::span<const Setting> kill_settings();
std::span<const Setting> execution_settings();
std::span<const Setting> output_settings();
std::span<const UnitSetting<SocketUnit>> socket_settings();
// Of services one that [Socket] has, too, since it is about how a process is run; null: there is
// none of that name.
const Setting* find_process_setting(std::string_view key);

}  // namespace logq::supervise
