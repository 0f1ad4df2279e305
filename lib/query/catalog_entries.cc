#include "query/catalog_entries.h"

#include <utility>

namespace logq::query {

bool CatalogEntries::add(const CatalogKey& key, std::string text) {
  if (text.size() > kMaxBytes - bytes_) return false;
  bytes_ += text.size();
  texts_[key].push_back(std::move(text));
  return true;
}

}  // namespace logq::query
