#include "query/distinct_values.h"

namespace logq::query {

ValueId DistinctValues::id_of(std::string_view text) {
  const std::lock_guard lock(mutex_);
  const auto found = ids_.find(text);
  if (found != ids_.end()) return found->second;
  texts_.emplace_back(text);
  const auto id = static_cast<ValueId>(texts_.size());
  ids_.emplace(texts_.back(), id);
  return id;
}

}  // namespace logq::query
