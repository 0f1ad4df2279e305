// CatalogEntries: explanations of messages on their way from source files into a database, sorted
// as a database has them: by message id, then by language.
#pragma once

#include <compare>
#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "logq/id128.h"

namespace logq::query {

struct CatalogKey {
  Id128 id;
  std::string language;  // "" for what is not translated

  friend auto operator<=>(const CatalogKey&, const CatalogKey&) = default;
};

class CatalogEntries {
 public:
  // All texts together may not become larger: a file system full of catalogs is a mistake.
  static constexpr std::size_t kMaxBytes = std::size_t{32} << 20;

  // Adds a text that was read after all that are there. False, and nothing is added, where there
  // would be too much of it.
  [[nodiscard]] bool add(const CatalogKey& key, std::string text);

  [[nodiscard]] std::size_t size() const { return texts_.size(); }
  // The texts of each key in the order of reading, to be merged (query/catalog_text.h).
  [[nodiscard]] const std::map<CatalogKey, std::vector<std::string>>& texts() const {
    return texts_;
  }

 private:
  std::map<CatalogKey, std::vector<std::string>> texts_;
  std::size_t bytes_ = 0;
};

}  // namespace logq::query
