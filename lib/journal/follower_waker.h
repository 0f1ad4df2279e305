// FollowerWaker: tells those who follow the journal that there is something new: at once when it
// was quiet, and at most once per 5 ms during a burst, so that telling costs nothing per entry.
//
// What comes within 5 ms of the last wake-up is told of when they are over, by a thread of its own
// (started when first needed): no entry waits longer, whatever its writer does next. Thread-safe.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>

namespace logq::journal {

class FollowerWaker {
 public:
  static constexpr std::chrono::milliseconds kInterval{5};

  // `wake` wakes all followers; it runs on the thread that calls note() or on the waker's, now and
  // then on both at once.
  explicit FollowerWaker(std::function<void()> wake) : wake_(std::move(wake)) {}
  FollowerWaker(const FollowerWaker&) = delete;
  FollowerWaker& operator=(const FollowerWaker&) = delete;
  // Fires what is due.
  ~FollowerWaker();

  // Something was published. Costs one atomic operation while a wake-up is due anyway.
  void note();

 private:
  using Clock = std::chrono::steady_clock;
  bool has_thread();
  void run();

  const std::function<void()> wake_;
  // Cleared before the wake-up it stands for, so what was published before a note() that found it
  // set is published before that wake-up.
  std::atomic<bool> due_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  Clock::time_point last_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace logq::journal
