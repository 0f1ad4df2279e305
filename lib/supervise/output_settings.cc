// The keys of [Service] about input, output and the journal.
#include <algorithm>
#include <array>
#include <utility>

#include "supervise/setting_kinds.h"
#include "wire/field_name.h"
#include "wire/unit_name.h"

namespace logq::supervise {
namespace {

using L = LogSettings;
constexpr auto kLog = &ServiceUnit::log;

// What systemd also writes to and we do not.
constexpr std::array<std::string_view, 7> kOtherOutputs = {
    "tty", "kmsg", "kmsg+console", "journal+console", "syslog", "syslog+console", "console"};
constexpr std::array<std::string_view, 4> kOtherInputs = {"tty", "tty-force", "tty-fail", "data"};

// "fd:NAME"; nothing, with the complaint made, for a bad name.
std::optional<std::string> descriptor_name(SettingReading& reading,
                                           std::string_view name,
                                           std::string_view otherwise) {
  std::string resolved = name.empty() ? std::string(otherwise) : reading.expand(name);
  if (is_descriptor_name(resolved)) return resolved;
  reading.ignore("Invalid file descriptor name", resolved);
  return std::nullopt;
}

// "KIND:NAME", where it is one; nothing for a bad name, which has been complained about.
std::optional<Output> named_output(SettingReading& reading,
                                   std::string_view kind,
                                   std::string_view name) {
  using To = Output::To;
  if (kind == "fd") {
    const bool is_error = reading.key() == "StandardError";
    auto resolved = descriptor_name(reading, name, is_error ? "stderr" : "stdout");
    return resolved ? std::optional(Output{To::kDescriptor, *resolved}) : std::nullopt;
  }
  const auto path = absolute_path(reading, reading.expand(name), BadPath::kIsNamed);
  if (!path) return std::nullopt;
  return Output{kind == "file" ? To::kFile : kind == "append" ? To::kAppend : To::kTruncate, *path};
}

template <auto kMember>
void set_output(SettingReading& reading) {
  using To = Output::To;
  Output& output = reading.unit().*kMember;
  const std::string_view value = reading.value();
  const std::size_t colon = value.find(':');
  const std::string_view kind = value.substr(0, colon);
  const bool has_colon = colon != std::string_view::npos;
  const bool is_named =
      kind == "fd" || (has_colon && (kind == "file" || kind == "append" || kind == "truncate"));
  if (is_named) {
    const std::string_view name = has_colon ? value.substr(colon + 1) : std::string_view();
    if (auto named = named_output(reading, kind, name)) output = *named;
  } else if (value == "journal") {
    output = {To::kJournal, {}};
  } else if (value == "inherit") {
    output = {To::kInherit, {}};
  } else if (value == "null") {
    output = {To::kNull, {}};
  } else if (value == "socket") {
    output = {To::kSocket, {}};
  } else if (std::ranges::find(kOtherOutputs, value) != kOtherOutputs.end()) {
    output = {To::kJournal, {}};
    reading.warn(reading.key() + "=" + reading.value() +
                 " is not honoured by logq-run, using journal.");
  } else {
    reading.ignore("Failed to parse output specifier");
  }
}

void set_input(SettingReading& reading) {
  using From = Input::From;
  Input& input = reading.unit().standard_input;
  const std::string_view value = reading.value();
  if (value == "fd" || value.starts_with("fd:")) {
    const std::string_view given = value.substr(std::min<std::size_t>(value.size(), 3));
    if (auto name = descriptor_name(reading, given, "stdin")) {
      input = {From::kDescriptor, *name};
    }
  } else if (value.starts_with("file:")) {
    const auto path = absolute_path(reading, reading.expand(value.substr(5)), BadPath::kIsNamed);
    if (path) input = {From::kFile, *path};
  } else if (value == "null") {
    input = {};
  } else if (value == "socket") {
    input = {From::kSocket, {}};
  } else if (std::ranges::find(kOtherInputs, value) != kOtherInputs.end()) {
    input = {};
    reading.warn("StandardInput=" + reading.value() + " is not honoured by logq-run, using null.");
  } else {
    reading.ignore("Failed to parse input specifier");
  }
}

void set_facility(SettingReading& reading) {
  const auto facility = parse_log_facility(reading.value());
  if (!facility) return reading.ignore("Failed to parse log facility");
  reading.unit().log.facility = *facility;
}

template <auto kMember>
void set_level(SettingReading& reading) {
  const auto level = parse_log_level(reading.value());
  if (!level) return reading.ignore("Failed to parse log level");
  reading.unit().log.*kMember = *level;
}

void add_fields(SettingReading& reading) {
  std::vector<std::string>& fields = reading.unit().log.extra_fields;
  if (reading.is_empty()) return fields.clear();
  std::string_view rest = reading.value();
  while (const auto word = take_word(rest, Escapes::kRefused)) {
    const std::string field = reading.expand(*word);
    const std::size_t equals = field.find('=');
    if (equals == std::string::npos) {
      reading.ignore("Log field lacks '=' character", field);
    } else if (!wire::is_valid_field_name(field.substr(0, equals), wire::FieldOrigin::kClient)) {
      reading.ignore("Log field name is invalid", field);
    } else {
      fields.push_back(field);
    }
  }
  if (!rest.empty()) reading.ignore("Invalid syntax");
}

void set_namespace(SettingReading& reading) {
  const std::string name = reading.expanded();
  if (!name.empty() && !wire::is_valid_unit_name("systemd-journald@" + name + ".service")) {
    return reading.ignore("Specified log namespace name is not valid", name);
  }
  reading.unit().log.log_namespace = name;
}

void set_rate_interval(SettingReading& reading) {
  set_seconds<kLog, &L::rate_interval_usec>(reading);
}

void set_rate_burst(SettingReading& reading) {
  set_unsigned<kLog, &L::rate_burst>(reading);
}

// Remembers the place too, for where the collector is none that could honour it.
template <void (*kApply)(SettingReading& reading)>
void apply_for_collector(SettingReading& reading) {
  const std::size_t complaints = reading.complaints();
  kApply(reading);
  if (reading.complaints() != complaints) return;
  std::vector<KeyPlace>& places = reading.unit().log.collector_keys;
  std::erase_if(places, [&](const KeyPlace& place) { return place.key == reading.key(); });
  places.push_back(reading.place());
}

constexpr std::array kSettings = {
    Setting{"StandardInput", &set_input},
    Setting{"StandardOutput", &set_output<&ServiceUnit::standard_output>},
    Setting{"StandardError", &set_output<&ServiceUnit::standard_error>},
    Setting{"SyslogIdentifier", &set_text<kLog, &L::identifier>},
    Setting{"SyslogFacility", &set_facility},
    Setting{"SyslogLevel", &set_level<&L::level>},
    Setting{"SyslogLevelPrefix", &set_boolean<kLog, &L::has_level_prefix>},
    Setting{"LogLevelMax", &apply_for_collector<&set_level<&L::max_level>>},
    Setting{"LogExtraFields", &apply_for_collector<&add_fields>},
    Setting{"LogRateLimitIntervalSec", &apply_for_collector<&set_rate_interval>},
    Setting{"LogRateLimitBurst", &apply_for_collector<&set_rate_burst>},
    Setting{"LogNamespace", &set_namespace},
};

}  // namespace

std::span<const Setting> output_settings() {
  return kSettings;
}

}  // namespace logq::supervise
