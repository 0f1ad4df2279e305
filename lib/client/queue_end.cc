#include "client/queue_end.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <tuple>
#include <utility>

#include "client/futex.h"
#include "client/program_constants.h"
#include "client/thread_id.h"

// Of LeakSanitizer, where the program has it: contexts that wait in a ring are no leaks.
// NOLINTBEGIN(bugprone-reserved-identifier): these are its names
extern "C" [[gnu::weak]] void __lsan_register_root_region(const void* begin, std::size_t bytes);
extern "C" [[gnu::weak]] void __lsan_unregister_root_region(const void* begin, std::size_t bytes);
// NOLINTEND(bugprone-reserved-identifier)

namespace logq::internal {

thread_local constinit ThreadState thread_state;

namespace {

constexpr std::size_t kPageBytes = 4096;
constexpr std::size_t kSmallestRing = std::size_t{16} << 10;
constexpr std::size_t kLargestRing = std::size_t{1} << 30;

// While the reader keeps up the writer stays in so much of the ring: these lines and pages are the
// ones that its processor knows, and the rest of the ring needs no memory.
constexpr std::size_t kUsualBytes = std::size_t{64} << 10;
// So far from the begin it goes back there where it has to do more than usual anyway.
constexpr std::size_t kWorthGoingBack = kUsualBytes / 4;

static_assert(sizeof(EntryQueue) <= kPageBytes);

std::uint64_t time_in(const RecordHeader& record) {
  return reinterpret_cast<const TimedRecord&>(record).realtime_usec;
}

}  // namespace

bool prepare_call(EntryQueue& queue, const Circumstances& of, std::size_t bytes) noexcept {
  const std::size_t most = bytes + kCircumstancesBytes;
  if (of.realtime_usec == 0 || most > QueueEnd::largest_record(queue)) return false;
  if (queue.room() < most && QueueEnd::make_place(queue, most) == nullptr) return false;
  QueueEnd::tell_circumstances(queue, of, bytes);
  return true;
}

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
  if (__lsan_register_root_region != nullptr) __lsan_register_root_region(memory, bytes);
  auto* const queue = new (memory) EntryQueue;
  queue->owner_.store(owner, std::memory_order_relaxed);
  queue->clock_ = &clock;
  queue->ring_ = static_cast<std::byte*>(memory) + kPageBytes;
  queue->ring_bytes_ = ring_bytes;
  queue->write_ = queue->ring_;
  queue->limit_ = queue->ring_;
  queue->stalled_at_ = UINT64_MAX;
  const auto constants = client::program_constants();
  queue->constants_ = reinterpret_cast<std::uintptr_t>(constants.data());
  queue->constants_bytes_ =
      static_cast<std::uint32_t>(std::min<std::size_t>(constants.size(), UINT32_MAX));
  queue->thread_id_ = client::current_thread_id();
  queue->users_.store(2, std::memory_order_relaxed);
  return queue;
}

void QueueEnd::leave(EntryQueue& queue) {
  // What both did with it is done when the last one unmaps. In the child of a fork nothing is known
  // of a ring any more, which has no memory there, only addresses: those stay taken.
  if (queue.users_.fetch_sub(1, std::memory_order_acq_rel) > 1) return;
  const std::size_t bytes = kPageBytes + queue.ring_bytes_;
  const bool is_of_parent = queue.ring_bytes_ == 0;
  if (__lsan_unregister_root_region != nullptr && !is_of_parent)
    __lsan_unregister_root_region(&queue, bytes);
  ::munmap(&queue, bytes);
}

std::size_t QueueEnd::used(const EntryQueue& queue) {
  return queue.published_.load(std::memory_order_relaxed) -
         queue.consumed_.load(std::memory_order_acquire);
}

// The rest of the ring is passed over.
void QueueEnd::go_to_begin(EntryQueue& queue) {
  const auto until_end = static_cast<std::size_t>(queue.ring_ + queue.ring_bytes_ - queue.write_);
  if (until_end > 0) {
    new (queue.write_)
        RecordHeader{static_cast<std::uint32_t>(until_end), 0, Priority{}, RecordKind::kSkip};
    queue.publish_aside(until_end);
  }
  queue.write_ = queue.ring_;
}

std::byte* QueueEnd::make_place(EntryQueue& queue, std::size_t bytes) {
  const auto behind = static_cast<std::size_t>(queue.write_ - queue.ring_);
  const std::size_t until_end = queue.ring_bytes_ - behind;
  const std::size_t used = QueueEnd::used(queue);
  const bool keeps_up = used == 0 && behind >= std::max(bytes, kWorthGoingBack);
  if (keeps_up || until_end < bytes) {
    if (queue.ring_bytes_ - used < until_end + bytes) return nullptr;
    go_to_begin(queue);
  }
  const std::size_t free = queue.ring_bytes_ - QueueEnd::used(queue);
  if (free < bytes) return nullptr;
  const auto left = static_cast<std::size_t>(queue.ring_ + queue.ring_bytes_ - queue.write_);
  queue.limit_ = queue.write_ + std::min({free, left, std::max(bytes, kUsualBytes)});
  return queue.write_;
}

