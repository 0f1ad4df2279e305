// The keys of [Unit].
#include <array>

#include "supervise/setting_kinds.h"
#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

template <auto kList>
void add_units(SettingReading& reading) {
  for (const std::string_view word : split_blanks(reading.value())) {
    std::string name = reading.expand(word);
    if (wire::is_valid_unit_name(name)) {
      (reading.unit().dependencies.*kList).push_back(std::move(name));
    } else {
      reading.warn("Failed to add dependency on " + name + ", ignoring: Invalid argument");
    }
  }
}

void add_required(SettingReading& reading) {
  reading.warn("Unit dependency type " + reading.key() +
               "= is obsolete, replacing by Requires=, please update your unit file");
  add_units<&Dependencies::requires_units>(reading);
}

void add_documentation(SettingReading& reading) {
  std::vector<std::string>& list = reading.unit().documentation;
  if (reading.is_empty()) return list.clear();
  std::string_view rest = reading.value();
  while (const auto word = take_word(rest, Escapes::kAnything)) {
    const std::string address = reading.expand(*word);
    if (is_documentation_address(address)) {
      list.push_back(address);
    } else {
      reading.ignore("Invalid URL", address);
    }
  }
  if (!rest.empty()) reading.ignore("Invalid syntax");
}

constexpr std::array kSettings = {
    Setting{"Description", &set_text<&ServiceUnit::description>},
    Setting{"Documentation", &add_documentation},
    Setting{"Requires", &add_units<&Dependencies::requires_units>},
    Setting{"RequiresOverridable", &add_required},
    Setting{"Wants", &add_units<&Dependencies::wants>},
    Setting{"BindsTo", &add_units<&Dependencies::binds_to>},
    Setting{"BindTo", &add_units<&Dependencies::binds_to>},
    Setting{"PartOf", &add_units<&Dependencies::part_of>},
    Setting{"After", &add_units<&Dependencies::after>},
    Setting{"Before", &add_units<&Dependencies::before>},
    Setting{"OnFailure", &add_units<&Dependencies::on_failure>},
    Setting{"StartLimitIntervalSec",
            &set_seconds<&ServiceUnit::start_limit, &StartLimitSettings::interval_usec>},
    Setting{"StartLimitInterval",
            &set_seconds<&ServiceUnit::start_limit, &StartLimitSettings::interval_usec>},
    Setting{"StartLimitBurst",
            &set_unsigned<&ServiceUnit::start_limit, &StartLimitSettings::burst>},
};

}  // namespace

std::span<const Setting> unit_settings() {
  return kSettings;
}

}  // namespace logq::supervise
