#include "collect/client_metadata.h"

#include <sys/xattr.h>
#include <unistd.h>

#include <charconv>
#include <optional>

#include "base/io.h"
#include "collect/link_target.h"
#include "logq/id128.h"
#include "wire/utf8.h"

namespace logq::collect {
namespace {

constexpr std::array<std::string_view, static_cast<std::size_t>(TrustedField::kCount)> kNames = {
    "_PID",
    "_UID",
    "_GID",
    "_COMM",
    "_EXE",
    "_CMDLINE",
    "_CAP_EFFECTIVE",
    "_SELINUX_CONTEXT",
    "_AUDIT_SESSION",
    "_AUDIT_LOGINUID",
    "_SYSTEMD_CGROUP",
    "_SYSTEMD_SESSION",
    "_SYSTEMD_OWNER_UID",
    "_SYSTEMD_UNIT",
    "_SYSTEMD_USER_UNIT",
    "_SYSTEMD_SLICE",
    "_SYSTEMD_USER_SLICE",
    "_SYSTEMD_INVOCATION_ID",
};

constexpr std::size_t kCommandLineMax = std::size_t{2} << 20;
constexpr auto kNoUser = static_cast<uid_t>(-1);
constexpr auto kNoGroup = static_cast<gid_t>(-1);
constexpr std::size_t kAttributeMax = std::size_t{64} << 10;  // the kernel's own limit
constexpr const char* kFilterAttribute = "user.journald_log_filter_patterns";
constexpr std::string_view kDeleted = " (deleted)";

// Files of /proc end in a newline that is not part of the value.
std::string_view without_newline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

// An extended attribute's value; empty where there is none.
std::string read_attribute(const std::string& path, const char* name) {
  std::string value(kAttributeMax, '\0');
  const ssize_t size = ::getxattr(path.c_str(), name, value.data(), value.size());
  value.resize(size < 0 ? 0 : static_cast<std::size_t>(size));
  return value;
}

// CapEff of /proc/PID/status without its leading zeros, so that a set has one spelling.
std::optional<std::string> effective_capabilities(std::string_view status) {
  constexpr std::string_view kKey = "\nCapEff:";
  const std::size_t at = status.find(kKey);
  if (at == std::string_view::npos) return std::nullopt;
  std::string_view value = status.substr(at + kKey.size());
  value = value.substr(0, value.find('\n'));
  value.remove_prefix(std::min(value.find_first_not_of(" \t"), value.size()));
  value.remove_prefix(std::min(value.find_first_not_of('0'), value.size()));
  return std::string(value.empty() ? "0" : value);
}

// Whether a process has not exited; /proc still tells of one that was not waited for.
bool is_running(const std::string& process) {
  const auto status = base::read_small_file(process + "/status", 1 << 16);
  if (!status.has_value()) return false;
  return status->find("\nState:\tZ") == std::string::npos &&
         status->find("\nState:\tX") == std::string::npos;
}

// Audit files hold 4294967295 where nothing was set.
std::optional<std::string> audit_number(const std::string& path, std::uint32_t smallest) {
  const auto text = base::read_small_file(path, 64);
  if (!text.has_value()) return std::nullopt;
  const std::string_view digits = without_newline(*text);
  std::uint32_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc{} || end != digits.data() + digits.size()) return std::nullopt;
  if (number < smallest || number == UINT32_MAX) return std::nullopt;
  return std::to_string(number);
}

// Where everything is that nobody has put anywhere.
bool is_root(std::string_view path) {
  return path.find_first_not_of('/') == std::string_view::npos;
}

bool needs_quotes(std::string_view word) {
  constexpr std::string_view kSpecial = " \t\n\r\"\\`$*?['()<>|&;!";
  if (word.empty() || word.find_first_of(kSpecial) != std::string_view::npos) return true;
  for (const char c : word) {
    if (static_cast<unsigned char>(c) < ' ' || c == 0x7f) return true;
  }
  return !wire::is_valid_utf8(word);
}

void append_escaped(std::string_view word, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  constexpr std::string_view kControls = "\a\b\f\n\r\t\v";
  constexpr std::string_view kLetters = "abfnrtv";
  const bool is_text = wire::is_valid_utf8(word);
  for (const char c : word) {
    const auto byte = static_cast<unsigned char>(c);
    if (const std::size_t at = kControls.find(c); at != std::string_view::npos) {
      out += {'\\', kLetters[at]};
    } else if (byte < ' ' || byte == 0x7f || (byte >= 0x80 && !is_text)) {
      out += {'\\', 'x', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      if (c == '"' || c == '\\' || c == '`' || c == '$') out += '\\';
      out += c;
    }
  }
}

}  // namespace

std::string quote_command_line(std::string_view nul_separated) {
  std::string line;
  if (nul_separated.ends_with('\0')) nul_separated.remove_suffix(1);
  if (nul_separated.empty()) return line;
  while (true) {
    const std::string_view word = nul_separated.substr(0, nul_separated.find('\0'));
    if (needs_quotes(word)) {
      line += '"';
      append_escaped(word, line);
      line += '"';
    } else {
      line += word;
    }
    if (word.size() == nul_separated.size()) return line;
    nul_separated.remove_prefix(word.size() + 1);
    line += ' ';
  }
}

void ClientMetadata::set(TrustedField field, std::string_view value) {
  const auto index = static_cast<std::size_t>(field);
  std::string& payload = payloads_[index];
  payload.clear();
  if (!value.empty()) payload.append(kNames[index]).append("=").append(value);
}

std::string_view ClientMetadata::value(TrustedField field) const {
  const auto index = static_cast<std::size_t>(field);
  const std::string_view payload = payloads_[index];
  return payload.empty() ? payload : payload.substr(kNames[index].size() + 1);
}

void ClientMetadata::append_payloads(std::vector<std::string_view>& out) const {
  for (const std::string& payload : payloads_) {
    if (!payload.empty()) out.emplace_back(payload);
  }
  out.insert(out.end(), settings_.extra_fields.begin(), settings_.extra_fields.end());
}

void ClientMetadata::set_credentials(const Credentials& credentials, std::string_view label) {
  credentials_ = credentials;
  set(TrustedField::kPid, std::to_string(credentials.pid));
  // -1 is nobody's: of an object that does not exist only the PID is known.
  if (credentials.uid != kNoUser) set(TrustedField::kUid, std::to_string(credentials.uid));
  if (credentials.gid != kNoGroup) set(TrustedField::kGid, std::to_string(credentials.gid));
  if (!label.empty()) set(TrustedField::kSelinuxContext, label);
}

bool ClientMetadata::read(const ProcessSources& sources, std::string_view claimed_unit) {
  read_process(sources);
  const bool exists = read_cgroup(sources, claimed_unit);
  read_unit(sources);
  // They go with the last process of the unit, whose last words still have them.
  if (exists || !settings_are_read_) read_settings(sources);
  return exists;
}

void ClientMetadata::read_group(const ProcessSources& sources,
                                std::string_view path,
                                std::string_view claimed_unit) {
  set_group_fields(path, claimed_unit);
  read_unit(sources);
  read_settings(sources);
}

void ClientMetadata::set_group(const ProcessSources& sources,
                               std::string_view path,
                               std::string_view claimed_unit,
                               std::string_view invocation_id) {
  set_group_fields(path, claimed_unit);
  set(TrustedField::kInvocationId, invocation_id);
  // They are those of the unit that the claim is of, not of whoever had the group.
  if (namer_ == Namer::kStream) read_settings(sources);
}

void ClientMetadata::read_process(const ProcessSources& sources) {
  const std::string process = sources.proc + "/" + std::to_string(credentials_.pid);
  if (auto comm = base::read_small_file(process + "/comm", 64)) {
    set(TrustedField::kComm, without_newline(*comm));
  }
  if (auto exe = link_target(process + "/exe")) {
    std::string_view path = *exe;
    if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
    set(TrustedField::kExe, path);
  }
  if (auto words = base::read_small_file(process + "/cmdline", kCommandLineMax)) {
    // A process that is gone or exiting reads as empty: what was known then stays.
    if (!words->empty()) set(TrustedField::kCmdline, quote_command_line(*words));
  }
  if (auto status = base::read_small_file(process + "/status", 1 << 16)) {
    if (auto found = effective_capabilities(*status)) set(TrustedField::kCapEffective, *found);
  }
  if (value(TrustedField::kSelinuxContext).empty()) {
    if (auto label = base::read_small_file(process + "/attr/current", 4096)) {
      set(TrustedField::kSelinuxContext, std::string_view(*label).substr(0, label->find('\0')));
    }
  }
  if (auto id = audit_number(process + "/sessionid", 1)) set(TrustedField::kAuditSession, *id);
  if (auto id = audit_number(process + "/loginuid", 0)) set(TrustedField::kAuditLoginuid, *id);
}

// Returns whether there is such a process still.
bool ClientMetadata::read_cgroup(const ProcessSources& sources, std::string_view claimed_unit) {
  const std::string file = sources.proc + "/" + std::to_string(credentials_.pid) + "/cgroup";
  const auto text = base::read_small_file(file, 1 << 16);
  std::optional<std::string> path;
  if (text.has_value()) path = find_cgroup_path(*text, sources.hierarchy);
  if (!path.has_value() || is_root(*path)) {
    read_claim(sources, claimed_unit, text.has_value());
    return text.has_value();
  }
  set_group_fields(*path, claimed_unit);
  return true;
}

void ClientMetadata::set_group_fields(std::string_view path, std::string_view claimed_unit) {
  if (is_root(path)) {
    if (!claimed_unit.empty()) set_unit(claimed_unit, Namer::kStream);
    return;
  }
  CgroupOwner owner = parse_cgroup_path(path);
  set(TrustedField::kCgroup, path);
  set(TrustedField::kSession, owner.session.value_or(""));
  set(TrustedField::kOwnerUid, owner.owner_uid ? std::to_string(*owner.owner_uid) : "");
  if (!owner.unit.has_value() && !claimed_unit.empty()) {
    set_unit(claimed_unit, Namer::kStream);
  } else {
    set_unit(owner.unit.value_or(""), Namer::kGroup);
  }
  set(TrustedField::kUserUnit, owner.user_unit.value_or(""));
  set(TrustedField::kSlice, owner.slice.value_or(""));
  set(TrustedField::kUserSlice, owner.user_slice.value_or(""));
}

// What was read of another unit goes with its name.
void ClientMetadata::set_unit(std::string_view unit, Namer namer) {
  if (value(TrustedField::kUnit) == unit && namer_ == namer) return;
  set(TrustedField::kUnit, unit);
  set(TrustedField::kInvocationId, "");
  namer_ = namer;
  settings_ = {};
  settings_are_read_ = false;
  filter_ = {};
}

// Of a unit that logq-run has claimed they are where that leaves them; else where systemd does.
void ClientMetadata::read_settings(const ProcessSources& sources) {
  const std::string unit(value(TrustedField::kUnit));
  if (unit.empty()) return;
  const bool is_ours =
      namer_ == Namer::kStream && are_log_settings_held(sources.claimed_units, unit);
  settings_ = read_log_settings(is_ours ? sources.claimed_units : sources.units, unit);
  settings_are_read_ = true;
  filter_.set_level_max(settings_.level_max);
  read_patterns(sources);
}

// LogFilterPatterns=, where systemd puts them.
void ClientMetadata::read_patterns(const ProcessSources& sources) {
  const std::string_view cgroup = unit_cgroup_path(value(TrustedField::kCgroup));
  filter_.set_patterns(
      cgroup.empty() ? std::string()
                     : read_attribute(sources.cgroups + std::string(cgroup), kFilterAttribute));
}

// Nobody's control group: then a stream may say whose the process is.
void ClientMetadata::read_claim(const ProcessSources& sources,
                                std::string_view claimed_unit,
                                bool cgroup_is_known) {
  if (!cgroup_is_known && !value(TrustedField::kCgroup).empty()) return;
  if (!claimed_unit.empty()) {
    set_unit(claimed_unit, Namer::kStream);
    return;
  }
  // A claim that is gone counts no longer, but for the last words of a process that went with it.
  const std::string process = sources.proc + "/" + std::to_string(credentials_.pid);
  if (!value(TrustedField::kUnit).empty() && is_running(process)) set_unit("", Namer::kGroup);
}

void ClientMetadata::read_unit(const ProcessSources& sources) {
  const std::string unit(value(TrustedField::kUnit));
  std::string link = sources.units + "/invocation:" + unit;
  if (const std::string user_unit(value(TrustedField::kUserUnit)); !user_unit.empty()) {
    const std::string owner(value(TrustedField::kOwnerUid));
    link = sources.users + "/" + owner + "/systemd/units/invocation:" + user_unit;
  }
  if (unit.empty()) return;
  if (const auto id = link_target(link); id.has_value() && Id128::parse(*id).has_value()) {
    set(TrustedField::kInvocationId, *id);
  }
}

}  // namespace logq::collect
