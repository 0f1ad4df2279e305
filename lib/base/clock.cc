#include "base/clock.h"

#include <time.h>

#include "base/undestroyed.h"

namespace logq::base {
namespace {

std::uint64_t read_clock(clockid_t id) {
  timespec now{};
  ::clock_gettime(id, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000U +
         static_cast<std::uint64_t>(now.tv_nsec) / 1'000U;
}

class SystemClock final : public Clock {
 public:
  TimePair now() override { return {read_clock(CLOCK_REALTIME), read_clock(CLOCK_MONOTONIC)}; }
};

constinit Undestroyed<SystemClock> system_clock;

}  // namespace

Clock& Clock::system() {
  return system_clock.value;
}

std::uint64_t realtime_usec() {
  return read_clock(CLOCK_REALTIME);
}

std::uint64_t monotonic_usec() {
  return read_clock(CLOCK_MONOTONIC);
}

}  // namespace logq::base
