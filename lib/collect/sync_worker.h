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
#include <optional>
#include <thread>

#include "base/clock.h"
#include "base/unique_fd.h"
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
  // Asks for a sync at once that begins after this call, and returns its number: it has ended when
  // last().number is that or more.
  std::uint64_t request_numbered();
  // Becomes readable when a sync has ended that was asked for by request_numbered(); whoever waits
  // reads it (eventfd(2)). -1 where there is none: then there is no thread either, and a sync has
  // ended when request_numbered() returns.
  [[nodiscard]] int ended_fd() const { return ended_.get(); }
  [[nodiscard]] bool has_thread() const;
  // For what is requested from now on.
  void set_interval(Usec interval);

  // The last sync that has ended; number 0 before the first.
  struct Last {
    std::uint64_t number = 0;
    std::uint64_t ended_realtime_usec = 0;
    std::uint64_t took_usec = 0;
    std::optional<Error> failure;
  };
  [[nodiscard]] Last last() const;

  [[nodiscard]] std::uint64_t failures() const { return failures_.load(std::memory_order_relaxed); }

 private:
  void run();
  void sync_once(std::unique_lock<std::mutex>& lock);

  std::function<Result<void>()> sync_;
  Usec interval_;
  base::UniqueFd ended_;
  mutable std::mutex mutex_;  // of what follows, and held to start the thread
  std::condition_variable changed_;
  bool dirty_ = false;
  bool urgent_ = false;
  bool stopping_ = false;
  std::uint64_t begun_ = 0;   // syncs
  std::uint64_t wanted_ = 0;  // number of the sync that somebody waits for
  Last last_;
  std::chrono::steady_clock::time_point due_;
  std::atomic<std::uint64_t> failures_{0};
  std::thread thread_;  // last: it uses all of the above
};

}  // namespace logq::collect
