// A source file of a message catalog, or a compiled database, of any bytes.
#include <string>
#include <string_view>
#include <vector>

#include "query/catalog.h"
#include "query/catalog_database.h"
#include "query/catalog_language.h"
#include "query/catalog_source.h"
#include "query/catalog_text.h"
#include "require.h"

namespace {

using logq::fuzz::require;
using namespace logq::query;

bool lies_within(std::string_view part, std::string_view whole) {
  return part.size() <= whole.size();
}

void check_text(std::string_view text) {
  const std::string_view headers = catalog_headers(text);
  require(text.starts_with(headers));
  require(headers.empty() || headers.ends_with('\n'));
  require(lies_within(find_catalog_header(text, "Subject:").value_or(""), text));
  require(lies_within(find_catalog_documentation(text).value_or(""), text));
  const std::vector<std::string_view> payloads = {"A=@A@", "B=\x1b[2J", "LONG_NAME="};
  std::string plain;
  append_explanation(text, payloads, CatalogValues::kPrintable, plain);
  std::string all;
  append_explanation(text, payloads, CatalogValues::kAll, all);
  require(plain.size() <= all.size());
  require(all.size() <= 4 * text.size());
}

// Every entry of a source is found in the database that is compiled of it.
void check_source(std::string_view bytes, std::string_view language) {
  CatalogEntries entries;
  const auto parsed = parse_catalog_source(bytes, language, entries);
  if (!parsed) require(parsed.error().line > 0 && !parsed.error().what.empty());
  if (entries.size() == 0) return;
  const auto database = CatalogDatabase::parse(encode_catalog_database(entries));
  require(database.has_value());
  require(database->size() == entries.size());
  for (const auto& [key, texts] : entries.texts()) {
    const std::vector<std::string> languages = {key.language};
    const auto text = database->find(key.id, languages);
    require(text.has_value());
    require(*text == merge_catalog_texts(texts));
    require(text->size() <= 2 * bytes.size());
    check_text(*text);
  }
}

void check_database(std::string_view bytes) {
  const auto database = CatalogDatabase::parse(std::string(bytes));
  if (!database) return;
  require(database->size() <= bytes.size());
  const std::vector<std::string> languages = {"de", ""};
  for (std::size_t i = 0; i < database->size(); ++i) {
    const auto text = database->find(database->id_at(i), languages);
    if (!text) continue;
    require(lies_within(*text, bytes));
    require(text->find('\0') == std::string_view::npos);
  }
}

}  // namespace

int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_source(bytes, "");
  check_source(bytes, "de");
  check_database(bytes);
  check_text(bytes);
  for (const std::string& language : catalog_languages(bytes))
    require(language.size() <= kLongestLanguage);
  require(language_of_catalog_file(bytes).size() <= kLongestLanguage);
  return 0;
}
