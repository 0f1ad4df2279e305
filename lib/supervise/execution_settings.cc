// The keys of [Service] about what a process of the service finds: user, environment, directories,
// limits, capabilities.
#include <algorithm>
#include <array>
#include <utility>

#include "supervise/setting_kinds.h"

namespace logq::supervise {
namespace {

using X = ExecutionSettings;
constexpr auto kExecution = &ServiceUnit::execution;

void add_groups(SettingReading& reading) {
  std::vector<std::string>& list = reading.unit().execution.supplementary_groups;
  if (reading.is_empty()) return list.clear();
  std::string_view rest = reading.value();
  while (const auto word = take_word(rest, Escapes::kAnything)) {
    const std::string name = reading.expand(*word);
    if (!is_account_name(name))
      return reading.refuse("Invalid user/group name or numeric ID: " + name);
    list.push_back(name);
  }
  if (!rest.empty()) reading.refuse("Invalid syntax: " + reading.value());
}

void set_dynamic_user(SettingReading& reading) {
  const auto value = base::parse_boolean(reading.value());
  if (!value) return reading.refuse("Failed to parse boolean value: " + reading.value());
  reading.unit().execution.has_dynamic_user = *value;
}

void add_environment(SettingReading& reading) {
  Environment& environment = reading.unit().execution.environment;
  if (reading.is_empty()) {
    environment = {};
    return;
  }
  std::string_view rest = reading.value();
  while (const auto word = take_word(rest, Escapes::kRefused)) {
    const std::string assignment = reading.expand(*word);
    if (is_variable_assignment(assignment)) {
      environment.set(assignment);
    } else {
      reading.ignore("Invalid environment assignment", assignment);
    }
  }
  if (!rest.empty()) reading.ignore("Invalid syntax");
}

void add_environment_file(SettingReading& reading) {
  std::vector<EnvironmentFile>& files = reading.unit().execution.environment_files;
  if (reading.is_empty()) return files.clear();
  std::string_view value = reading.value();
  const bool is_optional = value.starts_with('-');
  if (is_optional) value.remove_prefix(1);
  const auto path = absolute_path(reading, reading.expand(value), BadPath::kIsIgnored);
  if (path) files.push_back({*path, is_optional});
}

void add_passed_names(SettingReading& reading) {
  std::vector<std::string>& names = reading.unit().execution.pass_environment;
  if (reading.is_empty()) return names.clear();
  std::string_view rest = reading.value();
  while (const auto word = take_word(rest, Escapes::kAnything)) {
    const std::string name = reading.expand(*word);
    if (is_variable_name(name)) {
      names.push_back(name);
    } else {
      reading.ignore("Invalid environment name for PassEnvironment", name);
    }
  }
  if (!rest.empty()) reading.ignore("Trailing garbage in PassEnvironment");
}

void add_unset_names(SettingReading& reading) {
  std::vector<std::string>& names = reading.unit().execution.unset_environment;
  if (reading.is_empty()) return names.clear();
  std::string_view rest = reading.value();
  while (const auto word = take_word(rest, Escapes::kRefused)) {
    const std::string name = reading.expand(*word);
    if (is_variable_name(name) || is_variable_assignment(name)) {
      names.push_back(name);
    } else {
      reading.ignore("Invalid environment name or assignment UnsetEnvironment", name);
    }
  }
  if (!rest.empty()) reading.ignore("Trailing garbage in UnsetEnvironment");
}

void set_working_directory(SettingReading& reading) {
  ExecutionSettings& execution = reading.unit().execution;
  std::string_view value = reading.value();
  const bool may_lack = value.starts_with('-');
  if (may_lack) value.remove_prefix(1);
  if (value.empty() || value == "~") {
    execution.working_directory = value;
  } else {
    const BadPath bad = may_lack ? BadPath::kIsIgnored : BadPath::kIsFatal;
    const auto path = absolute_path(reading, reading.expand(value), bad);
    if (!path) return;
    execution.working_directory = *path;
  }
  execution.may_lack_working_directory = may_lack;
}

void set_root_directory(SettingReading& reading) {
  std::string& root = reading.unit().execution.root_directory;
  if (reading.is_empty()) return root.clear();
  const auto path = absolute_path(reading, reading.expanded(), BadPath::kIsFatal);
  if (path) root = *path == "/" ? "" : *path;
}

void set_nice(SettingReading& reading) {
  std::optional<int>& nice = reading.unit().execution.nice;
  if (reading.is_empty()) return nice.reset();
  const auto value = parse_signed(reading.value());
  if (!value) {
    return reading.warn("Failed to parse nice priority '" + reading.value() +
                        "', ignoring: Invalid argument");
  }
  if (*value < -20 || *value > 19) return reading.ignore("Nice priority out of range");
  nice = value;
}

void set_oom_score_adjust(SettingReading& reading) {
  constexpr int kMost = 1000;
  std::optional<int>& adjust = reading.unit().execution.oom_score_adjust;
  if (reading.is_empty()) return adjust.reset();
  const auto value = parse_signed(reading.value());
  if (!value) {
    return reading.warn("Failed to parse the OOM score adjust value '" + reading.value() +
                        "', ignoring: Invalid argument");
  }
  if (*value < -kMost || *value > kMost) {
    return reading.ignore("OOM score adjust value out of range");
  }
  adjust = value;
}

void set_limit(SettingReading& reading) {
  const ParsedLimit parsed = parse_limit(resource_of_key(reading.key()), reading.value());
  if (parsed.problem == LimitProblem::kMalformed) {
    return reading.ignore("Failed to parse resource value");
  }
  if (parsed.problem == LimitProblem::kSoftAboveHard) {
    return reading.ignore("Soft resource limit chosen higher than hard limit");
  }
  std::vector<ResourceLimit>& limits = reading.unit().execution.limits;
  std::erase_if(
      limits, [&](const ResourceLimit& limit) { return limit.resource == parsed.limit.resource; });
  limits.push_back(parsed.limit);
}

// What is assigned first replaces `initial`, what comes then is added or, with "~", taken away.
template <auto kMember, std::uint64_t kInitial>
void add_capabilities(SettingReading& reading) {
  std::uint64_t& set = reading.unit().execution.*kMember;
  std::string_view value = reading.value();
  const bool is_inverted = value.starts_with('~');
  if (is_inverted) value.remove_prefix(1);
  const std::uint64_t named = parse_capabilities(value);
  if (named == 0 || set == kInitial) {
    set = is_inverted ? ~named : named;
  } else {
    set = is_inverted ? set & ~named : set | named;
  }
}

template <DirectoryKind kKind>
ServiceDirectories& directories_of(ServiceUnit& unit) {
  return unit.execution.directories[static_cast<std::size_t>(kKind)];
}

// Whether a name may be one of a directory below that of its kind.
bool is_directory_name(SettingReading& reading, const std::string& name) {
  if (name.starts_with('/')) {
    reading.ignore(reading.key() + "= path is absolute", name);
  } else if (name.empty() || climbs(name)) {
    reading.ignore(reading.key() + "= path is not normalized", name);
  } else if (name == "private" || name.starts_with("private/")) {
    reading.warn(reading.key() + "= path can't be 'private', ignoring assignment: " + name);
  } else {
    return true;
  }
  return false;
}

// As systemd has them in $RUNTIME_DIRECTORY and the like: a parent before what is in it.
void insert_sorted(const std::string& name, std::vector<std::string>& names) {
  const auto place = std::ranges::lower_bound(names, name);
  if (place == names.end() || *place != name) names.insert(place, name);
}

template <DirectoryKind kKind>
void add_directories(SettingReading& reading) {
  std::vector<std::string>& names = directories_of<kKind>(reading.unit()).names;
  if (reading.is_empty()) return names.clear();
  std::string_view rest = reading.value();
  while (const auto word = take_word(rest, Escapes::kAnything)) {
    const std::string name = simplified_path(reading.expand(word->substr(0, word->find(':'))));
    if (is_directory_name(reading, name)) insert_sorted(name, names);
    if (word->find(':') != std::string::npos) {
      reading.ignore("Links of " + reading.key() + "= are not honoured by logq-run", *word);
    }
  }
  if (rest.empty()) return;
  reading.warn("Invalid syntax " + reading.key() + "=" + reading.value() +
               ", ignoring: Invalid argument");
}

template <DirectoryKind kKind>
void set_directory_mode(SettingReading& reading) {
  const auto mode = parse_mode(reading.value());
  if (!mode) return reading.ignore("Failed to parse mode value");
  directories_of<kKind>(reading.unit()).mode = *mode;
}

void set_preserve_runtime(SettingReading& reading) {
  PreserveRuntime& preserve = reading.unit().execution.preserve_runtime;
  const auto value = base::parse_boolean(reading.value());
  if (value) {
    preserve = *value ? PreserveRuntime::kYes : PreserveRuntime::kNo;
  } else if (reading.value() == "restart") {
    preserve = PreserveRuntime::kRestart;
  } else {
    reading.ignore("Failed to parse runtime directory preserve mode");
  }
}

void add_credential(SettingReading& reading) {
  std::vector<Credential>& credentials = reading.unit().execution.credentials;
  if (reading.is_empty()) return credentials.clear();
  const std::string& value = reading.value();
  const std::size_t colon = value.find(':');
  const std::string name = reading.expand(value.substr(0, colon));
  if (!is_credential_name(name)) {
    return reading.warn("Credential name \"" + name + "\" not valid, ignoring.");
  }
  const std::string given = colon == std::string::npos ? "" : value.substr(colon + 1);
  const std::string path = given.empty() ? name : reading.expand(given);
  if (path.starts_with('/') ? !is_normalized_path(path) : !is_credential_name(path)) {
    return reading.warn("Credential source \"" + path + "\" not valid, ignoring.");
  }
  std::erase_if(credentials, [&](const Credential& other) { return other.name == name; });
  credentials.push_back({name, path});
}

void add_credential_value(SettingReading& reading) {
  std::vector<CredentialValue>& values = reading.unit().execution.credential_values;
  if (reading.is_empty()) return values.clear();
  const std::string& text = reading.value();
  const std::size_t colon = text.find(':');
  if (colon == std::string::npos || colon + 1 == text.size()) {
    return reading.ignore("Invalid syntax");
  }
  const std::string name = reading.expand(text.substr(0, colon));
  if (!is_credential_name(name)) {
    return reading.warn("Credential name \"" + name + "\" not valid, ignoring.");
  }
  const std::string escaped = text.substr(colon + 1);
  auto value = unescaped(escaped);
  if (!value) {
    return reading.warn("Can't unescape \"" + escaped + "\", ignoring: Invalid argument");
  }
  std::erase_if(values, [&](const CredentialValue& other) { return other.name == name; });
  values.push_back({name, *std::move(value)});
}

using Kind = DirectoryKind;
constexpr std::array kSettings = {
    Setting{"User", &set_account<kExecution, &X::user>},
    Setting{"Group", &set_account<kExecution, &X::group>},
    Setting{"SupplementaryGroups", &add_groups},
    Setting{"DynamicUser", &set_dynamic_user},
    Setting{"Environment", &add_environment},
    Setting{"EnvironmentFile", &add_environment_file},
    Setting{"PassEnvironment", &add_passed_names},
    Setting{"UnsetEnvironment", &add_unset_names},
    Setting{"WorkingDirectory", &set_working_directory},
    Setting{"RootDirectory", &set_root_directory},
    Setting{"UMask", &set_mode<kExecution, &X::umask>},
    Setting{"Nice", &set_nice},
    Setting{"OOMScoreAdjust", &set_oom_score_adjust},
    Setting{"NoNewPrivileges", &set_boolean<kExecution, &X::has_no_new_privileges>},
    Setting{"CapabilityBoundingSet",
            &add_capabilities<&X::capability_bounding_set, ~std::uint64_t{0}>},
    Setting{"AmbientCapabilities", &add_capabilities<&X::ambient_capabilities, 0>},
    Setting{"IgnoreSIGPIPE", &set_boolean<kExecution, &X::ignores_sigpipe>},
    Setting{"RuntimeDirectory", &add_directories<Kind::kRuntime>},
    Setting{"RuntimeDirectoryMode", &set_directory_mode<Kind::kRuntime>},
    Setting{"RuntimeDirectoryPreserve", &set_preserve_runtime},
    Setting{"StateDirectory", &add_directories<Kind::kState>},
    Setting{"StateDirectoryMode", &set_directory_mode<Kind::kState>},
    Setting{"CacheDirectory", &add_directories<Kind::kCache>},
    Setting{"CacheDirectoryMode", &set_directory_mode<Kind::kCache>},
    Setting{"LogsDirectory", &add_directories<Kind::kLogs>},
    Setting{"LogsDirectoryMode", &set_directory_mode<Kind::kLogs>},
    Setting{"ConfigurationDirectory", &add_directories<Kind::kConfiguration>},
    Setting{"ConfigurationDirectoryMode", &set_directory_mode<Kind::kConfiguration>},
    Setting{"LoadCredential", &add_credential},
    Setting{"SetCredential", &add_credential_value},
    Setting{"LimitCPU", &set_limit},
    Setting{"LimitFSIZE", &set_limit},
    Setting{"LimitDATA", &set_limit},
    Setting{"LimitSTACK", &set_limit},
    Setting{"LimitCORE", &set_limit},
    Setting{"LimitRSS", &set_limit},
    Setting{"LimitNOFILE", &set_limit},
    Setting{"LimitAS", &set_limit},
    Setting{"LimitNPROC", &set_limit},
    Setting{"LimitMEMLOCK", &set_limit},
    Setting{"LimitLOCKS", &set_limit},
    Setting{"LimitSIGPENDING", &set_limit},
    Setting{"LimitMSGQUEUE", &set_limit},
    Setting{"LimitNICE", &set_limit},
    Setting{"LimitRTPRIO", &set_limit},
    Setting{"LimitRTTIME", &set_limit},
};

}  // namespace

std::span<const Setting> execution_settings() {
  return kSettings;
}

}  // namespace logq::supervise
