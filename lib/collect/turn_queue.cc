#include "collect/turn_queue.h"

namespace logq::collect {

void TurnQueue::push(uid_t user, int connection) {
  std::deque<int>& waiting = connections_[user];
  if (waiting.empty()) users_.push_back(user);
  waiting.push_back(connection);
  ++size_;
}

int TurnQueue::pop() {
  const uid_t user = users_.front();
  users_.pop_front();
  const auto found = connections_.find(user);
  const int connection = found->second.front();
  found->second.pop_front();
  --size_;
  if (found->second.empty()) {
    connections_.erase(found);
  } else {
    users_.push_back(user);
  }
  return connection;
}

}  // namespace logq::collect
