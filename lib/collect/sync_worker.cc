#include "collect/sync_worker.h"

#include <utility>

namespace logq::collect {

SyncWorker::SyncWorker(std::function<Result<void>()> sync, Usec interval)
    : sync_(std::move(sync)),
      interval_(interval),
      thread_([this] { run(); }) {}

SyncWorker::~SyncWorker() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_one();
  thread_.join();
}

void SyncWorker::request(Urgency urgency) {
  {
    const std::lock_guard lock(mutex_);
    const bool is_news = !dirty_ || (urgency == Urgency::kNow && !urgent_);
    if (!dirty_) due_ = std::chrono::steady_clock::now() + interval_;
    dirty_ = true;
    urgent_ = urgent_ || urgency == Urgency::kNow;
    if (!is_news) return;
  }
  changed_.notify_one();
}

void SyncWorker::run() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || dirty_; });
    if (stopping_) return;
    changed_.wait_until(lock, due_, [this] { return stopping_ || urgent_; });
    if (stopping_) return;
    dirty_ = false;
    urgent_ = false;
    lock.unlock();
    if (!sync_().has_value()) failures_.fetch_add(1, std::memory_order_relaxed);
    lock.lock();
  }
}

}  // namespace logq::collect
