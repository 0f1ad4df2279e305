// How many restarts a tree has had lately: more than Intensity= within Period= are too many. A
// window that moves with the time, as OTP has it and unlike a service's StartLimit. Pure.
#pragma once

#include <cstdint>
#include <deque>

namespace logq::supervise {

class RestartWindow {
 public:
  RestartWindow(unsigned intensity, std::uint64_t period_usec)
      : intensity_(intensity),
        period_usec_(period_usec) {}

  // Whether one more is allowed now; it is counted in any case. One that is exactly a period ago
  // still counts.
  [[nodiscard]] bool admit(std::uint64_t now_usec) {
    times_.push_back(now_usec);
    while (now_usec - times_.front() > period_usec_)
      times_.pop_front();
    return times_.size() <= intensity_;
  }
  void reset() { times_.clear(); }

 private:
  const unsigned intensity_;
  const std::uint64_t period_usec_;
  std::deque<std::uint64_t> times_;  // monotonic, the oldest first
};

}  // namespace logq::supervise
