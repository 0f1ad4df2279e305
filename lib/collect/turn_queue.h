// TurnQueue: who is next among connections that wait for a turn. Users take turns, and so do the
// connections of each: whoever has many is served no more often for that. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <deque>
#include <map>

namespace logq::collect {

class TurnQueue {
 public:
  // A connection is known by its descriptor. REQUIRES: it is not in the queue.
  void push(uid_t user, int connection);
  // REQUIRES: !empty().
  int pop();

  [[nodiscard]] bool empty() const { return users_.empty(); }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::deque<uid_t> users_;  // each once, the next one first
  std::map<uid_t, std::deque<int>> connections_;
  std::size_t size_ = 0;
};

}  // namespace logq::collect
