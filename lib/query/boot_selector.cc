#include "query/boot_selector.h"

#include <algorithm>

#include "journal/boot_list.h"

namespace logq::query {

Result<BootSelector> parse_boot_selector(std::string_view text) {
  return parse_id_selector(text);
}

Result<std::optional<Id128>> select_boot(const BootSelector& selector,
                                         const std::vector<journal::BootSpan>& boots) {
  if (selector.all) return std::nullopt;
  const Error missing = Error::make(Errc::kNotFound, "no such boot in the journal");
  std::size_t at = 0;
  if (selector.id) {
    const auto found = std::find_if(boots.begin(), boots.end(), [&](const journal::BootSpan& boot) {
      return boot.boot_id == *selector.id;
    });
    if (found == boots.end()) return fail(missing);
    at = static_cast<std::size_t>(found - boots.begin());
  }
  const std::optional<std::size_t> index = selected_index(selector, at, boots.size());
  if (!index) return fail(missing);
  return boots[*index].boot_id;
}

std::string describe_missing_boot(const BootSelector& selector) {
  std::string boot = (selector.offset >= 0 ? "+" : "") + std::to_string(selector.offset);
  if (selector.id) boot = selector.id->to_string();
  return "Data from the specified boot (" + boot + ") is not available: No such boot ID in journal";
}

}  // namespace logq::query
