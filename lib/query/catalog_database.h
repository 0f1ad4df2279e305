// The compiled message catalog, systemd's /var/lib/systemd/catalog/database: a header, items sorted
// by message id and language, and their texts, each ended by NUL (docs/catalog.md, "The database").
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "logq/id128.h"
#include "logq/result.h"
#include "query/catalog_entries.h"

namespace logq::query {

// What a reader takes for a database at most.
inline constexpr std::size_t kMaxCatalogBytes = std::size_t{64} << 20;

[[nodiscard]] std::string encode_catalog_database(const CatalogEntries& entries);

// The bytes of a database, which anybody may have written: each is checked where it is used, and
// what lies beyond the end is not there. Immutable; any number of threads may look things up.
class CatalogDatabase {
 public:
  // kTruncated, kCorrupt, or kUnsupported for flags that mean a format we do not know.
  static Result<CatalogDatabase> parse(std::string bytes);

  // The text in the first of these languages that there is. It lives as long as the database.
  [[nodiscard]] std::optional<std::string_view> find(const Id128& id,
                                                     std::span<const std::string> languages) const;

  // Items of all languages.
  [[nodiscard]] std::size_t size() const { return n_items_; }
  // REQUIRES: index < size().
  [[nodiscard]] Id128 id_at(std::size_t index) const;

 private:
  CatalogDatabase() = default;
  [[nodiscard]] std::string_view key_at(std::size_t index) const;
  [[nodiscard]] std::optional<std::size_t> find_item(std::string_view key) const;
  [[nodiscard]] std::optional<std::string_view> text_at(std::size_t index) const;

  std::string bytes_;
  std::size_t header_size_ = 0;
  std::size_t item_size_ = 0;
  std::size_t n_items_ = 0;
};

}  // namespace logq::query
