// The identifiers of this host. Both are read anew at each call; keep what you need.
#pragma once

#include "logq/id128.h"

namespace logq::base {

// /etc/machine-id, or the null id where there is none (a bare container).
Id128 machine_id();

// The kernel's id of the current boot.
Id128 boot_id();

}  // namespace logq::base
