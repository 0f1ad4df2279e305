#include "supervise/specifiers.h"

#include <grp.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/utsname.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "base/hex_digit.h"
#include "base/io.h"

namespace logq::supervise {
namespace {

std::string first_line_of(const std::string& path) {
  const auto text = base::read_small_file(path, 256);
  return text ? text->substr(0, text->find('\n')) : "";
}

std::string environment(const char* name, std::string otherwise) {
  const char* value = ::getenv(name);
  return value != nullptr && *value == '/' ? value : std::move(otherwise);
}

// systemd's names of the architectures that Debian has.
std::string architecture_of(std::string_view machine) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 8> kNames = {{
      {"x86_64", "x86-64"},
      {"i686", "x86"},
      {"aarch64", "arm64"},
      {"armv7l", "arm"},
      {"ppc64le", "ppc64-le"},
      {"mips64", "mips64-le"},
      {"riscv64", "riscv64"},
      {"s390x", "s390x"},
  }};
  const auto* found =
      std::ranges::find(kNames, machine, &std::pair<std::string_view, std::string_view>::first);
  return std::string(found == kNames.end() ? machine : found->second);
}

void set_directories(bool is_root, HostFacts& host) {
  if (is_root) {
    host.runtime_directory = "/run";
    host.state_directory = "/var/lib";
    host.cache_directory = "/var/cache";
    host.logs_directory = "/var/log";
    host.configuration_directory = "/etc";
    return;
  }
  host.runtime_directory = environment("XDG_RUNTIME_DIR", "/run/user/" + host.uid);
  host.configuration_directory = environment("XDG_CONFIG_HOME", host.home + "/.config");
  host.state_directory = host.configuration_directory;
  host.cache_directory = environment("XDG_CACHE_HOME", host.home + "/.cache");
  host.logs_directory = host.configuration_directory + "/log";
}

std::string last_dash_part(const std::string& prefix) {
  return prefix.substr(prefix.rfind('-') + 1);  // the whole of one without a dash
}

}  // namespace

UnitNameParts split_unit_name(std::string_view name) {
  UnitNameParts parts;
  const std::size_t dot = std::min(name.rfind('.'), name.size());
  parts.suffix = name.substr(dot);
  const std::string_view stem = name.substr(0, dot);
  const std::size_t at = stem.find('@');
  parts.prefix = stem.substr(0, at);
  if (at != std::string_view::npos) parts.instance = stem.substr(at + 1);
  return parts;
}

std::string unescape_unit_name(std::string_view escaped) {
  std::string text;
  while (!escaped.empty()) {
    const bool is_escape = escaped.size() >= 4 && escaped.starts_with("\\x");
    const auto high = is_escape ? base::hex_digit(escaped[2]) : std::nullopt;
    const auto low = is_escape ? base::hex_digit(escaped[3]) : std::nullopt;
    if (high && low) {
      text += static_cast<char>(*high * 16 + *low);
      escaped.remove_prefix(4);
    } else {
      text += escaped.front() == '-' ? '/' : escaped.front();
      escaped.remove_prefix(1);
    }
  }
  return text;
}

HostFacts HostFacts::of_this_process() {
  HostFacts host;
  host.uid = std::to_string(::getuid());
  host.gid = std::to_string(::getgid());
  if (const passwd* entry = ::getpwuid(::getuid()); entry != nullptr) {
    host.user = entry->pw_name;
    host.home = entry->pw_dir;
    host.shell = entry->pw_shell;
  }
  if (const ::group* entry = ::getgrgid(::getgid()); entry != nullptr) host.group = entry->gr_name;
  set_directories(::getuid() == 0, host);
  utsname name{};
  if (::uname(&name) == 0) {
    host.host_name = static_cast<const char*>(name.nodename);
    host.kernel_release = static_cast<const char*>(name.release);
    host.architecture = architecture_of(static_cast<const char*>(name.machine));
  }
  host.machine_id = first_line_of("/etc/machine-id");
  host.boot_id = first_line_of("/proc/sys/kernel/random/boot_id");
  std::erase(host.boot_id, '-');
  return host;
}

Specifiers::Specifiers(std::string unit_name, std::string unit_file, HostFacts host)
    : name_(std::move(unit_name)),
      file_(std::move(unit_file)),
      parts_(split_unit_name(name_)),
      host_(std::move(host)) {}

bool Specifiers::append_of_unit(char specifier, std::string& out) const {
  switch (specifier) {
    case 'n':
      out += name_;
      return true;
    case 'N':
      out += name_.substr(0, name_.size() - parts_.suffix.size());
      return true;
    case 'p':
      out += parts_.prefix;
      return true;
    case 'P':
      out += unescape_unit_name(parts_.prefix);
      return true;
    case 'i':
      out += parts_.instance;
      return true;
    case 'I':
      out += unescape_unit_name(parts_.instance);
      return true;
    case 'j':
      out += last_dash_part(parts_.prefix);
      return true;
    case 'J':
      out += unescape_unit_name(last_dash_part(parts_.prefix));
      return true;
    case 'f':
      out += "/" + unescape_unit_name(parts_.instance.empty() ? parts_.prefix : parts_.instance);
      return true;
    case 'd':
      out += host_.runtime_directory + "/credentials/" + name_;
      return true;
    case 'y':
      out += file_;
      return true;
    case 'Y':
      out += file_.substr(0, std::max<std::size_t>(file_.rfind('/') + 1, 1) - 1);
      return true;
    default:
      return false;
  }
}

bool Specifiers::append_of_host(char specifier, std::string& out) const {
  constexpr std::array<std::pair<char, std::string HostFacts::*>, 17> kFacts = {{
      {'u', &HostFacts::user},
      {'U', &HostFacts::uid},
      {'g', &HostFacts::group},
      {'G', &HostFacts::gid},
      {'h', &HostFacts::home},
      {'s', &HostFacts::shell},
      {'t', &HostFacts::runtime_directory},
      {'S', &HostFacts::state_directory},
      {'C', &HostFacts::cache_directory},
      {'L', &HostFacts::logs_directory},
      {'E', &HostFacts::configuration_directory},
      {'H', &HostFacts::host_name},
      {'l', &HostFacts::host_name},
      {'m', &HostFacts::machine_id},
      {'b', &HostFacts::boot_id},
      {'v', &HostFacts::kernel_release},
      {'a', &HostFacts::architecture},
  }};
  for (const auto& [letter, member] : kFacts) {
    if (letter != specifier) continue;
    const std::string& fact = host_.*member;
    out += letter == 'l' ? fact.substr(0, fact.find('.')) : fact;
    return true;
  }
  return false;
}

std::string Specifiers::expand(std::string_view text) const {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char specifier = text[++i];
    if (append_of_unit(specifier, out) || append_of_host(specifier, out)) continue;
    if (specifier == 'T' || specifier == 'V') {
      out += specifier == 'T' ? "/tmp" : "/var/tmp";
    } else if (specifier == '%') {
      out += '%';
    } else {
      out += {'%', specifier};
    }
  }
  return out;
}

}  // namespace logq::supervise