// A new time mostly means that the reader has been here, perhaps so far that the writer may begin
// anew.
void QueueEnd::tell_circumstances(EntryQueue& queue, const Circumstances& of, std::size_t bytes) {
  const auto behind = static_cast<std::size_t>(queue.write_ - queue.ring_);
  if (behind >= kWorthGoingBack) std::ignore = make_place(queue, kCircumstancesBytes + bytes);
  if (of.realtime_usec != queue.realtime_usec_) tell_time(queue, of.realtime_usec);
  if (of.context.get() != queue.context_) tell_context(queue, of.context);
  if (!of.addresses.counted_from(queue.origins_).are_short())
    tell_origins(queue, origins_near(of.addresses));
}

void QueueEnd::tell_time(EntryQueue& queue, std::uint64_t realtime_usec) {
  const RecordHeader header{sizeof(TimedRecord), 0, Priority{}, RecordKind::kTime};
  new (queue.write_) TimedRecord{header, realtime_usec};
  queue.publish_aside(sizeof(TimedRecord));
  queue.realtime_usec_ = realtime_usec;
  // There may have been no call for long, so that no line is near by now.
  for (std::size_t at = 0; at <= kPrefetchDistance; at += kCacheLine)
    prefetch_to_write(queue.write_ + at);
}

void QueueEnd::tell_context(EntryQueue& queue, const ContextPointer& context) {
  const RecordHeader header{sizeof(ContextRecord), 0, Priority{}, RecordKind::kContext};
  new (queue.write_) ContextRecord{header, context};
  queue.publish_aside(sizeof(ContextRecord));
  queue.context_ = context.get();
}

void QueueEnd::tell_origins(EntryQueue& queue, const CallAddresses& origins) {
  const RecordHeader header{sizeof(OriginsRecord), 0, Priority{}, RecordKind::kOrigins};
  new (queue.write_) OriginsRecord{header, origins};
  queue.publish_aside(sizeof(OriginsRecord));
  queue.origins_ = origins;
}

void QueueEnd::wait_for_room(EntryQueue& queue, std::chrono::nanoseconds left) {
  // In the one order of these operations either we see what was read meanwhile, or tell_of_room()
  // sees that we wait.
  queue.waiting_.store(1);
  if (!is_half_free(queue, queue.published_.load(std::memory_order_relaxed)))
    client::futex_wait(queue.waiting_, std::uint32_t{1}, left);
  queue.waiting_.store(0, std::memory_order_relaxed);
}

RecordHeader* QueueEnd::record_at(const EntryQueue& queue, std::uint64_t position) {
  void* const place = queue.ring_ + (position & (queue.ring_bytes_ - 1));
  return static_cast<RecordHeader*>(place);  // records are aligned as their headers are
}

RecordHeader* QueueEnd::front(EntryQueue& queue) {
  std::uint64_t at = queue.consumed_.load(std::memory_order_relaxed);
  while (true) {
    if (at == queue.seen_) queue.seen_ = queue.published_.load(std::memory_order_acquire);
    if (at == queue.seen_) return nullptr;
    RecordHeader* const record = record_at(queue, at);
    if (!passes_over(queue, *record)) return record;
    at += record->bytes;
    queue.consumed_.store(at, std::memory_order_release);
  }
}

bool QueueEnd::passes_over(EntryQueue& queue, RecordHeader& record) {
  if (record.kind == RecordKind::kTime) {
    queue.read_realtime_usec_ = time_in(record);
    return true;
  }
  if (record.kind == RecordKind::kContext) {
    auto& told = reinterpret_cast<ContextRecord&>(record);
    queue.read_context_ = std::move(told.context);
    told.~ContextRecord();
    return true;
  }
  if (record.kind == RecordKind::kOrigins) {
    queue.read_origins_ = reinterpret_cast<const OriginsRecord&>(record).origins;
    return true;
  }
  return record.kind == RecordKind::kSkip;
}

void QueueEnd::stop_reading(EntryQueue& queue) {
  queue.read_context_.reset();
  leave(queue);
}

std::uint64_t QueueEnd::realtime_of(const EntryQueue& queue, const RecordHeader& front) {
  const bool is_call = front.kind == RecordKind::kCall || front.kind == RecordKind::kConstantCall;
  return is_call ? queue.read_realtime_usec_ : time_in(front);
}

client::CallSurroundings QueueEnd::surroundings(const EntryQueue& queue) {
  const CallContext* const context = queue.read_context_.get();
  return {context == nullptr ? std::span<const Field>() : context->fields, queue.read_origins_,
          queue.constants_};
}

void QueueEnd::pop(EntryQueue& queue) {
  const std::uint64_t at = queue.consumed_.load(std::memory_order_relaxed);
  const RecordHeader* const record = record_at(queue, at);
  const std::uint64_t behind = at + record->bytes;
  queue.consumed_.store(behind, std::memory_order_release);
}

void QueueEnd::tell_of_room(EntryQueue& queue) {
  queue.consumed_.fetch_add(0);  // has its place in the order that wait_for_room() speaks of
  if (queue.waiting_.load() == 0 || !is_half_free(queue, published(queue))) return;
  if (queue.waiting_.exchange(0) != 0) client::futex_wake(queue.waiting_);
}

}  // namespace logq::internal
