// The source form of message catalogs, files named *.catalog (docs/catalog.md, "Source files"):
//
//   # a comment
//   -- 546da41acd7f462bb47adac26be3b6ca
//   Subject: The journal is collected elsewhere
//   Defined-By: logqd
//
//   What it means, with @FIELDS@ of the entry in it.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "logq/result.h"
#include "query/catalog_entries.h"

namespace logq::query {

struct CatalogSourceNote {
  std::size_t line = 0;   // from 1
  std::string_view what;  // a literal, without a period
};

// Adds what the file says to `entries`. `language` is that of the file, "" for none. Yields what is
// odd about it, or what is wrong: then nothing from that line on, and not the entry before it, was
// added.
tl::expected<std::vector<CatalogSourceNote>, CatalogSourceNote> parse_catalog_source(
    std::string_view bytes, std::string_view language, CatalogEntries& entries);

}  // namespace logq::query
