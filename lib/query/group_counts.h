// GroupCounts: how many entries have which combination of values in some fields.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "query/distinct_values.h"

namespace logq::query {

struct Group {
  std::vector<ValueId> values;  // one per field, kNoValue where entries lack it
  std::uint64_t count = 0;      // entries
};

// Not thread-safe: each thread has its own, and they are added up at the end.
class GroupCounts {
 public:
  // Combinations of one entry that are counted; what has more values has been made to be costly.
  // The values of one field are no more than the entry has: they are all counted.
  static constexpr std::size_t kMaxCombinations = 4096;

  explicit GroupCounts(std::size_t n_fields) : values_(n_fields) {}

  // Counts an entry that has the values add() was called with since the last entry. An entry with
  // several values of a field counts once for each of them, or each combination.
  void add(std::size_t field, ValueId value) { values_[field].push_back(value); }
  void end_entry();
  // Or forgets it.
  void drop_entry();

  // So many entries that have, of the only field, this value. REQUIRES: there is one field.
  void add_group(ValueId value, std::uint64_t count);

  void merge(const GroupCounts& other);

  // All groups, in no order that means anything.
  [[nodiscard]] std::vector<Group> groups() const;

  // Entries of which combinations were left out, since they had too many.
  [[nodiscard]] std::uint64_t n_cut() const { return n_cut_; }

 private:
  // A combination is a way through a tree: one node per field.
  struct Node {
    std::uint32_t parent = 0;  // 0: the root, of which nothing is kept; else its index + 1
    ValueId value = kNoValue;
    std::uint64_t count = 0;
  };

  std::uint32_t node_of(std::uint32_t parent, ValueId value);
  [[nodiscard]] std::size_t most_combinations() const {
    return values_.size() == 1 ? values_.front().size() : kMaxCombinations;
  }
  void keep_distinct_values();
  void count_below(std::uint32_t parent, std::size_t field);

  std::vector<std::vector<ValueId>> values_;  // of this entry, per field
  std::vector<Node> nodes_;
  std::unordered_map<std::uint64_t, std::uint32_t> children_;  // by parent and value
  std::size_t n_combinations_ = 0;                             // of this entry
  std::uint64_t n_cut_ = 0;
};

}  // namespace logq::query
