#include "journal/recent_values.h"

#include <algorithm>
#include <utility>

namespace logq::journal {

void RecentValues::put(const KnownValue& value) {
  ++puts_;
  KnownValue& slot = victim(sets_[index(value.digest)]);
  const bool displaces = slot.data_offset != 0;
  slot = value;
  if (!displaces || sets_.size() == kSetsMax) return;
  if (++displaced_ > sets_.size() / 2) grow();
}

// An empty slot, or the value in the fewest entries: its last array tells how many there are. Ties
// go to the one that came first, and the newcomer goes behind the others, so that values that are
// seen twice and never again replace each other.
KnownValue& RecentValues::victim(Set& set) {
  const auto rarest = std::min_element(
      set.begin(), set.end(),
      [](const KnownValue& a, const KnownValue& b) { return a.tail.capacity < b.tail.capacity; });
  std::rotate(rarest, rarest + 1, set.end());
  return set.back();
}

// The digest has bits to spare for every size, so nothing is hashed again.
void RecentValues::grow() {
  std::vector<Set> old(sets_.size() * 2);
  std::swap(old, sets_);
  mask_ = static_cast<std::uint32_t>(sets_.size() - 1);
  displaced_ = 0;
  for (const Set& set : old) {
    for (const KnownValue& value : set) {
      if (value.data_offset != 0) victim(sets_[index(value.digest)]) = value;
    }
  }
}

}  // namespace logq::journal
