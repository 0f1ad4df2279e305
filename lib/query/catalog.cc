#include "query/catalog.h"

#include <algorithm>
#include <cstddef>

#include "query/payload.h"
#include "wire/utf8.h"

namespace logq::query {
namespace {

constexpr std::size_t kLongestPayload = 256;

bool is_field_letter(char c) {
  return c == '_' || (c >= 'A' && c <= 'Z');
}

// NAME of the "@NAME@" that `text` begins with; "" where there is none.
std::string_view field_at(std::string_view text) {
  if (!text.starts_with('@')) return {};
  text.remove_prefix(1);
  const auto* const end = std::find_if_not(text.begin(), text.end(), is_field_letter);
  if (end == text.end() || *end != '@') return {};
  return {text.begin(), end};
}

std::string_view value_of(std::string_view name,
                          std::span<const std::string_view> payloads,
                          CatalogValues values) {
  const std::optional<std::string_view> value = find_value(payloads, name);
  if (!value || name.size() + 1 + value->size() > kLongestPayload) return name;
  const std::string_view shown = value->substr(0, value->find('\0'));
  const bool may_be_shown =
      values == CatalogValues::kAll || wire::is_printable_utf8(shown, wire::Newlines::kAllowed);
  return may_be_shown ? shown : name;
}

}  // namespace

std::optional<std::string_view> Catalog::find(std::span<const std::string_view> payloads) const {
  const std::optional<std::string_view> value = find_value(payloads, "MESSAGE_ID");
  if (!value) return std::nullopt;
  const std::optional<Id128> id = Id128::parse(value->substr(0, value->find('\0')));
  return id ? find(*id) : std::nullopt;
}

void append_explanation(std::string_view text,
                        std::span<const std::string_view> payloads,
                        CatalogValues values,
                        std::string& out) {
  while (!text.empty()) {
    const std::size_t at = std::min(text.find('@'), text.size());
    out += text.substr(0, at);
    text.remove_prefix(at);
    const std::string_view name = field_at(text);
    if (!name.empty()) {
      out += value_of(name, payloads, values);
      text.remove_prefix(name.size() + 2);
    } else if (!text.empty()) {
      out += '@';
      text.remove_prefix(1);
    }
  }
}

}  // namespace logq::query
