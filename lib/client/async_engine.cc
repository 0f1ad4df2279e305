#include "client/async_engine.h"

#include <linux/membarrier.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <new>
#include <utility>

#include "base/clock.h"
#include "base/quiet_thread.h"
#include "client/drop_report.h"
#include "client/futex.h"
#include "client/queue_end.h"

namespace logq::client {
namespace {

using internal::EntryQueue;
using internal::QueueEnd;
using internal::RecordHeader;
using internal::RecordKind;
using std::chrono::microseconds;
using std::chrono::milliseconds;
using std::chrono::nanoseconds;

// Between two looks at the output.
constexpr std::size_t kEntriesAtOnce = 512;

// After a busy time, of so many entries without a sleep, more is to come: the thread naps for so
// long, so often, and need not be woken.
constexpr microseconds kNap{100};
// While the output has all that it takes, that is work for its receiver for many milliseconds.
constexpr microseconds kNapWhileFull{500};
constexpr unsigned kNapsAfterWork = 20;
constexpr std::size_t kBusyEntries = 8;

// While the output cannot get on, it is looked at so often at least.
constexpr milliseconds kLongestNap{10};

constexpr std::uint64_t kUsecBetweenReports = 1'000'000;

int membarrier(int command) {
  return static_cast<int>(::syscall(SYS_membarrier, command, 0, 0));
}

}  // namespace

AsyncEngine::AsyncEngine(std::uint64_t owner,
                         const std::string& identifier,
                         std::unique_ptr<Output> output,
                         DeliveryCount& count)
    : owner_(owner),
      identifier_(identifier),
      output_(std::move(output)),
      count_(count),
      can_sleep_(membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0) {}

AsyncEngine::~AsyncEngine() = default;

void AsyncEngine::start() {
  thread_ = base::start_quiet_thread([this] { run(); });
  if (!thread_.joinable()) has_thread_ = false;
}

void AsyncEngine::stop(milliseconds timeout) {
  {
    const std::scoped_lock lock(mutex_);
    deadline_ = std::chrono::steady_clock::now() + bounded(timeout);
  }
  stopping_.store(true);
  wake();
  if (thread_.joinable()) {
    thread_.join();
  } else {
    run();  // there was no thread to be had
  }
}

EntryQueue* AsyncEngine::make_queue(std::size_t ring_bytes) {
  EntryQueue* const queue = QueueEnd::create(owner_, clock_, ring_bytes);
  if (queue == nullptr) return nullptr;
  const std::scoped_lock lock(mutex_);
  arrivals_.push_back(queue);
  return queue;
}

EntryQueue* AsyncEngine::late_queue(std::size_t ring_bytes) {
  if (late_queue_ == nullptr) late_queue_ = make_queue(ring_bytes);
  return late_queue_;
}

bool AsyncEngine::reserve_block(std::uint64_t bytes, std::uint64_t most) {
  const std::uint64_t before = block_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  if (before == 0 || before + bytes <= most) return true;
  release_block(bytes);
  return false;
}

void AsyncEngine::release_block(std::uint64_t bytes) {
  block_bytes_.fetch_sub(bytes, std::memory_order_relaxed);
}

void AsyncEngine::wake() {
  if (!has_thread_) {
    work_here();
  } else if (wanted_.exchange(1) == 0) {
    futex_wake(wanted_);
  }
}

void AsyncEngine::wake_if_asleep(std::uint64_t now) {
  // As at the end of internal::append_call(): the sleeper's membarrier(2) does the rest.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  const bool is_asleep = is_asleep_.load(std::memory_order_relaxed);
  // Whoever wakes it sets the clock, so that the next calls are quick again.
  if (tells_time() && now > clock_.realtime_usec.load(std::memory_order_relaxed))
    clock_.realtime_usec.store(now, std::memory_order_relaxed);
  if (is_asleep || !has_thread_) wake();
}

void AsyncEngine::run() {
  while (true) {
    const std::uint64_t now = base::realtime_usec();
    if (tells_time()) clock_.realtime_usec.store(now, std::memory_order_relaxed);
    const Work work = this->work(now);
    if (stopping_.load(std::memory_order_relaxed)) {
      const bool is_done = all_read() && count_.settled() >= appended();
      if (is_done || std::chrono::steady_clock::now() >= deadline_) break;
    }
    quiet_rounds_ = work == Work::kNone ? quiet_rounds_ + 1 : 0;
    if (work != Work::kMore) rest(work);
  }
  end();
}

// For want of memory less may be done than there is; the next round tries again.
AsyncEngine::Work AsyncEngine::work(std::uint64_t now) noexcept try {
  adopt_queues();
  const std::size_t moved = move_entries(kEntriesAtOnce);
  const bool has_advanced = output_->advance(now);
  has_receiver_.store(output_->has_receiver(), std::memory_order_relaxed);
  report_drops(now);
  for (EntryQueue* queue : queues_)
    QueueEnd::tell_of_room(*queue);
  drop_left_queues();
  serve_flush();
  if (moved == kEntriesAtOnce) return Work::kMore;
  return moved > 0 || has_advanced ? Work::kSome : Work::kNone;
} catch (const std::bad_alloc&) {
  return Work::kNone;
}

void AsyncEngine::work_here() {
  const std::scoped_lock lock(work_mutex_);
  while (work(base::realtime_usec()) != Work::kNone) {
  }
}

void AsyncEngine::adopt_queues() {
  const std::scoped_lock lock(mutex_);
  queues_.insert(queues_.end(), arrivals_.begin(), arrivals_.end());
  arrivals_.clear();
}

// In the order of their times, as far as the queues say now.
std::size_t AsyncEngine::move_entries(std::size_t at_most) {
  std::size_t moved = 0;
  while (moved < at_most && output_->has_room()) {
    std::uint64_t until = 0;
    EntryQueue* const queue = queue_of_earliest(until);
    if (queue == nullptr) break;
    while (moved < at_most && output_->has_room()) {
      RecordHeader* const record = QueueEnd::front(*queue);
      if (record == nullptr || QueueEnd::realtime_of(*queue, *record) > until) break;
      move_entry(*queue, *record);
      ++moved;
    }
  }
  moved_ += moved;
  return moved;
}

// The queue with the earliest entry, and the time of the earliest of the others.
EntryQueue* AsyncEngine::queue_of_earliest(std::uint64_t& next_time) {
  EntryQueue* earliest = nullptr;
  std::uint64_t first_time = UINT64_MAX;
  next_time = UINT64_MAX;
  for (EntryQueue* queue : queues_) {
    const RecordHeader* const record = QueueEnd::front(*queue);
    if (record == nullptr) continue;
    const std::uint64_t time = QueueEnd::realtime_of(*queue, *record);
    if (time < first_time || earliest == nullptr) {
      next_time = first_time;
      first_time = time;
      earliest = queue;
    } else {
      next_time = std::min(next_time, time);
    }
  }
  return earliest;
}

void AsyncEngine::move_entry(EntryQueue& queue, RecordHeader& record) {
  RecordHeader* const block = record.kind == RecordKind::kBlock ? block_of(record) : nullptr;
  RecordHeader& header = block != nullptr ? *block : record;
  reader_.be_in(QueueEnd::surroundings(queue));
  hand_over(header, QueueEnd::thread_id(queue), QueueEnd::realtime_of(queue, record));
  if (block != nullptr) {
    release_block(header.bytes);
    free_block(block);
  }
  QueueEnd::pop(queue);
}

void AsyncEngine::hand_over(const RecordHeader& record,
                            std::uint64_t thread_id,
                            std::uint64_t realtime_usec) try {
  output_->add(reader_.read(record, identifier_, thread_id), realtime_usec);
} catch (const std::bad_alloc&) {
  count_.settle(SendStatus::kFailed);
}

void AsyncEngine::drop_left_queues() {
  const auto is_left = [](EntryQueue* queue) {
    return QueueEnd::is_closed(*queue) && QueueEnd::front(*queue) == nullptr;
  };
  if (std::none_of(queues_.begin(), queues_.end(), is_left)) return;
  const std::scoped_lock lock(mutex_);
  std::erase_if(queues_, [&](EntryQueue* queue) {
    if (!is_left(queue)) return false;
    appended_before_ += QueueEnd::appended(*queue);
    std::erase_if(targets_, [queue](const Target& target) { return target.queue == queue; });
    QueueEnd::stop_reading(*queue);
    return true;
  });
}

void AsyncEngine::report_drops(std::uint64_t now) {
  if (!count_.has_unreported() || !output_->has_room() || !output_->has_receiver()) return;
  // A clock that was set back must not silence it.
  if (now >= reported_usec_ && now - reported_usec_ < kUsecBetweenReports) return;
  reported_usec_ = now;
  const DeliveryCount::PerStatus drops = count_.take_unreported();
  const DropReport report(drops, identifier_);
  if (report.total() > 0 && !output_->add_report(report.entry(), now)) count_.give_back(drops);
}

void AsyncEngine::serve_flush() {
  std::unique_lock lock(mutex_);
  if (flushes_asked_ == flushes_done_) return;
  if (flush_number_ <= flushes_done_) {
    flush_number_ = flushes_asked_;
    flush_moved_.reset();
    targets_.clear();
    for (const auto* list : {&queues_, &arrivals_})
      for (EntryQueue* queue : *list)
        targets_.push_back({queue, QueueEnd::published(*queue)});
  }
  lock.unlock();
  if (!flush_moved_) {
    const bool reached = std::all_of(targets_.begin(), targets_.end(), [](const Target& target) {
      QueueEnd::front(*target.queue);  // passes over what is no entry
      return QueueEnd::consumed(*target.queue) >= target.published;
    });
    if (!reached) return;
    flush_moved_ = moved_;
  }
  if (count_.settled() < *flush_moved_ || !output_->is_received()) return;
  lock.lock();
  flushes_done_ = flush_number_;
  flushed_.notify_all();
}

bool AsyncEngine::all_read() {
  const std::scoped_lock lock(mutex_);
  return arrivals_.empty() && std::all_of(queues_.begin(), queues_.end(), [](EntryQueue* queue) {
           return QueueEnd::front(*queue) == nullptr;
         });
}

// Entries whose fate is not known, or somebody who waits for it.
bool AsyncEngine::has_work_under_way() {
  if (count_.settled() < appended()) return true;
  const std::scoped_lock lock(mutex_);
  return flushes_asked_ != flushes_done_;
}

// While entries come they are left to gather for a moment: whoever logs meanwhile need not share
// the cache lines of its queue with us, and more of them fit one message.
void AsyncEngine::rest(Work last) {
  const bool was_busy = moved_ - moved_before_sleep_ >= kBusyEntries;
  if (last == Work::kSome || (was_busy && quiet_rounds_ <= kNapsAfterWork)) {
    const microseconds nap = output_->has_room() ? kNap : kNapWhileFull;
    if (wanted_.exchange(0) == 0) futex_wait(wanted_, std::uint32_t{0}, nap);
    wanted_.store(0);
    return;
  }
  // With something under way the output is looked at again soon.
  const bool is_waiting = has_work_under_way();
  if (!is_waiting) moved_before_sleep_ = moved_;
  const nanoseconds longest = is_waiting ? nanoseconds(kLongestNap) : std::chrono::hours(1);
  const nanoseconds growing = kNap * (quiet_rounds_ + 1);
  sleep(is_waiting ? std::min(longest, growing) : longest);
}

void AsyncEngine::sleep(nanoseconds at_most) {
  if (!can_sleep_) {
    futex_wait(wanted_, std::uint32_t{0}, std::min<nanoseconds>(at_most, kLongestNap));
    wanted_.store(0);
    return;
  }
  clock_.realtime_usec.store(0, std::memory_order_relaxed);
  is_asleep_.store(true, std::memory_order_relaxed);
  // Every thread that logs now sees that; what it published before, we see. The partner is the end
  // of internal::append_call().
  membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
  const bool waits_for_output = !output_->has_room();
  if (wanted_.exchange(0) == 0 && (waits_for_output || all_read()))
    futex_wait(wanted_, std::uint32_t{0}, at_most);
  is_asleep_.store(false, std::memory_order_relaxed);
  wanted_.store(0);
}

// Nobody will send what is left.
void AsyncEngine::end() {
  output_->give_up();
  const std::scoped_lock lock(mutex_);
  queues_.insert(queues_.end(), arrivals_.begin(), arrivals_.end());
  arrivals_.clear();
  for (EntryQueue* queue : queues_) {
    QueueEnd::disown(*queue);
    while (RecordHeader* const record = QueueEnd::front(*queue)) {
      if (record->kind == RecordKind::kBlock) free_block(block_of(*record));
      QueueEnd::pop(*queue);
      count_.settle(output_->has_receiver() ? SendStatus::kFull : SendStatus::kNoCollector);
    }
    appended_before_ += QueueEnd::appended(*queue);
    if (queue == late_queue_) QueueEnd::leave(*queue);
    QueueEnd::stop_reading(*queue);
  }
  queues_.clear();
  flushes_done_ = flushes_asked_;
  flushed_.notify_all();
}

FlushResult AsyncEngine::flush(milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + bounded(timeout);
  std::unique_lock lock(mutex_);
  const std::uint64_t number = ++flushes_asked_;
  const auto is_done = [&] { return flushes_done_ >= number; };
  do {
    lock.unlock();
    wake();
    lock.lock();
    // Without a thread somebody has to look again.
    const auto until =
        has_thread_ ? deadline : std::min(deadline, std::chrono::steady_clock::now() + kLongestNap);
    if (flushed_.wait_until(lock, until, is_done)) return FlushResult::kFlushed;
  } while (std::chrono::steady_clock::now() < deadline);
  return has_receiver_.load(std::memory_order_relaxed) ? FlushResult::kTimedOut
                                                       : FlushResult::kCollectorGone;
}

std::uint64_t AsyncEngine::appended() {
  const std::scoped_lock lock(mutex_);
  std::uint64_t sum = appended_before_;
  for (const auto* list : {&queues_, &arrivals_})
    for (const EntryQueue* queue : *list)
      sum += QueueEnd::appended(*queue);
  return sum;
}

}  // namespace logq::client
