#include "journal/item_order.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <functional>

namespace logq::journal {
namespace {

// The compiler makes vector instructions of it, or plain ones where there are none.
using Lanes [[gnu::vector_size(16)]] = std::int32_t;
constexpr std::size_t kLanes = 4;

// As a signed number that compares as the offset does: vector units compare signed ones.
std::int32_t signed_key(std::uint32_t offset) {
  return static_cast<std::int32_t>(offset ^ 0x80000000U);
}

Lanes load_lanes(const std::int32_t* keys) {
  Lanes lanes;
  std::memcpy(&lanes, keys, sizeof lanes);
  return lanes;
}

}  // namespace

// False, and nothing done, where that is no longer their order.
bool ItemOrder::sort_as_before(std::span<std::uint32_t> offsets, const Origins& origins) {
  std::array<std::uint32_t, kRankedMax> placed;
  std::uint32_t before = 0;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const std::uint32_t offset = offsets[origins[i]];
    if (offset <= before) return false;
    placed[i] = before = offset;
  }
  std::memcpy(offsets.data(), placed.data(), offsets.size_bytes());
  return true;
}

// Each offset goes where the number of smaller ones says. For the few dozen items of an entry, in
// no particular order, that is several times faster than a sort, whose branches nobody can predict.
// Equal offsets share a place and leave a gap behind it.
std::size_t ItemOrder::sort_by_rank(std::span<std::uint32_t> offsets, Origins& origins) {
  std::array<std::int32_t, kRankedMax> keys{};
  std::array<std::uint32_t, kRankedMax> ranks;
  std::array<std::uint32_t, kRankedMax> placed{};
  for (std::size_t i = 0; i < offsets.size(); ++i)
    keys[i] = signed_key(offsets[i]);

  for (std::size_t i = 0; i < offsets.size(); i += 2 * kLanes) {
    const Lanes first = load_lanes(&keys[i]);
    const Lanes second = load_lanes(&keys[i + kLanes]);
    Lanes below_first{};
    Lanes below_second{};
    for (std::size_t j = 0; j < offsets.size(); ++j) {
      const Lanes other = {keys[j], keys[j], keys[j], keys[j]};
      below_first -= other < first;  // a comparison that holds is -1
      below_second -= other < second;
    }
    std::memcpy(&ranks[i], &below_first, sizeof below_first);
    std::memcpy(&ranks[i + kLanes], &below_second, sizeof below_second);
  }

  for (std::size_t i = 0; i < offsets.size(); ++i)
    placed[ranks[i]] = offsets[i];
  for (std::size_t i = 0; i < offsets.size(); ++i)
    origins[ranks[i]] = static_cast<std::uint8_t>(i);
  std::size_t distinct = 0;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    offsets[distinct] = placed[i];
    if (placed[i] != 0) ++distinct;
  }
  // With a gap it is no order of distinct ones.
  if (distinct < offsets.size()) origins = {};
  return distinct;
}

std::size_t ItemOrder::sort_distinct(std::span<std::uint32_t> offsets) {
  // The values of one program often come in the order in which they came first.
  const auto ascending = std::adjacent_find(offsets.begin(), offsets.end(), std::greater_equal<>{});
  if (ascending == offsets.end()) return offsets.size();
  if (offsets.size() <= kRankedMax) {
    Origins& origins = origins_[offsets.size()];
    return sort_as_before(offsets, origins) ? offsets.size() : sort_by_rank(offsets, origins);
  }
  std::sort(offsets.begin(), offsets.end());
  const auto end = std::unique(offsets.begin(), offsets.end());
  return static_cast<std::size_t>(end - offsets.begin());
}

}  // namespace logq::journal
