// SyncWorker: a thread that makes what was stored durable: soon after the first unsynced entry, at
// once for critical ones. Requests that arrive during a sync share the next one.
//
// While no thread can be had (a limit on them), request() syncs at once itself: slower, and never
// less than what was promised. Thread-safe. The function it calls runs on its thread, or on that of
// who requests.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <thread>

#include "logq/result.h"

namespace logq::collect {

class SyncWorker {
 public:
  using Usec = std::chrono::microseconds;

  SyncWorker(std::function<Result<void>()> sync, Usec interval);
  SyncWorker(const SyncWorker&) = delete;
  SyncWorker& operator=(const SyncWorker&) = delete;
  // Waits for a sync under way; one that is only due is left to the owner.
  ~SyncWorker();

  enum class Urgency { kSoon, kNow };
  void request(Urgency urgency);
  [[nodiscard]] bool has_thread() const;

  [[nodiscard]] std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

 private:
  void run();
  void sync_once(std::unique_lock<std::mutex>& lock);

  std::function<Result<void>()> sync_;
  Usec interval_;
  mutable std::mutex mutex_;  // of what follows, and held to start the thread
  std::condition_variable changed_;
  bool dirty_ = false;
  bool urgent_ = false;
  bool stopping_ = false;
  std::chrono::steady_clock::time_point due_;
  std::atomic<std::uint64_t> failures_{0};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace logq::collect
