#include "collect/sync_worker.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <tuple>
#include <utility>

#include "base/quiet_thread.h"

namespace logq::collect {

SyncWorker::SyncWorker(std::function<Result<void>()> sync, Usec interval)
    : sync_(std::move(sync)),
      interval_(interval),
      ended_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)),
      thread_(base::start_quiet_thread([this] { run(); })) {}

SyncWorker::~SyncWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void SyncWorker::request(Urgency urgency) {
  {
    std::unique_lock lock(mutex_);
    if (!thread_.joinable()) thread_ = base::start_quiet_thread([this] { run(); });
    if (!thread_.joinable()) return sync_once(lock);
    const bool is_news = !dirty_ || (urgency == Urgency::kNow && !urgent_);
    if (!dirty_) due_ = std::chrono::steady_clock::now() + interval_;
    dirty_ = true;
    urgent_ = urgent_ || urgency == Urgency::kNow;
    if (!is_news) return;
  }
  changed_.notify_one();
}

std::uint64_t SyncWorker::request_numbered() {
  std::uint64_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = begun_ + 1;
    wanted_ = number;
  }
  request(Urgency::kNow);
  return number;
}

SyncWorker::Last SyncWorker::last() const {
  const std::lock_guard lock(mutex_);
  return last_;
}

void SyncWorker::set_interval(Usec interval) {
  const std::lock_guard lock(mutex_);
  interval_ = interval;
}

bool SyncWorker::has_thread() const {
  const std::lock_guard lock(mutex_);
  return thread_.joinable();
}

void SyncWorker::sync_once(std::unique_lock<std::mutex>& lock) {
  dirty_ = false;
  urgent_ = false;
  const std::uint64_t number = ++begun_;
  lock.unlock();
  const std::uint64_t began_usec = base::Clock::system().now().monotonic_usec;
  const auto synced = sync_();
  const base::TimePair now = base::Clock::system().now();
  if (!synced.has_value()) failures_.fetch_add(1, std::memory_order_relaxed);
  lock.lock();
  last_ = {number, now.realtime_usec, now.monotonic_usec - began_usec, std::nullopt};
  if (!synced.has_value()) last_.failure = synced.error();
  const std::uint64_t one = 1;
  // A counter that is full is readable, too.
  if (wanted_ != 0 && number >= wanted_) {
    wanted_ = 0;
    std::ignore = ::write(ended_.get(), &one, sizeof one);
  }
}

void SyncWorker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || dirty_; });
    if (stopping_) return;
    changed_.wait_until(lock, due_, [this] { return stopping_ || urgent_; });
    if (stopping_) return;
    sync_once(lock);
  }
}

}  // namespace logq::collect
