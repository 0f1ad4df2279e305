#include "journal/follower_waker.h"

#include "base/quiet_thread.h"

namespace logq::journal {

FollowerWaker::~FollowerWaker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void FollowerWaker::note() {
  // Not a mere load, which the processor may do before the stores that published the entry.
  bool is_due = true;
  if (due_.compare_exchange_strong(is_due, true)) return;
  {
    const std::lock_guard lock(mutex_);
    const auto now = Clock::now();
    if (now < last_ + kInterval && has_thread()) {
      due_.store(true);
      changed_.notify_one();
      return;
    }
    last_ = now;
  }
  wake_();
}

// Where there is none to be had, followers are woken more often, not later.
bool FollowerWaker::has_thread() {
  if (!thread_.joinable()) thread_ = base::start_quiet_thread([this] { run(); });
  return thread_.joinable();
}

void FollowerWaker::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    changed_.wait(lock, [this] { return stopping_ || due_.load(); });
    if (!due_.load()) return;
    while (!stopping_ && Clock::now() < last_ + kInterval)
      changed_.wait_until(lock, last_ + kInterval);
    last_ = Clock::now();
    due_.store(false);
    lock.unlock();
    wake_();
    lock.lock();
  }
}

}  // namespace logq::journal
