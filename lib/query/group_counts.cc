#include "query/group_counts.h"

#include <algorithm>

namespace logq::query {

std::uint32_t GroupCounts::node_of(std::uint32_t parent, ValueId value) {
  const std::uint64_t key = std::uint64_t{parent} << 32 | value;
  const auto [child, is_new] =
      children_.try_emplace(key, static_cast<std::uint32_t>(nodes_.size() + 1));
  if (is_new) nodes_.push_back({parent, value, 0});
  return child->second;
}

// The same value twice is one, as far as its entry is concerned.
void GroupCounts::keep_distinct_values() {
  for (std::vector<ValueId>& values : values_) {
    if (values.empty()) values.push_back(kNoValue);
    if (values.size() == 1) continue;
    std::sort(values.begin(), values.end());
    values.erase(std::unique(values.begin(), values.end()), values.end());
  }
}

void GroupCounts::count_below(std::uint32_t parent, std::size_t field) {
  for (const ValueId value : values_[field]) {
    if (n_combinations_ == most_combinations()) return;
    const std::uint32_t node = node_of(parent, value);
    if (field + 1 < values_.size()) {
      count_below(node, field + 1);
    } else {
      ++nodes_[node - 1].count;
      ++n_combinations_;
    }
  }
}

void GroupCounts::end_entry() {
  keep_distinct_values();
  std::size_t wanted = 1;
  for (const std::vector<ValueId>& values : values_)
    wanted = std::min(wanted * values.size(), kMaxCombinations + 1);
  if (wanted > most_combinations()) ++n_cut_;
  n_combinations_ = 0;
  count_below(0, 0);
  drop_entry();
}

void GroupCounts::drop_entry() {
  for (std::vector<ValueId>& values : values_)
    values.clear();
}

void GroupCounts::add_group(ValueId value, std::uint64_t count) {
  const std::uint32_t node = node_of(0, value);
  nodes_[node - 1].count += count;
}

void GroupCounts::merge(const GroupCounts& other) {
  std::vector<std::uint32_t> ours(other.nodes_.size() + 1, 0);
  for (std::size_t i = 0; i < other.nodes_.size(); ++i) {
    const Node& node = other.nodes_[i];  // a parent comes before its children
    ours[i + 1] = node_of(ours[node.parent], node.value);
    nodes_[ours[i + 1] - 1].count += node.count;
  }
  n_cut_ += other.n_cut_;
}

std::vector<Group> GroupCounts::groups() const {
  std::vector<Group> groups;
  for (const Node& node : nodes_) {
    if (node.count == 0) continue;  // it only leads to others
    Group group{{node.value}, node.count};
    for (std::uint32_t parent = node.parent; parent != 0; parent = nodes_[parent - 1].parent)
      group.values.push_back(nodes_[parent - 1].value);
    std::reverse(group.values.begin(), group.values.end());
    groups.push_back(std::move(group));
  }
  return groups;
}

}  // namespace logq::query
