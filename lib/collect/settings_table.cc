#include "collect/settings_table.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>

#include "base/quantity.h"
#include "collect/limits.h"
#include "collect/socket_address.h"

namespace logq::collect {
namespace {

using Space = journal::StorageSettings;

constexpr std::uint32_t kCompressThresholdMin = 8;
constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();

// Each returns false when the value is invalid, and has then changed nothing. An empty value never
// gets here but to those that give it a meaning of their own.
using Apply = bool (*)(std::string_view value, CollectorOptions& options);

// As systemd reads numbers: a plus sign, and the bases of C, are allowed.
std::optional<std::uint64_t> parse_count(std::string_view text) {
  int base = 10;
  if (text.starts_with('+')) text.remove_prefix(1);
  if (text.starts_with("0x") || text.starts_with("0X")) {
    base = 16;
    text.remove_prefix(2);
  } else if (text.size() > 1 && text.starts_with('0')) {
    base = 8;
    text.remove_prefix(1);
  }
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count, base);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return count;
}

std::optional<int> parse_level(std::string_view text) {
  constexpr std::array<std::string_view, 8> kNames = {"emerg",   "alert",  "crit", "err",
                                                      "warning", "notice", "info", "debug"};
  for (std::size_t level = 0; level < kNames.size(); ++level) {
    if (text == kNames[level]) return static_cast<int>(level);
  }
  const auto number = parse_count(text);
  if (!number.has_value() || *number >= kNames.size()) return std::nullopt;
  return static_cast<int>(*number);
}

bool set_storage(std::string_view value, CollectorOptions& options) {
  constexpr std::array kModes = {
      std::pair{std::string_view("auto"), StorageMode::kAuto},
      std::pair{std::string_view("persistent"), StorageMode::kPersistent},
      std::pair{std::string_view("volatile"), StorageMode::kVolatile},
      std::pair{std::string_view("none"), StorageMode::kNone}};
  for (const auto& [name, mode] : kModes) {
    if (value != name) continue;
    options.storage = mode;
    return true;
  }
  return false;
}

bool set_process_handles(std::string_view value, CollectorOptions& options) {
  constexpr std::array kPolicies = {std::pair{std::string_view("auto"), ProcessHandles::kAuto},
                                    std::pair{std::string_view("always"), ProcessHandles::kAlways},
                                    std::pair{std::string_view("never"), ProcessHandles::kNever}};
  for (const auto& [name, policy] : kPolicies) {
    if (value != name) continue;
    options.process_handles = policy;
    return true;
  }
  return false;
}

template <Space CollectorOptions::*kSpace, std::optional<std::uint64_t> Space::*kMember>
bool set_space(std::string_view value, CollectorOptions& options) {
  const auto size = base::parse_size(value);
  if (size.has_value()) (options.*kSpace).*kMember = size;
  return size.has_value();
}

template <Space CollectorOptions::*kSpace>
bool set_max_files(std::string_view value, CollectorOptions& options) {
  const auto count = parse_count(value);
  if (count.has_value()) (options.*kSpace).max_files = *count;
  return count.has_value();
}

// infinity is no limit, as 0.
template <std::uint64_t CollectorOptions::*kMember>
bool set_age_limit(std::string_view value, CollectorOptions& options) {
  const auto span = base::parse_time_span(value);
  if (span.has_value()) options.*kMember = *span == kUnlimited ? 0 : *span;
  return span.has_value();
}

template <int CollectorOptions::*kMember>
bool set_level(std::string_view value, CollectorOptions& options) {
  const auto level = parse_level(value);
  if (level.has_value()) options.*kMember = *level;
  return level.has_value();
}

template <bool CollectorOptions::*kMember>
bool set_boolean(std::string_view value, CollectorOptions& options) {
  const auto on = base::parse_boolean(value);
  if (on.has_value()) options.*kMember = *on;
  return on.has_value();
}

template <std::optional<bool> CollectorOptions::*kMember>
bool set_choice(std::string_view value, CollectorOptions& options) {
  const auto on = base::parse_boolean(value);
  if (on.has_value()) options.*kMember = on;
  return on.has_value();
}

template <std::string CollectorOptions::*kMember>
bool set_path(std::string_view value, CollectorOptions& options) {
  if (!value.starts_with('/')) return false;
  options.*kMember = value;
  return true;
}

bool set_socket(std::string_view value, CollectorOptions& options) {
  if (!parse_socket_address(value).has_value()) return false;
  options.forward_to_socket = value;
  return true;
}

bool set_audit(std::string_view value, CollectorOptions& options) {
  const auto on = base::parse_boolean(value);
  if (!on.has_value() && value != "keep") return false;
  options.audit = AuditMode::kKeep;
  if (on.has_value()) options.audit = *on ? AuditMode::kOn : AuditMode::kOff;
  return true;
}

bool set_rate_interval(std::string_view value, CollectorOptions& options) {
  const auto span = base::parse_time_span(value);
  if (span.has_value()) options.rate_limit.interval_usec = *span;
  return span.has_value();
}

bool set_rate_burst(std::string_view value, CollectorOptions& options) {
  const auto burst = parse_count(value);
  if (!burst.has_value() || *burst > std::numeric_limits<std::uint32_t>::max()) return false;
  options.rate_limit.burst = *burst;
  return true;
}

bool set_compress(std::string_view value, CollectorOptions& options) {
  if (const auto on = base::parse_boolean(value)) {
    options.compress = *on;
    return true;
  }
  const auto size = base::parse_size(value);
  if (!size.has_value()) return false;
  options.compress = true;
  // A threshold nothing reaches is what a larger one asks for.
  options.compress_threshold_bytes = static_cast<std::uint32_t>(std::clamp<std::uint64_t>(
      *size, kCompressThresholdMin, std::numeric_limits<std::uint32_t>::max()));
  return true;
}

bool set_line_max(std::string_view value, CollectorOptions& options) {
  const auto size = base::parse_size(value);
  if (!size.has_value()) return false;
  options.line_max = static_cast<std::size_t>(
      std::min<std::uint64_t>(std::max<std::uint64_t>(*size, wire::kLineMaxMin), kStreamLineMax));
  return true;
}

bool set_sync_interval(std::string_view value, CollectorOptions& options) {
  const auto span = base::parse_time_span(value);
  if (span.has_value()) options.sync_interval_usec = *span;
  return span.has_value();
}

bool set_sync_interval_max(std::string_view value, CollectorOptions& options) {
  const auto span = base::parse_time_span(value);
  if (!span.has_value() || *span == 0) return false;
  options.sync_interval_max_usec = *span;
  return true;
}

bool set_storage_retry(std::string_view value, CollectorOptions& options) {
  const auto span = base::parse_time_span(value);
  if (!span.has_value() || *span == 0) return false;
  options.storage_retry_usec = *span;
  return true;
}

bool set_split_mode(std::string_view value, CollectorOptions& options) {
  if (value == "uid") {
    options.split_mode = SplitMode::kUid;
  } else if (value == "login") {
    options.split_mode = SplitMode::kLogin;
  } else if (value == "none") {
    options.split_mode = SplitMode::kNone;
  } else {
    return false;
  }
  return true;
}

// Settings that decide about something logqd does not do: checked, and without effect.
bool accept_boolean(std::string_view value, CollectorOptions& /*options*/) {
  return base::parse_boolean(value).has_value();
}

// Whether a valid value asks for something that is not done.
using Asks = bool (*)(std::string_view value);

bool when_on(std::string_view value) {
  return base::parse_boolean(value).value_or(false);
}

// What an empty value does: takes the members back to their defaults.
using Reset = void (*)(CollectorOptions& options);

template <auto... kMembers>
void reset(CollectorOptions& options) {
  const CollectorOptions defaults;
  ((options.*kMembers = defaults.*kMembers), ...);
}
template <Space CollectorOptions::*kSpace, auto kMember>
void reset_space(CollectorOptions& options) {
  (options.*kSpace).*kMember = Space{}.*kMember;
}
void reset_rate_interval(CollectorOptions& options) {
  options.rate_limit.interval_usec = RateLimitSettings{}.interval_usec;
}
void reset_rate_burst(CollectorOptions& options) {
  options.rate_limit.burst = RateLimitSettings{}.burst;
}
void reset_nothing(CollectorOptions& /*options*/) {}

struct Action {
  Apply apply;
  Reset reset;
  Asks asks_in_vain = nullptr;
};

using Options = CollectorOptions;

template <Space Options::*kSpace, std::optional<std::uint64_t> Space::*kMember>
constexpr Action kSpaceAction{&set_space<kSpace, kMember>, &reset_space<kSpace, kMember>};
template <Space Options::*kSpace>
constexpr Action kMaxFilesAction{&set_max_files<kSpace>, &reset_space<kSpace, &Space::max_files>};
template <std::uint64_t Options::*kMember>
constexpr Action kAgeAction{&set_age_limit<kMember>, &reset<kMember>};
template <int Options::*kMember>
constexpr Action kLevelAction{&set_level<kMember>, &reset<kMember>};
template <bool Options::*kMember>
constexpr Action kBooleanAction{&set_boolean<kMember>, &reset<kMember>};

template <std::optional<bool> Options::*kMember>
constexpr Action kChoiceAction{&set_choice<kMember>, &reset<kMember>};
template <std::string Options::*kMember>
constexpr Action kPathAction{&set_path<kMember>, &reset<kMember>};

constexpr Action kRateInterval{&set_rate_interval, &reset_rate_interval};
constexpr Action kIgnoredBoolean{&accept_boolean, &reset_nothing, &when_on};

struct Setting {
  std::string_view section;
  std::string_view key;
  Action action;
};

constexpr std::array kSettings = {
    Setting{"Journal", "Storage", {&set_storage, &reset<&Options::storage>}},
    Setting{"Journal",
            "Compress",
            {&set_compress, &reset<&Options::compress, &Options::compress_threshold_bytes>}},
    Setting{
        "Journal", "SyncIntervalSec", {&set_sync_interval, &reset<&Options::sync_interval_usec>}},
    Setting{"Journal", "RateLimitIntervalSec", kRateInterval},
    Setting{"Journal", "RateLimitInterval", kRateInterval},
    Setting{"Journal", "RateLimitBurst", {&set_rate_burst, &reset_rate_burst}},
    Setting{"Journal", "SystemMaxUse", kSpaceAction<&Options::system_space, &Space::max_use_bytes>},
    Setting{"Journal", "SystemKeepFree",
            kSpaceAction<&Options::system_space, &Space::keep_free_bytes>},
    Setting{"Journal", "SystemMaxFileSize",
            kSpaceAction<&Options::system_space, &Space::max_file_bytes>},
    Setting{"Journal", "SystemMaxFiles", kMaxFilesAction<&Options::system_space>},
    Setting{"Journal", "RuntimeMaxUse",
            kSpaceAction<&Options::runtime_space, &Space::max_use_bytes>},
    Setting{"Journal", "RuntimeKeepFree",
            kSpaceAction<&Options::runtime_space, &Space::keep_free_bytes>},
    Setting{"Journal", "RuntimeMaxFileSize",
            kSpaceAction<&Options::runtime_space, &Space::max_file_bytes>},
    Setting{"Journal", "RuntimeMaxFiles", kMaxFilesAction<&Options::runtime_space>},
    Setting{"Journal", "MaxRetentionSec", kAgeAction<&Options::max_retention_usec>},
    Setting{"Journal", "MaxFileSec", kAgeAction<&Options::max_file_usec>},
    Setting{"Journal", "MaxLevelStore", kLevelAction<&Options::max_level_store>},
    Setting{"Journal", "LineMax", {&set_line_max, &reset<&Options::line_max>}},
    Setting{"Journal", "ForwardToSyslog", kBooleanAction<&Options::forward_to_syslog>},
    Setting{"Journal", "ForwardToKMsg", kBooleanAction<&Options::forward_to_kmsg>},
    Setting{"Journal", "ForwardToConsole", kBooleanAction<&Options::forward_to_console>},
    Setting{"Journal", "ForwardToWall", kChoiceAction<&Options::forward_to_wall>},
    Setting{"Journal", "ForwardToSocket", {&set_socket, &reset<&Options::forward_to_socket>}},
    Setting{"Journal", "TTYPath", kPathAction<&Options::tty_path>},
    Setting{"Journal", "MaxLevelSyslog", kLevelAction<&Options::max_level_syslog>},
    Setting{"Journal", "MaxLevelKMsg", kLevelAction<&Options::max_level_kmsg>},
    Setting{"Journal", "MaxLevelConsole", kLevelAction<&Options::max_level_console>},
    Setting{"Journal", "MaxLevelWall", kLevelAction<&Options::max_level_wall>},
    Setting{"Journal", "MaxLevelSocket", kLevelAction<&Options::max_level_socket>},
    Setting{"Journal", "Seal", kIgnoredBoolean},
    Setting{"Journal", "SplitMode", {&set_split_mode, &reset<&Options::split_mode>}},
    Setting{"Journal", "ReadKMsg", kChoiceAction<&Options::read_kmsg>},
    Setting{"Journal", "Audit", {&set_audit, &reset<&Options::audit>}},
    Setting{"Logq",
            "SyncIntervalMaxSec",
            {&set_sync_interval_max, &reset<&Options::sync_interval_max_usec>}},
    Setting{"Logq", "ProcessHandles", {&set_process_handles, &reset<&Options::process_handles>}},
    Setting{"Logq", "StorageRetrySec", {&set_storage_retry, &reset<&Options::storage_retry_usec>}},
    Setting{"Logq", "KMsgPath", kPathAction<&Options::kmsg_path>},
};

}  // namespace

std::vector<std::string> known_settings() {
  std::vector<std::string> names;
  for (const Setting& setting : kSettings)
    names.push_back("[" + std::string(setting.section) + "] " + std::string(setting.key));
  return names;
}

std::string apply_setting(std::string_view section,
                          std::string_view key,
                          std::string_view value,
                          CollectorOptions& options) {
  // systemd's convention for extensions of others.
  if (section.starts_with("X-") || key.starts_with("X-")) return {};
  const std::string name = "[" + std::string(section) + "] " + std::string(key) + "=";
  const auto found = std::ranges::find_if(kSettings, [&](const Setting& setting) {
    return setting.section == section && setting.key == key;
  });
  if (found == kSettings.end()) return "unknown key " + name + " ignored";
  const Action& action = found->action;
  if (value.empty()) {
    action.reset(options);
  } else if (!action.apply(value, options)) {
    return "invalid value of " + name + " ignored: " + std::string(value);
  } else if (action.asks_in_vain != nullptr && action.asks_in_vain(value)) {
    return name + std::string(value) + " is not done by logqd";
  }
  return {};
}

}  // namespace logq::collect
