// DistinctValues: short numbers for texts, so that what is counted is compared and kept as numbers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string_view>
#include <vector>

namespace logq::query {

using ValueId = std::uint32_t;

// What stands for "no value"; no text has it.
inline constexpr ValueId kNoValue = 0;

class DistinctValues {
 public:
  DistinctValues();

  // The number of a text, from 1 on in the order of their first mention. Thread-safe.
  [[nodiscard]] ValueId id_of(std::string_view text);

  // The text of a number that id_of() gave; it lives as long as this. Not while others call
  // id_of().
  [[nodiscard]] std::string_view text(ValueId id) const { return texts_[id - 1]; }
  [[nodiscard]] std::size_t size() const { return texts_.size(); }

 private:
  struct Slot {
    std::uint32_t hash = 0;  // a part of it
    ValueId id = kNoValue;   // kNoValue: free
  };

  void grow();
  [[nodiscard]] std::string_view keep(std::string_view text);

  // Whoever writes texts does not know it, so that he cannot make them all fall on one place.
  std::uint64_t seed_;
  std::mutex mutex_;
  std::vector<std::string_view> texts_;  // in chunks_
  std::deque<std::unique_ptr<char[]>> chunks_;
  char* free_ = nullptr;  // in the last chunk
  std::size_t n_free_ = 0;
  std::vector<Slot> slots_;  // a power of two, at least a third of them free
};

}  // namespace logq::query
