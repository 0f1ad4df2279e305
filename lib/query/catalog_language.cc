#include "query/catalog_language.h"

namespace logq::query {

std::string_view language_of_catalog_file(std::string_view path) {
  constexpr std::string_view kSuffix = ".catalog";
  if (!path.ends_with(kSuffix)) return {};
  path.remove_suffix(kSuffix.size());
  const std::size_t before = path.find_last_of("./");
  if (before == std::string_view::npos || path[before] != '.') return {};
  const std::string_view language = path.substr(before + 1);
  const bool fits = language.size() >= kShortestLanguage && language.size() <= kLongestLanguage;
  return fits ? language : std::string_view();
}

std::vector<std::string> catalog_languages(std::string_view locale) {
  const std::string_view language = locale.substr(0, locale.find_first_of(".@"));
  const bool is_none = language.empty() || locale == "C" || locale == "POSIX";
  if (is_none || language.size() > kLongestLanguage) return {""};
  std::vector<std::string> languages = {std::string(language)};
  const std::size_t territory = language.find('_');
  if (territory != std::string_view::npos && territory > 0) {
    languages.emplace_back(language.substr(0, territory));
  }
  languages.emplace_back();
  return languages;
}

}  // namespace logq::query
