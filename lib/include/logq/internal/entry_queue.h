// EntryQueue: what one thread has logged and the sender thread has not yet sent. Not for
// applications: logger.h includes it for the call that takes nanoseconds.
//
// A ring of records in memory of its own, which a fork leaves empty to the child (MADV_WIPEONFORK):
// there even the owner is gone, so that the child's first call notices. One thread writes, one
// reads; what they share is published with release and taken with acquire.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <new>
#include <source_location>
#include <string_view>

#include "logq/field.h"
#include "logq/priority.h"

namespace logq {

class ThreadField;

namespace internal {

enum class RecordKind : std::uint8_t {
  kCall,   ///< as Logger::log makes it: the thread is the queue's, nothing else is given
  kEntry,  ///< behind the fields is an EntryDetails
  kSkip,   ///< nothing: the next record is at the begin of the ring
  kBlock,  ///< a pointer to a record of one of the first two kinds that is too large for the ring
};

// In front of each record. Behind it: the fields, the message, then what the fields borrow.
struct RecordHeader {
  std::uint32_t bytes;  // of the record with all that is behind it, a multiple of 8
  std::uint16_t field_count;
  Priority priority;
  RecordKind kind;
  std::uint64_t realtime_usec;
  const char* code_file;      // of a std::source_location: there as long as the program
  const char* code_function;  // the same
  std::uint32_t code_line;
  std::uint32_t message_bytes;
};
static_assert(sizeof(RecordHeader) % 8 == 0 && alignof(RecordHeader) == 8);

// What the sender thread tells all who log.
struct alignas(64) SenderClock {
  // The time, not older than the sender's last look at its queues, and that is not longer ago than
  // a millisecond unless the machine is too busy to run it. 0: it sleeps, and must be woken.
  std::atomic<std::uint64_t> realtime_usec{0};
};

class EntryQueue {
 public:
  EntryQueue(const EntryQueue&) = delete;
  EntryQueue& operator=(const EntryQueue&) = delete;

  // The sender that reads it; 0 where that is gone, or this is the child of a fork.
  [[nodiscard]] std::uint64_t owner() const { return owner_.load(std::memory_order_relaxed); }
  [[nodiscard]] const SenderClock& clock() const { return *clock_; }

  // For the thread that writes. A place for a record of so many bytes; null: room must be made.
  [[nodiscard]] std::byte* place_for(std::size_t bytes) const {
    return bytes <= static_cast<std::size_t>(limit_ - write_) ? write_ : nullptr;
  }
  // The record is complete.
  void publish(std::size_t bytes) {
    write_ += bytes;
    written_ += bytes;
    appended_.store(appended_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    published_.store(written_, std::memory_order_release);
  }

 private:
  friend class QueueEnd;  // client/queue_end.h: all that is not done in nanoseconds

  EntryQueue() = default;

  // Of the thread that writes.
  std::atomic<std::uint64_t> owner_{0};
  const SenderClock* clock_ = nullptr;
  std::byte* write_ = nullptr;
  std::byte* limit_ = nullptr;  // up to which it may write without a look at how far the reader is
  std::uint64_t written_ = 0;   // bytes, since the beginning
  std::byte* ring_ = nullptr;
  std::size_t ring_bytes_ = 0;
  std::uint64_t thread_id_ = 0;
  std::uint64_t stalled_at_ = 0;            // how far it was read when a wait for room was in vain
  std::atomic<std::uint64_t> appended_{0};  // records
  std::atomic<std::uint64_t> published_{0};
  // Of the thread that reads.
  alignas(64) std::atomic<std::uint64_t> consumed_{0};  // bytes, since the beginning
  std::atomic<std::uint64_t> taken_{0};                 // records
  // Of both.
  alignas(64) std::atomic<std::uint32_t> waiting_{0};  // the writer waits for room: a futex
  std::atomic<std::uint32_t> users_{0};                // writer and reader; the last one unmaps
  std::atomic<bool> closed_{false};                    // its thread has ended
};

// What a thread knows of itself. No member needs a destructor: logging works until its very end.
struct ThreadState {
  EntryQueue* queue = nullptr;       // the one used last
  ThreadField* innermost = nullptr;  // logq/thread_field.h
};
extern thread_local constinit ThreadState thread_state;

[[gnu::always_inline]] inline void append_field(const Field& from,
                                                Field*& field,
                                                char*& text) noexcept {
  new (field++) Field{from.name, from.value.copied_to(text)};
  text += from.value.borrowed_bytes();
}

// Appends a call to the queue. False where that takes more than a few nanoseconds: room must be
// made, or a field has no literal name. `was_asleep`: the sender must be woken. Inlined, since the
// kind of each value is known where the call is made, so that nothing is left to ask.
template <typename... Fields>
[[gnu::always_inline]] inline bool append_call(EntryQueue& queue,
                                               Priority priority,
                                               std::string_view message,
                                               const std::source_location& location,
                                               bool& was_asleep,
                                               const Fields&... fields) noexcept {
  if (!(fields.name.is_literal() && ...)) return false;
  constexpr std::size_t kFixed = sizeof(RecordHeader) + sizeof...(Fields) * sizeof(Field);
  const std::size_t used =
      kFixed + message.size() + (fields.value.borrowed_bytes() + ... + std::size_t{0});
  const std::size_t bytes = (used + 7) & ~std::size_t{7};
  std::byte* const place = queue.place_for(bytes);
  const std::uint64_t now = queue.clock().realtime_usec.load(std::memory_order_relaxed);
  if (place == nullptr || now == 0) return false;
  auto* const header = new (place) RecordHeader{static_cast<std::uint32_t>(bytes),
                                                sizeof...(Fields),
                                                priority,
                                                RecordKind::kCall,
                                                now,
                                                location.file_name(),
                                                location.function_name(),
                                                location.line(),
                                                static_cast<std::uint32_t>(message.size())};
  auto* field = reinterpret_cast<Field*>(header + 1);
  char* text = reinterpret_cast<char*>(field + sizeof...(Fields));
  if (!message.empty()) std::memcpy(text, message.data(), message.size());
  text += message.size();
  (append_field(fields, field, text), ...);
  queue.publish(bytes);
  // The sender, before it sleeps, makes every processor see its clock stop (membarrier): either we
  // see that here, or it sees the record.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  was_asleep = queue.clock().realtime_usec.load(std::memory_order_relaxed) == 0;
  return true;
}

}  // namespace internal
}  // namespace logq
