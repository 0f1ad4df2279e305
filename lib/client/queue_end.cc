#include "client/queue_end.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>

#include "client/futex.h"
#include "client/thread_id.h"

namespace logq::internal {

thread_local constinit ThreadState thread_state;

namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kSmallestRing = std::size_t{16} << 10;
constexpr std::size_t kLargestRing = std::size_t{1} << 30;

// After so many bytes a call looks at the clock itself, should the sender not get to it.
constexpr std::size_t kBytesBetweenLooks = std::size_t{16} << 10;

static_assert(sizeof(EntryQueue) <= kPageBytes);

}  // namespace

EntryQueue* QueueEnd::create(std::uint64_t owner,
                             const SenderClock& clock,
                             std::size_t ring_bytes) {
  ring_bytes = std::bit_ceil(std::clamp(ring_bytes, kSmallestRing, kLargestRing));
  const std::size_t bytes = kPageBytes + ring_bytes;
  void* const memory =
      ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return nullptr;
  // Without it, before Linux 4.14, a child would take its parent's queue for its own.
  if (::madvise(memory, bytes, MADV_WIPEONFORK) < 0) {
    ::munmap(memory, bytes);
    return nullptr;
  }
  auto* const queue = new (memory) EntryQueue;
  queue->owner_.store(owner, std::memory_order_relaxed);
  queue->clock_ = &clock;
  queue->ring_ = static_cast<std::byte*>(memory) + kPageBytes;
  queue->ring_bytes_ = ring_bytes;
  queue->write_ = queue->ring_;
  queue->limit_ = queue->ring_;
  queue->stalled_at_ = UINT64_MAX;
  queue->thread_id_ = client::current_thread_id();
  queue->users_.store(2, std::memory_order_relaxed);
  return queue;
}

void QueueEnd::leave(EntryQueue& queue) {
  // What both did with it is done when the last one unmaps.
  if (queue.users_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  ::munmap(&queue, kPageBytes + queue.ring_bytes_);
}

std::size_t QueueEnd::used(const EntryQueue& queue) {
  return queue.written_ - queue.consumed_.load(std::memory_order_acquire);
}

std::byte* QueueEnd::make_place(EntryQueue& queue, std::size_t bytes) {
  std::size_t free = queue.ring_bytes_ - used(queue);
  const std::byte* const end = queue.ring_ + queue.ring_bytes_;
  auto until_end = static_cast<std::size_t>(end - queue.write_);
  if (until_end < bytes) {
    if (free < until_end + bytes) return nullptr;
    if (until_end > 0) {
      const auto skipped = static_cast<std::uint32_t>(until_end);
      const RecordKind kind = RecordKind::kSkip;  // there may be no room for a whole header
      std::memcpy(queue.write_ + offsetof(RecordHeader, bytes), &skipped, sizeof skipped);
      std::memcpy(queue.write_ + offsetof(RecordHeader, kind), &kind, sizeof kind);
      queue.written_ += until_end;
      free -= until_end;
    }
    queue.write_ = queue.ring_;
    until_end = queue.ring_bytes_;
  }
  if (free < bytes) return nullptr;
  const std::size_t usable = std::min({free, until_end, std::max(bytes, kBytesBetweenLooks)});
  queue.limit_ = queue.write_ + usable;
  return queue.write_;
}

void QueueEnd::wait_for_room(EntryQueue& queue, std::size_t bytes, std::chrono::nanoseconds left) {
  const std::uint64_t before = queue.consumed_.load(std::memory_order_acquire);
  // In the one order of these operations either we see what was read meanwhile, or tell_of_room()
  // sees that we wait.
  queue.waiting_.store(1);
  const std::uint64_t now = queue.consumed_.load();
  const bool has_room = queue.written_ + bytes <= now + queue.ring_bytes_;
  if (now == before || !has_room) client::futex_wait(queue.waiting_, std::uint32_t{1}, left);
  queue.waiting_.store(0, std::memory_order_relaxed);
}

RecordHeader* QueueEnd::record_at(const EntryQueue& queue, std::uint64_t position) {
  void* const place = queue.ring_ + (position & (queue.ring_bytes_ - 1));
  return static_cast<RecordHeader*>(place);  // records are aligned as their headers are
}

RecordHeader* QueueEnd::front(EntryQueue& queue) {
  std::uint64_t at = queue.consumed_.load(std::memory_order_relaxed);
  const std::uint64_t end = queue.published_.load(std::memory_order_acquire);
  while (at != end) {
    RecordHeader* const record = record_at(queue, at);
    if (record->kind != RecordKind::kSkip) return record;
    at += record->bytes;
    queue.consumed_.store(at, std::memory_order_release);
  }
  return nullptr;
}

void QueueEnd::pop(EntryQueue& queue) {
  const std::uint64_t at = queue.consumed_.load(std::memory_order_relaxed);
  const RecordHeader* const record = record_at(queue, at);
  const std::uint64_t behind = at + record->bytes;
  queue.taken_.store(queue.taken_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  queue.consumed_.store(behind, std::memory_order_release);
}

void QueueEnd::tell_of_room(EntryQueue& queue) {
  queue.consumed_.fetch_add(0);  // has its place in the order that wait_for_room() speaks of
  if (queue.waiting_.load() == 0) return;
  if (queue.waiting_.exchange(0) != 0) client::futex_wake(queue.waiting_);
}

}  // namespace logq::internal
