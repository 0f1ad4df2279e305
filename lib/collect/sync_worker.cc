#include "collect/sync_worker.h"

#include <utility>

#include "journal/worker_thread.h"

namespace logq::collect {

SyncWorker::SyncWorker(std::function<Result<void>()> sync, Usec interval)
    : sync_(std::move(sync)),
      interval_(interval),
      thread_(journal::start_quiet_thread([this] { run(); })) {}

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
    if (!thread_.joinable()) thread_ = journal::start_quiet_thread([this] { run(); });
    if (!thread_.joinable()) return sync_once(lock);
    const bool is_news = !dirty_ || (urgency == Urgency::kNow && !urgent_);
    if (!dirty_) due_ = std::chrono::steady_clock::now() + interval_;
    dirty_ = true;
    urgent_ = urgent_ || urgency == Urgency::kNow;
    if (!is_news) return;
  }
  changed_.notify_one();
}

bool SyncWorker::has_thread() const {
  const std::lock_guard lock(mutex_);
  return thread_.joinable();
}

void SyncWorker::sync_once(std::unique_lock<std::mutex>& lock) {
  dirty_ = false;
  urgent_ = false;
  lock.unlock();
  if (!sync_().has_value()) failures_.fetch_add(1, std::memory_order_relaxed);
  lock.lock();
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
