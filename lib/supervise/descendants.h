// The processes that come from this one, by the lists of children that the kernel keeps of each
// thread. Unlike a look at all of /proc this costs nothing for the processes of others.
//
// The lists change while they are read one after the other, so they are read until two readings
// are the same: a parent that ends in between is in one of them only.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "supervise/process_list.h"

namespace logq::supervise {

struct Descendant {
  ProcessInfo info;
  ProcessInfo child;  // of the root's, that it descends from, or is
};

// By their pids. `is_wanted` says of a child of `root` whether it and what comes from it is asked
// for. Nothing where the kernel has no such lists (CONFIG_PROC_CHILDREN), or where they do not stay
// the same for long enough; `proc` is where /proc is.
//
// REQUIRES: `root` is this process, and it has one thread: no child leaves its list meanwhile.
[[nodiscard]] std::optional<std::vector<Descendant>> find_descendants(
    pid_t root,
    const std::function<bool(pid_t child)>& is_wanted,
    const std::string& proc = "/proc");

}  // namespace logq::supervise
