// OrderedWork: jobs that are done by several threads and come back in the order in which they were
// put in.
//
// The owner puts jobs in and takes them out on one thread, which also does jobs itself whenever it
// would have to wait, so nothing depends on threads being there. Work must not throw.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/quiet_thread.h"

namespace logq::base {

template <typename Job>
class OrderedWork {
 public:
  // What does a job, for one thread: it may keep scratch space, and need not be thread-safe.
  using Worker = std::function<void(Job&)>;

  // `make_worker` is called on the owner's thread, once for it and once for each further one.
  explicit OrderedWork(const std::function<Worker()>& make_worker)
      : make_worker_(make_worker),
        own_worker_(make_worker()) {}
  OrderedWork(const OrderedWork&) = delete;
  OrderedWork& operator=(const OrderedWork&) = delete;
  // Waits for the jobs that are being done; the others are dropped.
  ~OrderedWork();

  // Adds threads until there are `count` beside the owner's, or none can be had any more.
  void start_threads(std::size_t count);
  [[nodiscard]] std::size_t threads() const { return threads_.size(); }

  void put(std::unique_ptr<Job> job);
  // Jobs put in and not taken out.
  [[nodiscard]] std::size_t size() const { return slots_.size(); }
  // The oldest job if it is done, else nothing.
  std::unique_ptr<Job> take_if_done();
  // The oldest job, done; REQUIRES: size() > 0.
  std::unique_ptr<Job> take();

 private:
  enum class State : std::uint8_t { kWaiting, kRunning, kDone };
  struct Slot {
    std::unique_ptr<Job> job;
    State state = State::kWaiting;
  };

  void run(const Worker& worker);
  void do_job(Slot& slot, const Worker& worker, std::unique_lock<std::mutex>& lock);
  [[nodiscard]] Slot* next_waiting();
  std::unique_ptr<Job> pop();

  const std::function<Worker()> make_worker_;
  const Worker own_worker_;
  std::vector<std::thread> threads_;

  std::mutex mutex_;
  std::condition_variable waiting_;   // there is a job to do, or the end has come
  std::condition_variable finished_;  // a job is done
  // Under mutex_, but for its size, which only the owner changes. A deque keeps its elements where
  // they are when others are added at the back or removed at the front.
  std::deque<Slot> slots_;
  std::size_t begun_ = 0;  // so many of the first slots are not waiting any more
  bool stopping_ = false;
};

template <typename Job>
OrderedWork<Job>::~OrderedWork() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  waiting_.notify_all();
  for (std::thread& thread : threads_)
    thread.join();
}

template <typename Job>
void OrderedWork<Job>::start_threads(std::size_t count) {
  while (threads_.size() < count) {
    std::thread thread = start_quiet_thread([this, worker = make_worker_()] { run(worker); });
    if (!thread.joinable()) return;
    threads_.push_back(std::move(thread));
  }
}

template <typename Job>
void OrderedWork<Job>::put(std::unique_ptr<Job> job) {
  {
    const std::lock_guard lock(mutex_);
    slots_.push_back({std::move(job)});
  }
  waiting_.notify_one();
}

template <typename Job>
std::unique_ptr<Job> OrderedWork<Job>::take_if_done() {
  const std::lock_guard lock(mutex_);
  if (slots_.empty() || slots_.front().state != State::kDone) return nullptr;
  return pop();
}

template <typename Job>
std::unique_ptr<Job> OrderedWork<Job>::take() {
  std::unique_lock lock(mutex_);
  while (slots_.front().state != State::kDone) {
    if (Slot* const slot = next_waiting()) {
      do_job(*slot, own_worker_, lock);
    } else {
      finished_.wait(lock);
    }
  }
  return pop();
}

template <typename Job>
void OrderedWork<Job>::run(const Worker& worker) {
  std::unique_lock lock(mutex_);
  for (;;) {
    waiting_.wait(lock, [this] { return stopping_ || begun_ < slots_.size(); });
    if (stopping_) return;
    do_job(*next_waiting(), worker, lock);
  }
}

template <typename Job>
void OrderedWork<Job>::do_job(Slot& slot,
                              const Worker& worker,
                              std::unique_lock<std::mutex>& lock) {
  slot.state = State::kRunning;
  ++begun_;
  Job& job = *slot.job;
  lock.unlock();
  worker(job);
  lock.lock();
  slot.state = State::kDone;
  finished_.notify_one();
}

template <typename Job>
auto OrderedWork<Job>::next_waiting() -> Slot* {
  return begun_ < slots_.size() ? &slots_[begun_] : nullptr;
}

template <typename Job>
std::unique_ptr<Job> OrderedWork<Job>::pop() {
  std::unique_ptr<Job> job = std::move(slots_.front().job);
  slots_.pop_front();
  --begun_;
  return job;
}

}  // namespace logq::base
