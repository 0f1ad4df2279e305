// WorkerThread: one thread that does pieces of work in the order they were posted.
//
// The thread is started by the first post() and blocks every signal that is not about its own
// instructions, so that handlers and signalfds of the program see what they saw without it. While
// no thread can be had (a limit on them), post() does the work itself.
// Thread-safe. Work must not throw, and must not wait for its own worker.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>

namespace logq::journal {

class WorkerThread {
 public:
  using Work = std::function<void()>;

  // `before_each` is for tests: it runs on the thread before each piece of work.
  explicit WorkerThread(Work before_each = {}) : before_each_(std::move(before_each)) {}
  WorkerThread(const WorkerThread&) = delete;
  WorkerThread& operator=(const WorkerThread&) = delete;
  // Does what was posted, then ends the thread.
  ~WorkerThread();

  void post(Work work);
  // Until all that was posted before the call is done.
  void wait_for_posted();
  // Until at most `count` pieces are posted and not done; returns whether it had to wait.
  bool wait_until_at_most(std::size_t count);

 private:
  void run();
  void do_one(Work work, std::unique_lock<std::mutex>& lock);

  const Work before_each_;
  std::mutex mutex_;
  std::condition_variable posted_;
  std::condition_variable done_;
  std::deque<Work> queue_;
  std::uint64_t n_posted_ = 0;
  std::uint64_t n_done_ = 0;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace logq::journal
