#include "client/async_sender.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <new>
#include <thread>
#include <utility>
#include <vector>

#include "base/clock.h"
#include "client/async_engine.h"
#include "client/entry_record.h"
#include "client/futex.h"
#include "client/queue_end.h"

namespace logq::client {
namespace {

using internal::EntryQueue;
using internal::QueueEnd;
using internal::thread_state;

// More than the protocol takes; a count beyond it does not fit a record either.
constexpr std::size_t kMostFields = 2048;
constexpr std::size_t kMostRecordBytes = std::size_t{1} << 30;

// Large entries that wait, of all threads.
constexpr std::uint64_t kMostBlockBytes = std::uint64_t{64} << 20;

// The sender wakes who waits for room; so often they look all the same.
constexpr std::chrono::milliseconds kLongestWait{50};

std::uint64_t next_id() {
  static std::atomic<std::uint64_t> last{0};
  return last.fetch_add(1, std::memory_order_relaxed) + 1;
}

// Gives memory that a child of a fork finds empty.
bool make_private_to_process(void* memory, std::size_t bytes) {
  return ::madvise(memory, bytes, MADV_WIPEONFORK) == 0;
}

// The queues of the calling thread, of as many senders as it logs to.
class ThreadQueues {
 public:
  ThreadQueues() = default;
  ThreadQueues(const ThreadQueues&) = delete;
  ThreadQueues& operator=(const ThreadQueues&) = delete;
  ~ThreadQueues() {
    has_ended = true;
    thread_state.queue = nullptr;
    for (EntryQueue* queue : queues_) {
      QueueEnd::close(*queue);
      QueueEnd::leave(*queue);
    }
  }

  // Null where there is none yet. Leaves those whose sender is gone.
  EntryQueue* find(std::uint64_t owner) {
    thread_state.queue = nullptr;  // it may be one of those
    std::erase_if(queues_, [](EntryQueue* queue) {
      if (queue->owner() != 0) return false;
      QueueEnd::leave(*queue);
      return true;
    });
    const auto found = std::find_if(queues_.begin(), queues_.end(),
                                    [owner](const auto* queue) { return queue->owner() == owner; });
    return found == queues_.end() ? nullptr : *found;
  }
  void add(EntryQueue* queue) { queues_.push_back(queue); }

  // Trivial, so that it may still be read after the thread's other objects are gone.
  static thread_local constinit bool has_ended;

