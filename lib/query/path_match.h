// What an absolute path among the positional arguments stands for (docs/protocols.md, "Matches").
#pragma once

#include <string>
#include <vector>

#include "logq/result.h"

namespace logq::query {

// Terms as if they had been typed instead of the path: an executable is the program that logged
// (_EXE=), a script is its name and its interpreter, a device node is that device and the devices
// it hangs on, in the current boot. Symbolic links are followed.
//
// kSystem when the path cannot be followed, kInvalidArgument when it is none of these.
[[nodiscard]] Result<std::vector<std::string>> terms_of_path(const std::string& path);

}  // namespace logq::query
