#include "query/catalog_text.h"

#include <algorithm>

#include "base/ascii.h"

namespace logq::query {
namespace {

// The rest of the line that `text` begins with, without the blanks before it.
std::string_view value_at(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(base::kBlanks), text.size()));
  return text.substr(0, text.find_first_of("\n\r"));
}

}  // namespace

std::string_view catalog_headers(std::string_view text) {
  std::size_t end = 0;
  while (true) {
    const std::size_t newline = text.find('\n', end);
    if (newline == std::string_view::npos || newline == end) return text.substr(0, end);
    end = newline + 1;
  }
}

std::optional<std::string_view> find_catalog_header(std::string_view text, std::string_view name) {
  // Values may begin behind the headers, where one is empty; names do not.
  std::size_t at = 0;
  while (true) {
    if (text.substr(at).starts_with(name)) return value_at(text.substr(at + name.size()));
    const std::size_t newline = text.find('\n', at);
    if (newline == std::string_view::npos || newline == at) return std::nullopt;
    at = newline + 1;
  }
}

std::optional<std::string_view> find_catalog_documentation(std::string_view text) {
  constexpr std::string_view kName = "\nDocumentation:";
  if (text.starts_with(kName.substr(1))) return value_at(text.substr(kName.size() - 1));
  const std::size_t at = text.find(kName);
  if (at == std::string_view::npos) return std::nullopt;
  return value_at(text.substr(at + kName.size()));
}

std::string merge_catalog_texts(const std::vector<std::string>& texts) {
  std::string merged;
  for (auto text = texts.rbegin(); text != texts.rend(); ++text)
    merged += catalog_headers(*text);
  for (auto text = texts.rbegin(); text != texts.rend(); ++text) {
    const std::string_view body = std::string_view(*text).substr(catalog_headers(*text).size());
    if (body.empty()) continue;
    merged += body;
    break;
  }
  return merged;
}

}  // namespace logq::query
