// The identifiers of this host. Both are read anew at each call; keep what you need.
#pragma once

#include "logq/id128.h"
#include "logq/result.h"

namespace logq::base {

// Of /etc/machine-id. Errors: kSystem when it cannot be read (there is none in a bare container),
// kNotFound while it is empty or "uninitialized" (a first boot that is under way), kInvalidArgument
// when it is anything else that is no id.
Result<Id128> read_machine_id();
// The same, the null id where there is none.
Id128 machine_id();

// The kernel's id of the current boot.
Id128 boot_id();

}  // namespace logq::base
