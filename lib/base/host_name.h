// What uname(1) -n prints.
#pragma once

#include <string>

namespace logq::base {

// Empty where the kernel does not tell.
[[nodiscard]] std::string host_name();

}  // namespace logq::base
