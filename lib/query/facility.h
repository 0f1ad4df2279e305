// The syslog facilities of --facility (RFC 5424 section 6.2.1).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "logq/result.h"

namespace logq::query {

// A comma list of names and numbers ("kern,auth,3"), in the order given and each once; empty items
// count for nothing. kInvalidArgument for an unknown name or a number above 127, whose `offset` is
// the position of the item.
[[nodiscard]] Result<std::vector<int>> parse_facilities(std::string_view text);

// What --facility=help prints: a heading and one facility a line, each line with its newline.
[[nodiscard]] std::string facility_help();

}  // namespace logq::query
