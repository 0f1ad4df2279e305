// The root directory of a local container: `-M NAME`.
#pragma once

#include <string>
#include <string_view>

#include "common/exit_status.h"

namespace logq::cli {

// A path that stays that of the container's root directory as long as this process lives, even when
// the container ends. systemd-machined tells of each machine that runs in a file of `machines`, and
// the root directory is that of the process it calls the leader. A failure says whether there is no
// such machine, it is none that runs on this kernel, or its files may not be looked at.
Outcome<std::string> container_root(std::string_view name,
                                    const std::string& machines = "/run/systemd/machines");

}  // namespace logq::cli