 private:
  std::vector<EntryQueue*> queues_;
};

thread_local constinit bool ThreadQueues::has_ended = false;

ThreadQueues& thread_queues() {
  thread_local ThreadQueues queues;
  return queues;
}

std::size_t fields_of(const Entry& entry) {
  std::size_t count = entry.context.size() + entry.fields.size();
  for (const auto* node = entry.thread_fields; node != nullptr; node = node->outer())
    ++count;
  return count;
}

}  // namespace

// Empty in the child of a fork, whatever the parent was doing.
struct AsyncSender::Page {
  std::atomic<std::uint32_t> is_ours{0};
  std::atomic<std::uint32_t> is_locked{0};
};

bool AsyncSender::is_supported() {
  constexpr std::size_t kBytes = 4096;
  void* const memory =
      ::mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return false;
  const bool is_supported = make_private_to_process(memory, kBytes);
  ::munmap(memory, kBytes);
  return is_supported;
}

AsyncSender::AsyncSender(const AsyncOptions& options,
                         std::chrono::milliseconds max_block,
                         std::string identifier,
                         MakeOutput make_output,
                         DeliveryCount& count)
    : options_(options),
      max_block_(bounded(max_block)),
      identifier_(std::move(identifier)),
      make_output_(std::move(make_output)),
      count_(count),
      id_(next_id()) {
  void* const memory =
      ::mmap(nullptr, sizeof(Page), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  page_ = new (memory) Page;
  std::unique_ptr<AsyncEngine> engine;
  try {
    make_private_to_process(memory, sizeof(Page));
    engine = std::make_unique<AsyncEngine>(id_, identifier_, make_output_(), count_);
  } catch (...) {
    ::munmap(memory, sizeof(Page));
    throw;
  }
  engine->start();
  page_->is_ours.store(1, std::memory_order_relaxed);
  engine_.store(engine.release(), std::memory_order_release);
}

AsyncSender::~AsyncSender() {
  // In a child that has not logged the engine is the parent's, in whatever state.
  if (page_->is_ours.load(std::memory_order_acquire) != 0) {
    AsyncEngine* const engine = engine_.load(std::memory_order_acquire);
    engine->stop(options_.close_timeout);
    delete engine;
  }
  ::munmap(page_, sizeof(Page));
}

AsyncEngine* AsyncSender::engine() noexcept {
  if (page_->is_ours.load(std::memory_order_acquire) != 0) [[likely]]
    return engine_.load(std::memory_order_acquire);
  return begin_in_child();
}

AsyncEngine* AsyncSender::begin_in_child() noexcept {
  while (page_->is_locked.exchange(1, std::memory_order_acquire) != 0)
    futex_wait(page_->is_locked, std::uint32_t{1}, std::chrono::milliseconds(1));
  AsyncEngine* engine = engine_.load(std::memory_order_relaxed);
  if (page_->is_ours.load(std::memory_order_relaxed) == 0) {
    engine->abandon();
    count_.reset();
    try {
      auto own = std::make_unique<AsyncEngine>(id_, identifier_, make_output_(), count_);
      own->start();
      engine = own.release();
      engine_.store(engine, std::memory_order_release);
      page_->is_ours.store(1, std::memory_order_release);
    } catch (const std::bad_alloc&) {
      engine = nullptr;
    }
  }
  page_->is_locked.store(0, std::memory_order_release);
  return engine;
}

EntryQueue* AsyncSender::queue_of_thread(AsyncEngine& engine) noexcept try {
  if (ThreadQueues::has_ended) return nullptr;
  ThreadQueues& queues = thread_queues();
  EntryQueue* queue = queues.find(id_);
  if (queue == nullptr) {
    queue = engine.make_queue(options_.queue_bytes);
    if (queue == nullptr) return nullptr;
    queues.add(queue);
  }
  thread_state.queue = queue;
  return queue;
} catch (const std::bad_alloc&) {
  return nullptr;
}

SendResult AsyncSender::append(const Entry& entry) noexcept {
  AsyncEngine* const engine = this->engine();
  if (engine == nullptr) return {SendStatus::kFailed, ENOMEM};
  if (EntryQueue* const queue = queue_of_thread(*engine)) return append_to(*engine, *queue, entry);
  // At the end of a thread, or without memory for a queue of its own.
  const std::scoped_lock lock(engine->late_mutex());
  EntryQueue* const queue = engine->late_queue(options_.queue_bytes);
  if (queue == nullptr) return {SendStatus::kFailed, ENOMEM};
  return append_to(*engine, *queue, entry);
}

SendResult AsyncSender::append_to(AsyncEngine& engine,
                                  EntryQueue& queue,
                                  const Entry& entry) noexcept {
  if (fields_of(entry) > kMostFields) return {SendStatus::kTooLarge, EMSGSIZE};
  const std::size_t bytes = record_size(entry);
  if (bytes > kMostRecordBytes) return {SendStatus::kTooLarge, EMSGSIZE};
  const std::uint64_t now = base::Clock::system().now().realtime_usec;
  const bool is_block = bytes > QueueEnd::largest_record(queue);
  std::byte* block = nullptr;
  if (is_block) {
    if (!reserve_block(engine, queue, bytes)) return {SendStatus::kFull, EAGAIN};
    block = allocate_block(bytes);
    if (block == nullptr) {
      engine.release_block(bytes);
      return {SendStatus::kFailed, ENOMEM};
    }
    write_record(entry, now, bytes, block);
  }
  const std::size_t needed = is_block ? kBlockRecordBytes : bytes;
  std::byte* const place = find_place(engine, queue, needed);
  if (place == nullptr) {
    if (is_block) engine.release_block(bytes);
    free_block(block);
    return {SendStatus::kFull, EAGAIN};
  }
  is_block ? write_block_record(block, now, place) : write_record(entry, now, bytes, place);
  queue.publish(needed);
  engine.wake_if_asleep(now);
  return {SendStatus::kQueued, 0};
}

// Room for a record, waiting for it as the options say; null where there is none.
std::byte* AsyncSender::find_place(AsyncEngine& engine,
                                   EntryQueue& queue,
                                   std::size_t bytes) noexcept {
  std::byte* place = QueueEnd::make_place(queue, bytes);
  if (place != nullptr || options_.overflow == Overflow::kDropNewest) return place;
  if (QueueEnd::is_stalled(queue)) return nullptr;  // nothing was read since one waited in vain
  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline = Clock::now() + max_block_;
  while (place == nullptr) {
    const std::chrono::nanoseconds left = deadline - Clock::now();
    if (left.count() <= 0) {
      QueueEnd::note_stall(queue);
      return nullptr;
    }
    engine.wake();
    QueueEnd::wait_for_room(queue, std::min<std::chrono::nanoseconds>(left, kLongestWait));
    place = QueueEnd::make_place(queue, bytes);
  }
  return place;
}

// The same for the memory of a large entry, which waits outside of the queue.
bool AsyncSender::reserve_block(AsyncEngine& engine,
                                EntryQueue& queue,
                                std::size_t bytes) noexcept {
  if (engine.reserve_block(bytes, kMostBlockBytes)) return true;
  if (options_.overflow == Overflow::kDropNewest || QueueEnd::is_stalled(queue)) return false;
  using Clock = std::chrono::steady_clock;
  const Clock::time_point deadline = Clock::now() + max_block_;
  while (Clock::now() < deadline) {
    engine.wake();
    std::this_thread::sleep_for(std::chrono::milliseconds(1));  // they are many and take long
    if (engine.reserve_block(bytes, kMostBlockBytes)) return true;
  }
  QueueEnd::note_stall(queue);
  return false;
}

void AsyncSender::wake() noexcept {
  const int saved = errno;
  if (page_->is_ours.load(std::memory_order_acquire) != 0)
    engine_.load(std::memory_order_acquire)
        ->wake_if_asleep(base::Clock::system().now().realtime_usec);
  errno = saved;
}

FlushResult AsyncSender::flush(std::chrono::milliseconds timeout) noexcept {
  if (page_->is_ours.load(std::memory_order_acquire) == 0) return FlushResult::kFlushed;
  return engine_.load(std::memory_order_acquire)->flush(timeout);
}

std::uint64_t AsyncSender::appended() const noexcept {
  if (page_->is_ours.load(std::memory_order_acquire) == 0) return 0;
  return engine_.load(std::memory_order_acquire)->appended();
}

std::string AsyncSender::describe_failure() const {
  return engine_.load(std::memory_order_acquire)->describe_failure();
}

}  // namespace logq::client
