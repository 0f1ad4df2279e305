// Where a symbolic link leads, also one that leads to no file but is the value of something.
#pragma once

#include <optional>
#include <string>

namespace logq::collect {

// Nothing where there is no such link.
[[nodiscard]] std::optional<std::string> link_target(const std::string& path);

}  // namespace logq::collect
