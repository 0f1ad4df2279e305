// The keys of [Unit].
#include <array>

#include "supervise/setting_kinds.h"
#include "supervise/tree_unit.h"
#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

template <auto kList, typename Reading>
void add_units(Reading& reading) {
  for (const std::string_view word : split_blanks(reading.value())) {
    std::string name = reading.expand(word);
    if (wire::is_valid_unit_name(name)) {
      (reading.unit().dependencies.*kList).push_back(std::move(name));
    } else {
      reading.warn("Failed to add dependency on " + name + ", ignoring: Invalid argument");
    }
  }
}

template <typename Reading>
void add_required(Reading& reading) {
  reading.warn("Unit dependency type " + reading.key() +
               "= is obsolete, replacing by Requires=, please update your unit file");
  add_units<&Dependencies::requires_units>(reading);
}

template <typename Reading>
void add_documentation(Reading& reading) {
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

template <typename UnitType>
constexpr std::array kSettings = {
    UnitSetting<UnitType>{"Description", &set_text<&Unit::description>},
    UnitSetting<UnitType>{"Documentation", &add_documentation},
    UnitSetting<UnitType>{"Requires", &add_units<&Dependencies::requires_units>},
    UnitSetting<UnitType>{"RequiresOverridable", &add_required},
    UnitSetting<UnitType>{"Wants", &add_units<&Dependencies::wants>},
    UnitSetting<UnitType>{"BindsTo", &add_units<&Dependencies::binds_to>},
    UnitSetting<UnitType>{"BindTo", &add_units<&Dependencies::binds_to>},
    UnitSetting<UnitType>{"PartOf", &add_units<&Dependencies::part_of>},
    UnitSetting<UnitType>{"After", &add_units<&Dependencies::after>},
    UnitSetting<UnitType>{"Before", &add_units<&Dependencies::before>},
    UnitSetting<UnitType>{"OnFailure", &add_units<&Dependencies::on_failure>},
    UnitSetting<UnitType>{"OnSuccess", &add_units<&Dependencies::on_success>},
    UnitSetting<UnitType>{"StartLimitIntervalSec",
                          &set_seconds<&Unit::start_limit, &StartLimitSettings::interval_usec>},
    UnitSetting<UnitType>{"StartLimitInterval",
                          &set_seconds<&Unit::start_limit, &StartLimitSettings::interval_usec>},
    UnitSetting<UnitType>{"StartLimitBurst",
                          &set_unsigned<&Unit::start_limit, &StartLimitSettings::burst>},
};

}  // namespace

template <typename UnitType>
std::span<const UnitSetting<UnitType>> unit_settings() {
  return kSettings<UnitType>;
}

template std::span<const UnitSetting<ServiceUnit>> unit_settings();
template std::span<const UnitSetting<SocketUnit>> unit_settings();
template std::span<const UnitSetting<TreeUnit>> unit_settings();

}  // namespace logq::supervise
