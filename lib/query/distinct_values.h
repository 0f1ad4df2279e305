// DistinctValues: short numbers for texts, so that what is counted is compared and kept as numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

namespace logq::query {

using ValueId = std::uint32_t;

// What stands for "no value"; no text has it.
inline constexpr ValueId kNoValue = 0;

class DistinctValues {
 public:
  // The number of a text, from 1 on in the order of their first mention. Thread-safe.
  [[nodiscard]] ValueId id_of(std::string_view text);

  // The text of a number that id_of() gave; it lives as long as this. Not while others call
  // id_of().
  [[nodiscard]] std::string_view text(ValueId id) const { return texts_[id - 1]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  std::mutex mutex_;
  std::deque<std::string> texts_;  // which stay where they are
  std::unordered_map<std::string_view, ValueId> ids_;
};

}  // namespace logq::query
