// AsyncEngine: the thread of an AsyncSender and what it works on, for the life of one process.
#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "client/delivery_count.h"
#include "client/entry_record.h"
#include "client/output.h"
#include "logq/internal/entry_queue.h"

namespace logq::client {

class AsyncEngine {
 public:
  // Borrows the identifier and the count.
  AsyncEngine(std::uint64_t owner,
              const std::string& identifier,
              std::unique_ptr<Output> output,
              DeliveryCount& count);
  AsyncEngine(const AsyncEngine&) = delete;
  AsyncEngine& operator=(const AsyncEngine&) = delete;
  ~AsyncEngine();

  // Where there is no thread to be had, whoever logs does its work.
  void start();
  // Sends what is queued, within `timeout`, and ends the thread.
  void stop(std::chrono::milliseconds timeout);
  // In the child of a fork: closes what is the parent's. The object stays as it is.
  void abandon() { output_->abandon(); }

  // --- for the threads that log ---

  // A queue for the calling thread; null for want of memory.
  internal::EntryQueue* make_queue(std::size_t ring_bytes);
  // One for all that have none, to be used with the mutex held.
  internal::EntryQueue* late_queue(std::size_t ring_bytes);
  std::mutex& late_mutex() { return late_mutex_; }
  // Accounts for a large entry outside of the queues. False where there are too many.
  bool reserve_block(std::uint64_t bytes, std::uint64_t most);
  void release_block(std::uint64_t bytes);
  // Something was published at `now_usec`.
  void wake_if_asleep(std::uint64_t now_usec);
  void wake();

  FlushResult flush(std::chrono::milliseconds timeout);
  // Entries that were put into queues so far.
  [[nodiscard]] std::uint64_t appended();
  [[nodiscard]] std::string describe_failure() const { return output_->describe_failure(); }

 private:
  using Time = std::chrono::steady_clock::time_point;

  enum class Work : std::uint8_t { kNone, kSome, kMore };  // kMore: there is more to do at once

  void run();
  void work_here();
  Work work(std::uint64_t now_usec) noexcept;
  void adopt_queues();
  std::size_t move_entries(std::size_t at_most);
  internal::EntryQueue* queue_of_earliest(std::uint64_t& next_time);
  void move_entry(internal::EntryQueue& queue, internal::RecordHeader& record);
  void hand_over(const internal::RecordHeader& record,
                 std::uint64_t thread_id,
                 std::uint64_t realtime_usec);
  void drop_left_queues();
  void report_drops(std::uint64_t now_usec);
  void serve_flush();
  // Whether callers may take the time from our clock: one that stands still while an output blocks
  // would tell a wrong one.
  [[nodiscard]] bool tells_time() const { return has_thread_ && !output_->may_block(); }
  [[nodiscard]] bool all_read();
  [[nodiscard]] bool has_work_under_way();
  void rest(Work last);
  void sleep(std::chrono::nanoseconds at_most);
  void end();

  const std::uint64_t owner_;
  const std::string& identifier_;
  const std::unique_ptr<Output> output_;
  DeliveryCount& count_;
  internal::SenderClock clock_;
  std::atomic<std::uint32_t> wanted_{0};  // a futex: somebody wants the thread to look
  std::atomic<bool> is_asleep_{false};
  std::atomic<bool> stopping_{false};
  std::atomic<bool> has_receiver_{true};
  std::atomic<std::uint64_t> block_bytes_{0};
  bool can_sleep_;  // without membarrier(2) it only naps
  bool has_thread_ = true;
  std::thread thread_;
  std::mutex work_mutex_;  // without a thread: whose turn it is to work

  std::mutex mutex_;                           // guards what follows
  std::vector<internal::EntryQueue*> queues_;  // changed by the thread alone
  std::vector<internal::EntryQueue*> arrivals_;
  std::uint64_t appended_before_ = 0;  // to queues that are gone
  std::condition_variable flushed_;
  std::uint64_t flushes_asked_ = 0;
  std::uint64_t flushes_done_ = 0;
  Time deadline_{};  // of stopping

  // Of the thread alone.
  RecordReader reader_;
  struct Target {
    internal::EntryQueue* queue = nullptr;
    std::uint64_t published = 0;
  };
  std::vector<Target> targets_;               // up to which a flush reads
  std::uint64_t flush_number_ = 0;            // that targets_ are of
  std::uint64_t moved_ = 0;                   // entries, to the output
  std::optional<std::uint64_t> flush_moved_;  // when all targets had been reached
  std::uint64_t moved_before_sleep_ = 0;
  std::uint64_t reported_usec_ = 0;
  unsigned quiet_rounds_ = 0;

  std::mutex late_mutex_;
  internal::EntryQueue* late_queue_ = nullptr;
};

}  // namespace logq::client
