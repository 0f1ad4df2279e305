#include "supervise/setting_values.h"

#include <algorithm>
#include <array>
#include <limits>

#include "supervise/unit_syntax.h"
#include "wire/loose_integer.h"

namespace logq::supervise {
namespace {

// By number, the kernel's <linux/capability.h>.
constexpr std::array<std::string_view, 41> kCapabilities = {"chown",
                                                            "dac_override",
                                                            "dac_read_search",
                                                            "fowner",
                                                            "fsetid",
                                                            "kill",
                                                            "setgid",
                                                            "setuid",
                                                            "setpcap",
                                                            "linux_immutable",
                                                            "net_bind_service",
                                                            "net_broadcast",
                                                            "net_admin",
                                                            "net_raw",
                                                            "ipc_lock",
                                                            "ipc_owner",
                                                            "sys_module",
                                                            "sys_rawio",
                                                            "sys_chroot",
                                                            "sys_ptrace",
                                                            "sys_pacct",
                                                            "sys_admin",
                                                            "sys_boot",
                                                            "sys_nice",
                                                            "sys_resource",
                                                            "sys_time",
                                                            "sys_tty_config",
                                                            "mknod",
                                                            "lease",
                                                            "audit_write",
                                                            "audit_control",
                                                            "setfcap",
                                                            "mac_override",
                                                            "mac_admin",
                                                            "syslog",
                                                            "wake_alarm",
                                                            "block_suspend",
                                                            "audit_read",
                                                            "perfmon",
                                                            "bpf",
                                                            "checkpoint_restore"};
constexpr std::array<std::string_view, 8> kLevels = {"emerg",   "alert",  "crit", "err",
                                                     "warning", "notice", "info", "debug"};
// By number; 12 to 15 have no name.
constexpr std::array<std::string_view, 24> kFacilities = {
    "kern",   "user",   "mail",     "daemon", "auth",   "syslog", "lpr",    "news",
    "uucp",   "cron",   "authpriv", "ftp",    "",       "",       "",       "",
    "local0", "local1", "local2",   "local3", "local4", "local5", "local6", "local7"};

std::optional<int> number_up_to(std::string_view text, unsigned most) {
  const auto number = parse_unsigned(text);
  return number && *number <= most ? std::optional(static_cast<int>(*number)) : std::nullopt;
}

template <std::size_t kSize>
std::optional<int> index_of(const std::array<std::string_view, kSize>& names,
                            std::string_view name) {
  const auto* found = std::ranges::find(names, name);
  if (name.empty() || found == names.end()) return std::nullopt;
  return static_cast<int>(found - names.begin());
}

}  // namespace

std::optional<unsigned> parse_unsigned(std::string_view text) {
  const auto number = wire::parse_loose_unsigned(text);
  if (!number || *number > std::numeric_limits<unsigned>::max()) return std::nullopt;
  return static_cast<unsigned>(*number);
}

std::optional<int> parse_signed(std::string_view text) {
  const auto number = wire::parse_loose_integer(text);
  if (!number || *number != static_cast<int>(*number)) return std::nullopt;
  return static_cast<int>(*number);
}

std::optional<mode_t> parse_mode(std::string_view text) {
  mode_t mode = 0;
  for (const char c : text) {
    if (c < '0' || c > '7') return std::nullopt;
    mode = mode * 8 + static_cast<mode_t>(c - '0');
    if (mode > 07777) return std::nullopt;
  }
  return text.empty() ? std::nullopt : std::optional(mode);
}

std::optional<int> parse_log_facility(std::string_view text) {
  if (const auto number = number_up_to(text, 127)) return number;
  return index_of(kFacilities, text);
}

std::optional<int> parse_log_level(std::string_view text) {
  if (const auto number = number_up_to(text, 7)) return number;
  return index_of(kLevels, text);
}

std::uint64_t parse_capabilities(std::string_view text) {
  std::uint64_t set = 0;
  for (const std::string_view word : split_blanks(text)) {
    std::string name(word);
    std::ranges::transform(name, name.begin(), [](char c) {
      return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    });
    auto number = number_up_to(name, 63);
    if (!number && name.starts_with("cap_")) number = index_of(kCapabilities, name.substr(4));
    if (number) set |= std::uint64_t{1} << *number;
  }
  return set;
}

bool is_account_name(std::string_view text) {
  constexpr std::size_t kNameMax = 255;
  const auto is_bad = [](char c) {
    return c == '/' || c == ':' || (c >= 0 && c < ' ') || c == '\x7f';
  };
  return !text.empty() && text.size() <= kNameMax && without_blanks(text).size() == text.size() &&
         text != "." && text != ".." && std::ranges::none_of(text, is_bad);
}

bool is_documentation_address(std::string_view text) {
  for (const std::string_view scheme : {"http://", "https://", "file:/", "info:", "man:"}) {
    if (text.starts_with(scheme)) return text.size() > scheme.size();
  }
  return false;
}

bool is_credential_name(std::string_view text) {
  const auto fits = [](char c) { return c >= ' ' && c < 127 && c != ':' && c != '/'; };
  return !text.empty() && text.size() <= 255 && text != "." && text != ".." &&
         std::ranges::all_of(text, fits);
}

bool is_descriptor_name(std::string_view text) {
  const auto fits = [](char c) { return c >= ' ' && c < 127 && c != ':'; };
  return text.size() <= 255 && std::ranges::all_of(text, fits);
}

bool is_interface_name(std::string_view text) {
  constexpr std::size_t kNameMax = 15;  // IFNAMSIZ with its NUL
  const auto fits = [](char c) { return c > ' ' && c < 127 && c != ':' && c != '/' && c != '%'; };
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  return !text.empty() && text.size() <= kNameMax && text != "." && text != ".." && text != "all" &&
         text != "default" && std::ranges::all_of(text, fits) &&
         !std::ranges::all_of(text, is_digit);
}

std::string simplified_path(std::string_view path) {
  const bool is_absolute = path.starts_with('/');
  std::string result;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part.empty() || part == ".") continue;
    if (is_absolute || !result.empty()) result += '/';
    result += part;
  }
  return is_absolute && result.empty() ? "/" : result;
}

bool is_normalized_path(std::string_view path) {
  const std::string simplified = simplified_path(path);
  return !climbs(path) && (simplified == path || simplified + "/" == path);
}

bool climbs(std::string_view path) {
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    if (part == "..") return true;
    path.remove_prefix(std::min(part.size() + 1, path.size()));
  }
  return false;
}

}  // namespace logq::supervise
