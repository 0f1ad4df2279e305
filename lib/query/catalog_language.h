// The languages of a message catalog: which one a source file is written in, and in which order a
// reader looks for an explanation.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace logq::query {

// What a database has room for. The language of an entry that is not translated is "".
inline constexpr std::size_t kShortestLanguage = 2;
inline constexpr std::size_t kLongestLanguage = 31;

// "de" of a file "…/app.de.catalog"; "" where the name says none.
[[nodiscard]] std::string_view language_of_catalog_file(std::string_view path);

// The languages to look for, best first, for a value of LC_MESSAGES: of "de_AT.UTF-8" these are
// "de_AT", "de" and "". What follows a dot or an @ says nothing about the language.
[[nodiscard]] std::vector<std::string> catalog_languages(std::string_view locale);

}  // namespace logq::query
