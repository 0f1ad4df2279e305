#include "collect/cgroup_path.h"

#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <charconv>

#include "wire/unit_name.h"

namespace logq::collect {
namespace {

constexpr const char* kNamedRoot = "/sys/fs/cgroup/systemd";

void skip_slashes(std::string_view& rest) {
  rest.remove_prefix(std::min(rest.find_first_not_of('/'), rest.size()));
}

// Takes the first component off `rest`; empty at the end.
std::string_view take_component(std::string_view& rest) {
  skip_slashes(rest);
  const std::string_view component = rest.substr(0, rest.find('/'));
  rest.remove_prefix(component.size());
  return component;
}

// Names that would clash with kernel files are written with a leading underscore.
std::string_view unescape(std::string_view component) {
  if (component.starts_with('_')) component.remove_prefix(1);
  return component;
}

bool is_slice(std::string_view component) {
  return component.ends_with(".slice") && wire::is_valid_unit_name(unescape(component));
}

// Takes all leading slices off `rest` and returns the innermost, or the root slice.
std::string take_slices(std::string_view& rest) {
  std::string slice = "-.slice";
  while (true) {
    std::string_view after = rest;
    const std::string_view component = take_component(after);
    if (!is_slice(component)) return slice;
    slice = unescape(component);
    rest = after;
  }
}

std::optional<std::string> unit_at(std::string_view rest) {
  const std::string_view name = unescape(take_component(rest));
  if (name.ends_with(".slice") || !wire::is_valid_unit_name(name)) return std::nullopt;
  return std::string(name);
}

std::optional<uid_t> parse_user_uid(std::string_view text) {
  uid_t uid = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), uid);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  if (uid == static_cast<uid_t>(-1) || uid == 0xffff) return std::nullopt;
  return uid;
}

// The text between a prefix and a suffix, when both are there.
std::optional<std::string_view> between(std::string_view text,
                                        std::string_view prefix,
                                        std::string_view suffix) {
  if (text.size() <= prefix.size() + suffix.size()) return std::nullopt;
  if (!text.starts_with(prefix) || !text.ends_with(suffix)) return std::nullopt;
  return text.substr(prefix.size(), text.size() - prefix.size() - suffix.size());
}

std::optional<std::string> session_of(std::string_view component) {
  const auto id = between(unescape(component), "session-", ".scope");
  const auto is_alphanumeric = [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
  };
  if (!id.has_value() || !std::all_of(id->begin(), id->end(), is_alphanumeric)) return std::nullopt;
  return std::string(*id);
}

// What the kernel adds for a zombie whose group was removed.
std::string_view without_mark(std::string_view path) {
  constexpr std::string_view kDeleted = " (deleted)";
  if (path.ends_with(kDeleted)) path.remove_suffix(kDeleted.size());
  return path;
}

bool is_user_manager(std::string_view component) {
  const auto uid = between(unescape(component), "user@", ".service");
  return uid.has_value() && parse_user_uid(*uid).has_value();
}

}  // namespace

CgroupOwner parse_cgroup_path(std::string_view path) {
  CgroupOwner owner;
  std::string_view rest = path;
  owner.slice = take_slices(rest);
  if (const auto uid = between(*owner.slice, "user-", ".slice"))
    owner.owner_uid = parse_user_uid(*uid);
  owner.unit = unit_at(rest);

  const std::string_view component = take_component(rest);
  owner.session = session_of(component);
  if (owner.session.has_value() || is_user_manager(component)) {
    owner.user_slice = take_slices(rest);
    owner.user_unit = unit_at(rest);
  }
  return owner;
}

std::string_view unit_cgroup_path(std::string_view path) {
  std::string_view rest = path;
  take_slices(rest);
  if (!unit_at(rest).has_value()) return {};
  take_component(rest);
  return path.substr(0, path.size() - rest.size());
}

std::optional<std::string> find_cgroup_path(std::string_view proc_cgroup,
                                            CgroupHierarchy hierarchy) {
  const std::string_view wanted = hierarchy == CgroupHierarchy::kUnified ? ":" : ":name=systemd:";
  while (!proc_cgroup.empty()) {
    const std::string_view line = proc_cgroup.substr(0, proc_cgroup.find('\n'));
    proc_cgroup.remove_prefix(std::min(line.size() + 1, proc_cgroup.size()));
    const std::size_t id_end = std::min(line.find(':'), line.size());
    const std::string_view id = line.substr(0, id_end);
    std::string_view tail = line.substr(id_end);
    if (hierarchy == CgroupHierarchy::kUnified) {
      if (id != "0" || !tail.starts_with("::/")) continue;
      return std::string(without_mark(tail.substr(2)));
    }
    if (!tail.starts_with(wanted)) continue;
    tail.remove_prefix(wanted.size());
    if (tail.starts_with('/')) return std::string(without_mark(tail));
  }
  return std::nullopt;
}

CgroupHierarchy detect_cgroup_hierarchy() {
  return detect_cgroup_root() == kNamedRoot ? CgroupHierarchy::kNamedSystemd
                                            : CgroupHierarchy::kUnified;
}

std::string detect_cgroup_root() {
  for (const char* path : {"/sys/fs/cgroup", "/sys/fs/cgroup/unified"}) {
    struct statfs status {};
    if (::statfs(path, &status) == 0 && status.f_type == CGROUP2_SUPER_MAGIC) return path;
  }
  return kNamedRoot;
}

}  // namespace logq::collect
