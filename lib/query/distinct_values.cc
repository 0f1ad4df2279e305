#include "query/distinct_values.h"

#include <algorithm>
#include <array>
#include <bit>

#include "journal/payload_digest.h"
#include "logq/id128.h"

namespace logq::query {
namespace {

constexpr std::size_t kFirstSlots = 256;
constexpr std::size_t kChunkBytes = std::size_t{256} << 10;

}  // namespace

DistinctValues::DistinctValues()
    : seed_(std::bit_cast<std::array<std::uint64_t, 2>>(Id128::random().bytes)[0]),
      slots_(kFirstSlots) {}

ValueId DistinctValues::id_of(std::string_view text) {
  const auto hash = static_cast<std::uint32_t>(journal::payload_digest(text, seed_));
  const std::lock_guard lock(mutex_);
  std::size_t at = hash & (slots_.size() - 1);
  for (; slots_[at].id != kNoValue; at = (at + 1) & (slots_.size() - 1)) {
    if (slots_[at].hash == hash && texts_[slots_[at].id - 1] == text) return slots_[at].id;
  }
  texts_.push_back(keep(text));
  const auto id = static_cast<ValueId>(texts_.size());
  slots_[at] = {hash, id};
  if (texts_.size() > slots_.size() / 3 * 2) grow();
  return id;
}

void DistinctValues::grow() {
  std::vector<Slot> slots(slots_.size() * 2);
  for (const Slot& slot : slots_) {
    if (slot.id == kNoValue) continue;
    std::size_t at = slot.hash & (slots.size() - 1);
    while (slots[at].id != kNoValue)
      at = (at + 1) & (slots.size() - 1);
    slots[at] = slot;
  }
  slots_ = std::move(slots);
}

std::string_view DistinctValues::keep(std::string_view text) {
  if (text.size() > n_free_) {
    n_free_ = std::max(kChunkBytes, text.size());
    chunks_.push_back(std::make_unique_for_overwrite<char[]>(n_free_));
    free_ = chunks_.back().get();
  }
  std::copy(text.begin(), text.end(), free_);
  const std::string_view kept(free_, text.size());
  free_ += text.size();
  n_free_ -= text.size();
  return kept;
}

}  // namespace logq::query
