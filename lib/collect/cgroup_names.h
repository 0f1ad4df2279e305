// CgroupNames: the paths of control groups by the number the kernel gives them, so that the group
// of a process that has exited can be named.
//
// A number is not used again, and a group keeps its path as long as it lives. What was learnt is
// therefore true for good; of a group that is gone nothing can be learnt any more. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/unique_fd.h"

namespace logq::collect {

class CgroupNames {
 public:
  // `root` is where the unified hierarchy is mounted.
  explicit CgroupNames(std::string root);

  struct Cgroup {
    std::string path;           // as in /proc/PID/cgroup
    std::string invocation_id;  // of its unit when that was last looked at, empty when it never was
  };

  // What was seen of a living group.
  void learn(std::uint64_t id, std::string_view path, std::string_view invocation_id);
  // Null when nobody can tell. Valid until the next call of anything but lives().
  [[nodiscard]] const Cgroup* find(std::uint64_t id);
  // Whether the group is still there.
  [[nodiscard]] bool lives(std::uint64_t id, const Cgroup& group) const;

 private:
  [[nodiscard]] std::string path_by_handle(std::uint64_t id) const;
  void look_around();

  std::string root_;
  base::UniqueFd mount_;  // open where numbers of processes are those of its directories
  bool handles_allowed_ = true;
  std::uint64_t looked_at_usec_ = 0;
  std::unordered_map<std::uint64_t, Cgroup> groups_;
  std::deque<std::uint64_t> by_age_;  // first learnt first
};

}  // namespace logq::collect
