#include "query/written_quantity.h"

#include <algorithm>

#include "base/quantity.h"

namespace logq::query {
namespace {

bool begins_with_number(std::string_view text) {
  return !text.empty() && ((text[0] >= '0' && text[0] <= '9') || text[0] == '.');
}

bool has_letter(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || static_cast<unsigned char>(c) >= 128;
  });
}

// Longer texts are no spans or sizes; a message may be of any length.
constexpr std::size_t kQuantityMax = 128;

bool may_have_unit(std::string_view text) {
  return text.size() <= kQuantityMax && begins_with_number(text) && has_letter(text);
}

}  // namespace

std::optional<std::uint64_t> parse_span_with_unit(std::string_view text) {
  if (!may_have_unit(text)) return std::nullopt;
  return base::parse_time_span(text);
}

std::optional<std::uint64_t> parse_size_with_unit(std::string_view text) {
  if (!may_have_unit(text)) return std::nullopt;
  for (const std::string_view ending : {"iB", "B"}) {
    if (!text.ends_with(ending)) continue;
    const std::string_view stem = text.substr(0, text.size() - ending.size());
    if (stem.find_last_of("KMGTPE") + 1 == stem.size() && !stem.empty()) text = stem;
    break;
  }
  return base::parse_size(text);
}

}  // namespace logq::query
