// EntryQueue: what one thread has logged and the sender thread has not yet sent. Not for
// applications: logger.h includes it for the call that takes nanoseconds.
//
// A ring of records in memory of its own, which a fork leaves empty to the child (MADV_WIPEONFORK):
// there even the owner is gone, so that the child's first call notices. One thread writes, one
// reads; what they share is published with release and taken with acquire.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <source_location>
#include <span>
#include <string_view>

#include "logq/field.h"
#include "logq/priority.h"

namespace logq {

class ThreadField;

namespace internal {

enum class RecordKind : std::uint8_t {
  kCall,          ///< as Logger::log makes it: CallRecord, the fields' words, the message, the rest
  kConstantCall,  ///< the same with the address of the message, which stays where it is
  kEntry,         ///< any entry (client/entry_record.h), with its time first
  kSkip,          ///< nothing: the next record is at the begin of the ring
  kTime,          ///< no more than the time of the calls behind it
  kContext,       ///< no more than their context
  kBlock,         ///< a time, and a pointer to a record of kind kEntry too large for the ring
};

// What the compiler knows of the fields of a call.
struct FieldForm {
  FieldName name;
  Value::Kind kind;
  std::uint8_t word_bytes;
};
struct CallForm {
  const FieldForm* fields;
  std::uint16_t field_count;
  std::uint16_t words_bytes;  // of all fields
};
template <typename... Fields>
struct FormOf {
  static constexpr std::array<FieldForm, sizeof...(Fields)> kFields{
      FieldForm{Fields::kName, Fields::kKind, Fields::kWordBytes}...};
  static constexpr std::size_t kWordsBytes = (Fields::kWordBytes + ... + std::size_t{0});
  static constexpr CallForm kForm{kFields.data(), sizeof...(Fields), kWordsBytes};
};

// What Logger::with() has added to the calls.
struct CallContext {
  std::span<const Field> fields;
  bool has_good_names = true;  // else each call counts those that are renamed
};
using ContextPointer = std::shared_ptr<const CallContext>;

// In front of each record. Records are small, since what a call costs is above all the cache lines
// that it writes to, which the sender has read on another processor: what the compiler knows is
// left out, time and context are told once for all calls that have the same, and a message is
// copied only where it may change.
struct alignas(8) RecordHeader {
  std::uint32_t bytes;          // of the record with all that is behind it, a multiple of 8
  std::uint16_t message_bytes;  // of a call
  Priority priority;
  RecordKind kind;
};
struct CallRecord {
  RecordHeader header;
  std::source_location location;  // its texts are there as long as the program
  const CallForm* form;           // so is it
};
// Of kTime, and the begin of kEntry and kBlock.
struct TimedRecord {
  RecordHeader header;
  std::uint64_t realtime_usec;
};
// Of kContext. Owns the context until it is read.
struct ContextRecord {
  RecordHeader header;
  ContextPointer context;
};
static_assert(sizeof(RecordHeader) == 8 && sizeof(CallRecord) % 8 == 0 && alignof(CallRecord) == 8);
static_assert(sizeof(TimedRecord) % 8 == 0 && sizeof(ContextRecord) % 8 == 0);
inline constexpr std::size_t kCircumstancesBytes = sizeof(TimedRecord) + sizeof(ContextRecord);

// What the sender thread tells all who log.
struct alignas(64) SenderClock {
  // The time of the sender's last look at its queues. That is not longer ago than a millisecond,
  // unless the machine is too busy to run it or its output blocks. 0: it sleeps, and must be woken.
  std::atomic<std::uint64_t> realtime_usec{0};
};

class EntryQueue {
 public:
  EntryQueue(const EntryQueue&) = delete;
  EntryQueue& operator=(const EntryQueue&) = delete;

  // The sender that reads it; 0 where that is gone, or this is the child of a fork.
  [[nodiscard]] std::uint64_t owner() const { return owner_.load(std::memory_order_relaxed); }
  [[nodiscard]] const SenderClock& clock() const { return *clock_; }

