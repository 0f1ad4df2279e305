// Small message catalogs for tests.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "query/catalog.h"
#include "query/catalog_language.h"
#include "query/catalog_source.h"

namespace logq::test {

inline constexpr std::string_view kOne = "11111111111111111111111111111111";
inline constexpr std::string_view kTwo = "22222222222222222222222222222222";

inline Id128 id_of(std::string_view digits) {
  return *Id128::parse(digits);
}

// The entries of one source file.
inline query::CatalogEntries parsed_catalog(std::string_view source,
                                            std::string_view language = "") {
  query::CatalogEntries entries;
  if (!query::parse_catalog_source(source, language, entries)) {
    throw std::runtime_error("the test's catalog is wrong");
  }
  return entries;
}

// A catalog compiled of one source file, for a reader with this locale.
inline query::Catalog compiled_catalog(std::string_view source, std::string_view locale = "C") {
  auto database =
      query::CatalogDatabase::parse(query::encode_catalog_database(parsed_catalog(source)));
  if (!database) throw std::runtime_error("the test's database is wrong");
  return {std::move(*database), query::catalog_languages(locale)};
}

}  // namespace logq::test
