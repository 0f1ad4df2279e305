// futex(2) within a process, since std::atomic::wait() knows no deadline and std::mutex no fork.
#pragma once

#include <linux/futex.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <climits>
#include <cstdint>

namespace logq::client {

// A time to wait that fits every clock, whatever the caller means by forever.
inline std::chrono::nanoseconds bounded(std::chrono::milliseconds time) {
  constexpr std::chrono::milliseconds kLongest = std::chrono::hours(24 * 365);
  return std::clamp(time, std::chrono::milliseconds(0), kLongest);
}

// Returns when `word` is not `value`, after `left`, when woken, or sooner. May change errno.
template <typename Word>
void futex_wait(std::atomic<Word>& word, Word value, std::chrono::nanoseconds left) {
  static_assert(sizeof word == sizeof(std::uint32_t));
  const auto seconds = std::chrono::floor<std::chrono::seconds>(left);
  const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = (left - seconds).count()};
  ::syscall(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, &timeout, nullptr, 0);
}

template <typename Word>
void futex_wake(std::atomic<Word>& word, int waiters = INT_MAX) {
  static_assert(sizeof word == sizeof(std::uint32_t));
  ::syscall(SYS_futex, &word, FUTEX_WAKE_PRIVATE, waiters, nullptr, nullptr, 0);
}

}  // namespace logq::client
