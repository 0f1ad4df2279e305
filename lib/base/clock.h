// Time, in microseconds as the journal stores it, and a seam for tests.
#pragma once

#include <cstdint>

namespace logq::base {

struct TimePair {
  std::uint64_t realtime_usec = 0;   // CLOCK_REALTIME since 1970
  std::uint64_t monotonic_usec = 0;  // CLOCK_MONOTONIC since boot
};

class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;
  virtual TimePair now() = 0;

  // The kernel's clocks. Thread-safe, lives for the whole process.
  static Clock& system();
};

// One of them alone. May be called in a signal handler.
[[nodiscard]] std::uint64_t realtime_usec();
[[nodiscard]] std::uint64_t monotonic_usec();

}  // namespace logq::base
