// The files of message catalogs on a machine: sources, which packages install, and the database
// that is compiled of them.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "logq/result.h"
#include "query/catalog_database.h"
#include "query/catalog_entries.h"

namespace logq::query {

struct CatalogPlaces {
  std::string database;
  // A file in an earlier one hides those of its name in later ones.
  std::vector<std::string> source_directories;
};

// systemd's, below `root` ("" for the machine's own).
[[nodiscard]] CatalogPlaces catalog_places(const std::string& root);

struct CatalogFileNote {
  std::string path;
  std::size_t line = 0;  // 0: the file as a whole
  std::string what;      // without a period
};

struct CatalogSources {
  CatalogEntries entries;
  std::vector<CatalogFileNote> remarks;   // odd, and taken all the same
  std::vector<CatalogFileNote> problems;  // wrong: the file was not read further
};

// All *.catalog files of the directories, in the order of their names. Directories that are not
// there or cannot be read are left out.
[[nodiscard]] std::vector<std::string> list_catalog_files(
    const std::vector<std::string>& directories);
[[nodiscard]] CatalogSources read_catalog_sources(const std::vector<std::string>& directories);

// The database, or where there is none what the sources say, as far as they are sound: reading
// those of a whole system takes a few milliseconds. kNotFound where there are neither.
Result<CatalogDatabase> load_catalog_database(const CatalogPlaces& places);

// Replaces the database by one of these entries, or leaves it as it is. Makes its directory.
Result<void> write_catalog_database(const CatalogPlaces& places, const CatalogEntries& entries);

}  // namespace logq::query
