#include "wire/unit_name.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace logq::wire {
namespace {

enum class Templates : std::uint8_t { kAllowed, kRefused };

constexpr std::string_view kGlobBytes = "*?[";

bool has_unit_suffix(std::string_view name) {
  // systemd's, and our own: trees of services, which logq-run tells of as of units.
  constexpr std::array<std::string_view, 12> kTypes = {"service", "mount",  "swap",      "socket",
                                                       "target",  "device", "automount", "timer",
                                                       "path",    "slice",  "scope",     "tree"};
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot == 0) return false;
  return std::ranges::find(kTypes, name.substr(dot + 1)) != kTypes.end();
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool is_unit_byte(char c) {
  return is_alphanumeric(c) || std::string_view(":-_.\\").find(c) != std::string_view::npos;
}

bool is_glob_or_unit_byte(char c) {
  return is_unit_byte(c) || std::string_view("@*?[]!").find(c) != std::string_view::npos;
}

bool is_valid_name(std::string_view name, Templates templates) {
  if (name.size() > kUnitNameMax || !has_unit_suffix(name)) return false;
  const std::string_view stem = name.substr(0, name.rfind('.'));
  if (!std::ranges::all_of(stem, [](char c) { return is_unit_byte(c) || c == '@'; })) return false;
  const std::size_t at = stem.find('@');
  if (at == 0) return false;
  return at != stem.size() - 1 || templates == Templates::kAllowed;
}

void append_escaped(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  out.append("\\x").append(1, kDigits[byte >> 4]).append(1, kDigits[byte & 15]);
}

// The parts of an absolute path without empty ones and ".", or nothing when it contains "..".
std::optional<std::vector<std::string_view>> split_path(std::string_view path) {
  if (!path.starts_with('/')) return std::nullopt;
  std::vector<std::string_view> parts;
  while (!path.empty()) {
    const std::string_view part = path.substr(0, path.find('/'));
    path.remove_prefix(std::min(part.size() + 1, path.size()));
    if (part == "..") return std::nullopt;
    if (!part.empty() && part != ".") parts.push_back(part);
  }
  return parts;
}

void append_escaped_part(std::string_view part, std::string& name) {
  if (!name.empty()) name.push_back('-');
  for (const char c : part) {
    const bool is_leading_dot = name.empty() && c == '.';
    if (c == '-' || c == '\\' || is_leading_dot || !is_unit_byte(c)) {
      append_escaped(c, name);
    } else {
      name.push_back(c);
    }
  }
}

// The mount or device unit of a path.
std::string name_from_path(const std::vector<std::string_view>& parts) {
  std::string name;
  for (const std::string_view part : parts)
    append_escaped_part(part, name);
  if (name.empty()) name.push_back('-');
  const bool is_device = parts.size() > 1 && (parts[0] == "dev" || parts[0] == "sys");
  return name.append(is_device ? ".device" : ".mount");
}

std::string escape_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    if (c == '/') {
      name.push_back('-');
    } else if (is_glob_or_unit_byte(c)) {
      name.push_back(c);
    } else {
      append_escaped(c, name);
    }
  }
  return name;
}

}  // namespace

bool is_valid_unit_name(std::string_view name) {
  return is_valid_name(name, Templates::kRefused);
}

bool is_unit_glob(std::string_view text) {
  return text.find_first_of(kGlobBytes) != std::string_view::npos;
}

Result<std::string> mangle_unit_name(std::string_view text) {
  if (text.empty()) return fail(Error::make(Errc::kInvalidArgument, "empty unit name"));
  if (is_valid_name(text, Templates::kAllowed)) return std::string(text);

  // A path with ".." is mangled as if it were a name.
  if (const auto parts = split_path(text)) {
    std::string name = name_from_path(*parts);
    if (name.size() > kUnitNameMax) {
      return fail(Error::make(Errc::kTooLarge, "path too long for a unit name"));
    }
    return name;
  }
  std::string name = escape_name(text);
  if (!is_unit_glob(name) && !is_valid_name(name, Templates::kAllowed)) name.append(".service");
  return name;
}

}  // namespace logq::wire
