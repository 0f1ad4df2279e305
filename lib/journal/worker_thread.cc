#include "journal/worker_thread.h"

#include <utility>

#include "base/quiet_thread.h"

namespace logq::journal {

WorkerThread::~WorkerThread() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  posted_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void WorkerThread::post(Work work) {
  std::unique_lock lock(mutex_);
  ++n_posted_;
  if (!thread_.joinable()) thread_ = base::start_quiet_thread([this] { run(); });
  if (!thread_.joinable()) return do_one(std::move(work), lock);
  queue_.push_back(std::move(work));
  lock.unlock();
  posted_.notify_one();
}

void WorkerThread::wait_for_posted() {
  std::unique_lock lock(mutex_);
  done_.wait(lock, [this, until = n_posted_] { return n_done_ >= until; });
}

bool WorkerThread::wait_until_at_most(std::size_t count) {
  std::unique_lock lock(mutex_);
  if (n_posted_ - n_done_ <= count) return false;
  done_.wait(lock, [&] { return n_posted_ - n_done_ <= count; });
  return true;
}

void WorkerThread::run() {
  std::unique_lock lock(mutex_);
  for (;;) {
    posted_.wait(lock, [this] { return stopping_ || !queue_.empty(); });
    if (queue_.empty()) return;
    Work work = std::move(queue_.front());
    queue_.pop_front();
    do_one(std::move(work), lock);
  }
}

void WorkerThread::do_one(Work work, std::unique_lock<std::mutex>& lock) {
  lock.unlock();
  if (before_each_) before_each_();
  work();
  work = nullptr;  // what it owns goes before anybody is told that it is done
  lock.lock();
  ++n_done_;
  done_.notify_all();
}

}  // namespace logq::journal
