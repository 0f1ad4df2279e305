// QueueEnd: the slow parts of an EntryQueue (logq/internal/entry_queue.h): how it is made, how room
// is found in its ring, how it is read, and how it is left.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <span>

#include "client/entry_record.h"
#include "logq/internal/entry_queue.h"
#include "logq/transport.h"

namespace logq::internal {

class QueueEnd {
 public:
  // For the calling thread, used by it and by the sender `owner`. Null for want of memory.
  static EntryQueue* create(std::uint64_t owner, const SenderClock& clock, std::size_t ring_bytes);
  // One of the two users leaves; the last one frees the memory. Not in the child of a fork.
  static void leave(EntryQueue& queue);

  // --- the thread that writes ---

  // A place for a record, with what is free in the ring by now; null where that is not enough.
  // REQUIRES: bytes <= largest_record().
  static std::byte* make_place(EntryQueue& queue, std::size_t bytes);
  // Tells what is new of the circumstances of the calls from now on. REQUIRES: room for
  // kCircumstancesBytes and the `bytes` of the next record.
  static void tell_circumstances(EntryQueue& queue, const Circumstances& of, std::size_t bytes);
  // Waits until half of the ring is free, or until `left` has passed: a writer that is woken for
  // each record that was read does nothing but wait.
  static void wait_for_room(EntryQueue& queue, std::chrono::nanoseconds left);
  // A wait was in vain: the next ones will be, until something is read.
  static void note_stall(EntryQueue& queue) { queue.stalled_at_ = consumed(queue); }
  static bool is_stalled(const EntryQueue& queue) { return queue.stalled_at_ == consumed(queue); }
  static std::size_t largest_record(const EntryQueue& queue) { return queue.ring_bytes_ / 4; }
  static std::uint64_t thread_id(const EntryQueue& queue) { return queue.thread_id_; }
  static void close(EntryQueue& queue) { queue.closed_.store(true, std::memory_order_release); }

  // --- the thread that reads ---

  static bool is_closed(const EntryQueue& queue) {
    return queue.closed_.load(std::memory_order_acquire);
  }
  static void disown(EntryQueue& queue) { queue.owner_.store(0, std::memory_order_relaxed); }
  // The first entry or call that has not been read; null where there is none.
  static RecordHeader* front(EntryQueue& queue);
  // When that was logged.
  static std::uint64_t realtime_of(const EntryQueue& queue, const RecordHeader& front);
  // What was told of a call that is in front.
  static client::CallSurroundings surroundings(const EntryQueue& queue);
  // It has been read; its place may be written to again.
  static void pop(EntryQueue& queue);
  // The reader leaves. What is in front of it must have been read, up to the last.
  static void stop_reading(EntryQueue& queue);
  // Wakes the writer should it wait for room, and there be enough.
  static void tell_of_room(EntryQueue& queue);

  // --- anybody ---

  static std::uint64_t appended(const EntryQueue& queue) {
    return queue.appended_.load(std::memory_order_relaxed);
  }
  static std::uint64_t published(const EntryQueue& queue) {
    return queue.published_.load(std::memory_order_acquire);
  }
  static std::uint64_t consumed(const EntryQueue& queue) {
    return queue.consumed_.load(std::memory_order_acquire);
  }

 private:
  static std::size_t used(const EntryQueue& queue);
  // Of what was `written`, in the order that wait_for_room() speaks of.
  static bool is_half_free(const EntryQueue& queue, std::uint64_t written) {
    return written - queue.consumed_.load() <= queue.ring_bytes_ / 2;
  }
  static void go_to_begin(EntryQueue& queue);
  static bool passes_over(EntryQueue& queue, RecordHeader& record);
  static void tell_time(EntryQueue& queue, std::uint64_t realtime_usec);
  static void tell_context(EntryQueue& queue, const ContextPointer& context);
  static void tell_origins(EntryQueue& queue, const CallAddresses& origins);
  static RecordHeader* record_at(const EntryQueue& queue, std::uint64_t position);
};

}  // namespace logq::internal
