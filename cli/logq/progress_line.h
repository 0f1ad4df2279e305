// ProgressLine: how far something long is, on standard error, where somebody is looking.
#pragma once

#include <chrono>
#include <string>

namespace logq::cli {

// The line is overwritten as it changes and gone before an error line is printed, and at the end;
// whoever prints something else there erases it before. Where standard error is no terminal nothing
// is ever shown. Not thread-safe.
class ProgressLine {
 public:
  // `what` is being done, for example "checking". Nothing is shown before `patience` has passed.
  ProgressLine(std::string what, std::chrono::milliseconds patience);
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;
  ~ProgressLine() { erase(); }

  // From 0 to 1. Shown with the time that is left at this pace once there is a pace.
  void update(double fraction);
  void erase();
  // Erases it for good.
  void end();

 private:
  using Clock = std::chrono::steady_clock;

  std::string what_;
  bool is_wanted_;
  Clock::time_point began_ = Clock::now();
  Clock::time_point show_from_;
  std::string shown_;  // empty: nothing
};

}  // namespace logq::cli
