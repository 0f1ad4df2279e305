// Which boot -b means (query/id_selector.h has the grammar).
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "logq/id128.h"
#include "logq/result.h"
#include "query/id_selector.h"

namespace logq::journal {
struct BootSpan;
}

namespace logq::query {

using BootSelector = IdSelector;

// kInvalidArgument when `text` is no selector.
[[nodiscard]] Result<BootSelector> parse_boot_selector(std::string_view text);

// The boot in `boots`, which are ordered oldest first; nothing for "all". kNotFound when there is
// no such boot; describe_missing_boot() has the words.
[[nodiscard]] Result<std::optional<Id128>> select_boot(const BootSelector& selector,
                                                       const std::vector<journal::BootSpan>& boots);

// "Data from the specified boot (-3) is not available: No such boot ID in journal", as journalctl.
[[nodiscard]] std::string describe_missing_boot(const BootSelector& selector);

}  // namespace logq::query
