// StreamBudget: how much memory the buffers of all streams hold together, beyond the little that
// each may always keep, and who holds most. Streams are known by their descriptors. Not
// thread-safe.
#pragma once

#include <cstddef>
#include <set>
#include <unordered_map>
#include <utility>

namespace logq::collect {

class StreamBudget {
 public:
  explicit StreamBudget(std::size_t limit_bytes) : limit_(limit_bytes) {}

  // What a stream holds now; 0 forgets it.
  void note(int stream, std::size_t held_bytes);

  [[nodiscard]] bool is_spent() const { return total_ > limit_; }
  [[nodiscard]] std::size_t total() const { return total_; }
  // Who holds most. REQUIRES: total() > 0.
  [[nodiscard]] int largest() const { return by_size_.rbegin()->second; }

 private:
  std::size_t limit_;
  std::size_t total_ = 0;
  std::unordered_map<int, std::size_t> held_;
  std::set<std::pair<std::size_t, int>> by_size_;
};

}  // namespace logq::collect