  // For the thread that writes. Where the next record goes, and the bytes it may have before room
  // must be made.
  [[nodiscard]] std::byte* place() const { return write_; }
  [[nodiscard]] std::size_t room() const { return static_cast<std::size_t>(limit_ - write_); }
  // Whether a text never changes: it is in the program's read-only memory.
  [[nodiscard]] bool is_constant(const char* text) const {
    return reinterpret_cast<std::uintptr_t>(text) - constants_ < constants_bytes_;
  }
  // Whether the calls so far had the same time and context.
  [[nodiscard]] bool has_told(std::uint64_t realtime_usec, const CallContext* context) const {
    const auto same_time = static_cast<unsigned>(realtime_usec == realtime_usec_);
    const auto same_context = static_cast<unsigned>(context == context_);
    return (same_time & same_context) != 0;  // one branch
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

  // What both read and nobody changes.
  std::byte* ring_ = nullptr;
  std::size_t ring_bytes_ = 0;
  std::uint64_t thread_id_ = 0;
  // Of the thread that writes, which the other never looks at.
  alignas(64) std::atomic<std::uint64_t> owner_{0};
  const SenderClock* clock_ = nullptr;
  std::byte* write_ = nullptr;
  std::byte* limit_ = nullptr;  // up to which it may write without a look at how far the reader is
  std::uint64_t written_ = 0;   // bytes, since the beginning
  std::uint64_t realtime_usec_ = 0;  // that the last record of kind kTime tells
  std::uintptr_t constants_ = 0;     // the program's read-only memory
  std::uintptr_t constants_bytes_ = 0;
  const CallContext* context_ = nullptr;  // the last of kind kContext, which that keeps alive
  std::uint64_t stalled_at_ = 0;          // how far it was read when a wait for room was in vain
  // What it tells the other.
  alignas(64) std::atomic<std::uint64_t> published_{0};
  std::atomic<std::uint64_t> appended_{0};  // records
  // Of the thread that reads.
  alignas(64) std::atomic<std::uint64_t> consumed_{0};  // bytes, since the beginning
  std::uint64_t seen_ = 0;  // what was published at the last look, which costs the writer time
  std::uint64_t read_realtime_usec_ = 0;  // that the last record of kind kTime has told
  ContextPointer read_context_;           // and the last of kind kContext
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

// Whether there is room for a record after a look at how far the sender has read.
bool look_for_room(EntryQueue& queue, std::size_t bytes) noexcept;
// Tells what is new of the time and the context of the calls from now on. REQUIRES: room for
// kCircumstancesBytes and the `bytes` of the next record.
void tell_circumstances(EntryQueue& queue,
                        std::uint64_t realtime_usec,
                        const ContextPointer& context,
                        std::size_t bytes) noexcept;

inline constexpr std::size_t kCacheLine = 64;
// So far ahead of the next record lines are asked for: the time that it takes to get one from the
// other processor is that of a few calls.
inline constexpr std::size_t kPrefetchDistance = 512;

// Asks for a cache line that will be written to, anywhere. GCC's own takes it for reading only,
// where it is not told of the processor.
[[gnu::always_inline]] inline void prefetch_to_write(const std::byte* at) noexcept {
#if defined(__x86_64__)
  asm volatile("prefetchw %0" ::"m"(*at));
#else
  __builtin_prefetch(at, 1);
#endif
}

// Whether append_call() takes such fields.
template <typename T>
inline constexpr bool kIsNamedField = false;
template <LiteralName Name, Value::Kind Kind, std::size_t WordBytes>
inline constexpr bool kIsNamedField<NamedField<Name, Kind, WordBytes>> = true;

// Appends a call to the queue. False where that takes more than a few nanoseconds: room must be
// made, or the sender sleeps. `was_asleep`: it went to sleep meanwhile, and must be woken. Inlined,
// since so much is known where the call is made that nothing is left to ask.
template <typename... Fields>
[[gnu::always_inline]] inline bool append_call(EntryQueue& queue,
                                               Priority priority,
                                               std::string_view message,
                                               const std::source_location& location,
                                               const ContextPointer& context,
                                               bool& was_asleep,
                                               const Fields&... fields) noexcept {
  constexpr std::size_t kFixed = sizeof(CallRecord) + FormOf<Fields...>::kWordsBytes;
  const bool is_constant = queue.is_constant(message.data());
  const std::size_t text_bytes = is_constant ? sizeof(char*) : message.size();
  const std::size_t used = kFixed + text_bytes + (fields.packed_bytes() + ... + std::size_t{0});
  const std::size_t bytes = (used + 7) & ~std::size_t{7};
  const std::size_t most = bytes + kCircumstancesBytes;
  if (most > queue.room() && !look_for_room(queue, most)) [[unlikely]]
    return false;
  const std::uint64_t now = queue.clock().realtime_usec.load(std::memory_order_relaxed);
  if (now == 0 || message.size() > UINT16_MAX) [[unlikely]]
    return false;
  if (!queue.has_told(now, context.get())) [[unlikely]]
    tell_circumstances(queue, now, context, bytes);
  std::byte* const place = queue.place();
  for (std::size_t i = 0; i < kFixed + kCacheLine; i += kCacheLine)
    prefetch_to_write(place + kPrefetchDistance + i);
  const RecordHeader header{static_cast<std::uint32_t>(bytes),
                            static_cast<std::uint16_t>(message.size()), priority,
                            is_constant ? RecordKind::kConstantCall : RecordKind::kCall};
  auto* const call = new (place) CallRecord{header, location, &FormOf<Fields...>::kForm};
  char* at = reinterpret_cast<char*>(call + 1);
  ((at = fields.put_word(at)), ...);
  if (is_constant) {
    const char* const text = message.data();
    std::memcpy(at, &text, sizeof text);
  } else if (!message.empty()) {
    std::memcpy(at, message.data(), message.size());
  }
  at += text_bytes;
  ((at = fields.pack_to(at)), ...);
  queue.publish(bytes);
  // The sender, before it sleeps, makes every processor see its clock stop (membarrier): either we
  // see that here, or it sees the record.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  was_asleep = queue.clock().realtime_usec.load(std::memory_order_relaxed) == 0;
  return true;
}

}  // namespace internal
}  // namespace logq
