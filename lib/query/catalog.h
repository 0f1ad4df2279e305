// Catalog: explains entries by their MESSAGE_ID, in the language of the reader.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "query/catalog_database.h"

namespace logq::query {

// Which values may become part of an explanation.
enum class CatalogValues : std::uint8_t {
  kPrintable,  ///< what a terminal may be sent
  kAll,        ///< also control characters, as journalctl
};

// Immutable: the formats of all threads share one.
class Catalog {
 public:
  // `languages` as catalog_languages() yields them.
  Catalog(CatalogDatabase database, std::vector<std::string> languages)
      : database_(std::move(database)),
        languages_(std::move(languages)) {}

  // What there is about an entry with these payloads, with @FIELD@s still in it. Nothing where its
  // MESSAGE_ID is no id or unknown.
  [[nodiscard]] std::optional<std::string_view> find(
      std::span<const std::string_view> payloads) const;

  // The text about a message.
  [[nodiscard]] std::optional<std::string_view> find(const Id128& id) const {
    return database_.find(id, languages_);
  }

  [[nodiscard]] const CatalogDatabase& database() const { return database_; }

 private:
  CatalogDatabase database_;
  std::vector<std::string> languages_;
};

// Appends `text` with each @FIELD@ replaced by the field's value. A field that is not there, or has
// more than 256 bytes with its name, is replaced by its name alone.
void append_explanation(std::string_view text,
                        std::span<const std::string_view> payloads,
                        CatalogValues values,
                        std::string& out);

}  // namespace logq::query
