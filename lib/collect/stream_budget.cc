#include "collect/stream_budget.h"

namespace logq::collect {

void StreamBudget::note(int stream, std::size_t held_bytes) {
  const auto found = held_.find(stream);
  const std::size_t before = found == held_.end() ? 0 : found->second;
  if (before == held_bytes) return;
  if (before > 0) by_size_.erase({before, stream});
  if (held_bytes > 0) by_size_.emplace(held_bytes, stream);
  if (held_bytes > 0) {
    held_[stream] = held_bytes;
  } else {
    held_.erase(stream);
  }
  total_ += held_bytes;
  total_ -= before;
}

}  // namespace logq::collect
