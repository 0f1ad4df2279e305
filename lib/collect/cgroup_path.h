// What a control-group path tells about the owner of a process, by systemd's conventions: slices,
// sessions, units of the system and of a user's manager (docs/protocols.md, "Trusted fields").
// Pure text; no file is read.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

namespace logq::collect {

// Absent members are what the path does not tell.
struct CgroupOwner {
  std::optional<std::string> session;
  std::optional<uid_t> owner_uid;
  std::optional<std::string> unit;
  std::optional<std::string> user_unit;
  std::optional<std::string> slice;
  std::optional<std::string> user_slice;
};

// REQUIRES: `path` begins with '/'.
[[nodiscard]] CgroupOwner parse_cgroup_path(std::string_view path);

// The part of such a path that is the control group of the system's own unit, for what systemd
// writes there about it; empty where the path names none.
[[nodiscard]] std::string_view unit_cgroup_path(std::string_view path);

// Which of the lines of /proc/PID/cgroup systemd keeps its tree in.
enum class CgroupHierarchy { kUnified, kNamedSystemd };

// The path in that hierarchy, out of the text of /proc/PID/cgroup.
[[nodiscard]] std::optional<std::string> find_cgroup_path(std::string_view proc_cgroup,
                                                          CgroupHierarchy hierarchy);

// The hierarchy of this host, found as systemd does: from what is mounted at /sys/fs/cgroup.
[[nodiscard]] CgroupHierarchy detect_cgroup_hierarchy();
// The directory its tree begins at.
[[nodiscard]] std::string detect_cgroup_root();

}  // namespace logq::collect
