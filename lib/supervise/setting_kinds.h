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

namespace logq::supervise {

// One assignment, being applied to a unit.
class SettingReading {
 public:
  SettingReading(const UnitAssignment& assignment,
                 const std::string& file,
                 const Specifiers& specifiers,
                 LoadedService& service)
      : assignment_(assignment),
        file_(file),
        specifiers_(specifiers),
        service_(service) {}

  [[nodiscard]] const std::string& key() const { return assignment_.key; }
  [[nodiscard]] const std::string& value() const { return assignment_.value; }
  [[nodiscard]] bool is_empty() const { return assignment_.value.empty(); }
  [[nodiscard]] const Specifiers& specifiers() const { return specifiers_; }
  [[nodiscard]] std::string expand(std::string_view text) const { return specifiers_.expand(text); }
  [[nodiscard]] std::string expanded() const { return specifiers_.expand(assignment_.value); }
  [[nodiscard]] ServiceUnit& unit() { return service_.unit; }

  void warn(std::string message) { add(std::move(message), UnitProblem::Severity::kWarning); }
  void refuse(std::string message) { add(std::move(message), UnitProblem::Severity::kFatal); }
  // "MESSAGE, ignoring: VALUE"
  void ignore(std::string_view message) { ignore(message, assignment_.value); }
  void ignore(std::string_view message, std::string_view value) {
    warn(std::string(message) + ", ignoring: " + std::string(value));
  }

 private:
  void add(std::string message, UnitProblem::Severity severity) {
    service_.problems.push_back({file_, assignment_.line, std::move(message), severity});
  }

  const UnitAssignment& assignment_;
  const std::string& file_;
  const Specifiers& specifiers_;
  LoadedService& service_;
};

struct Setting {
  std::string_view key;
  void (*apply)(SettingReading& reading);
};

// The object that a chain of member pointers leads to.
template <auto kFirst, auto... kRest, typename Object>
auto& member_of(Object& object) {
  if constexpr (sizeof...(kRest) == 0) {
    return object.*kFirst;
  } else {
    return member_of<kRest...>(object.*kFirst);
  }
}

template <auto... kPlace>
void set_boolean(SettingReading& reading) {
  const auto value = base::parse_boolean(reading.value());
  if (!value) return reading.ignore("Failed to parse boolean value");
  member_of<kPlace...>(reading.unit()) = *value;
}

template <auto... kPlace>
void set_seconds(SettingReading& reading) {
  const auto usec = base::parse_time_span(reading.value());
  if (!usec) return reading.ignore("Failed to parse sec value");
  member_of<kPlace...>(reading.unit()) = *usec;
}

template <auto... kPlace>
void set_unsigned(SettingReading& reading) {
  const auto number = parse_unsigned(reading.value());
  if (!number) return reading.ignore("Failed to parse unsigned value");
  member_of<kPlace...>(reading.unit()) = *number;
}

template <auto... kPlace>
void set_signal(SettingReading& reading) {
  const int number = parse_signal(reading.value());
  if (number == 0) return reading.ignore("Failed to parse signal name");
  member_of<kPlace...>(reading.unit()) = number;
}

template <auto... kPlace>
void set_mode(SettingReading& reading) {
  const auto mode = parse_mode(reading.value());
  if (!mode) return reading.ignore("Failed to parse mode value");
  member_of<kPlace...>(reading.unit()) = *mode;
}

// With specifiers; an empty value takes it back.
template <auto... kPlace>
void set_text(SettingReading& reading) {
  member_of<kPlace...>(reading.unit()) = reading.expanded();
}

// A path of a value with specifiers, simplified; nothing, with the complaint made, for a bad one.
enum class BadPath : std::uint8_t { kIsIgnored, kIsNamed, kIsFatal };
std::optional<std::string> absolute_path(SettingReading& reading,
                                         std::string_view value,
                                         BadPath bad);

// The tables: the keys of [Unit], and those of [Service] in four parts.
std::span<const Setting> unit_settings();
std::span<const Setting> run_settings();
std::span<const Setting> kill_settings();
std::span<const Setting> execution_settings();
std::span<const Setting> output_settings();

}  // namespace logq::supervise
