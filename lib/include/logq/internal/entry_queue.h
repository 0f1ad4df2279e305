// EntryQueue: what one thread has logged and the sender thread has not yet sent. Not for
// applications: logger.h includes it for the call that takes nanoseconds.
//
// A ring of records in memory of its own, which a fork leaves empty to the child (MADV_WIPEONFORK):
// there even the owner is gone, so that the child's first call notices. One thread writes, one
// reads; what they share is published with release and taken with acquire.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <source_location>
#include <span>
#include <string_view>

#include "logq/field.h"
#include "logq/internal/inline_copy.h"
#include "logq/priority.h"

namespace logq {

class ThreadField;

namespace internal {

enum class RecordKind : std::uint8_t {
  kCall,          ///< as Logger::log makes it: CallRecord, the fields' words, the message, the rest
  kConstantCall,  ///< the same with where in the program's constants the message is
  kEntry,         ///< any entry (client/entry_record.h), with its time first
  kSkip,          ///< nothing: the next record is at the begin of the ring
  kTime,          ///< no more than the time of the calls behind it
  kContext,       ///< no more than their context
  kOrigins,       ///< no more than where the addresses in them are counted from
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

// What a call has the addresses of. In its record each takes four bytes: there they are counted
// from others, the origins, which are told once for all calls of a program or library.
struct CallAddresses {
  std::uintptr_t location = 0;
  std::uintptr_t form = 0;

  template <typename... Fields>
  [[gnu::always_inline]] static CallAddresses of(const std::source_location& location) noexcept {
    return {std::bit_cast<std::uintptr_t>(location),
            reinterpret_cast<std::uintptr_t>(&FormOf<Fields...>::kForm)};
  }
  // The distances, which wrap around where an address is in front of its origin.
  [[nodiscard]] constexpr CallAddresses counted_from(const CallAddresses& origins) const {
    return {location - origins.location, form - origins.form};
  }
  [[nodiscard]] constexpr bool are_short() const { return (location | form) <= UINT32_MAX; }
  // REQUIRES: are_short().
  [[nodiscard]] constexpr std::uint64_t packed() const {
    return location | std::uint64_t{form} << 32;
  }
};
// For these addresses and others in front of them and behind, like all of a module's.
constexpr CallAddresses origins_near(const CallAddresses& addresses) {
  constexpr std::uintptr_t kAround = std::uintptr_t{1} << 31;
  return {addresses.location - kAround, addresses.form - kAround};
}
// Of standard libraries for Linux, where it is no more than the address of what it says.
static_assert(sizeof(std::source_location) == sizeof(std::uintptr_t));

// What is told once for all calls that have the same.
struct Circumstances {
  std::uint64_t realtime_usec;
  const ContextPointer& context;
  CallAddresses addresses;  // of a call that has them
};

// In front of each record. Records are small, since a call pays for the cache lines that it writes
// to, which the sender has read on another processor: what the compiler knows is left out, time and
// context are told once for all calls that have the same, and a message is copied only where it may
// change.
struct alignas(8) RecordHeader {
  std::uint32_t bytes;          // of the record with all that is behind it, a multiple of 8
  std::uint16_t message_bytes;  // of a call
  Priority priority;
  RecordKind kind;
};
struct CallRecord {
  RecordHeader header;
  // Of its std::source_location, in the low half, whose texts are there as long as the program; of
  // its CallForm, which is so too.
  std::uint64_t distances;
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
// Of kOrigins.
struct OriginsRecord {
  RecordHeader header;
  CallAddresses origins;
};
static_assert(sizeof(RecordHeader) == 8 && sizeof(CallRecord) % 8 == 0 && alignof(CallRecord) == 8);
static_assert(sizeof(TimedRecord) % 8 == 0 && sizeof(ContextRecord) % 8 == 0);
static_assert(sizeof(OriginsRecord) % 8 == 0);
inline constexpr std::size_t kCircumstancesBytes =
    sizeof(TimedRecord) + sizeof(ContextRecord) + sizeof(OriginsRecord);

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
  // Where a text is in the program's read-only memory, in which nothing ever changes; elsewhere
  // that is not less than constants_bytes().
  [[nodiscard]] std::uintptr_t place_in_constants(const char* text) const {
    return reinterpret_cast<std::uintptr_t>(text) - constants_;
  }
  [[nodiscard]] std::uint32_t constants_bytes() const { return constants_bytes_; }
  // Whether the calls so far had the same time and context.
  [[nodiscard]] bool has_told(const Circumstances& of) const {
    return of.realtime_usec == realtime_usec_ && of.context.get() == context_;
  }
  [[nodiscard]] const CallAddresses& origins() const { return origins_; }
  // The record of an entry is complete.
  void publish(std::size_t bytes) {
    appended_.store(appended_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    publish_aside(bytes);
  }

 private:
  friend class QueueEnd;  // client/queue_end.h: all that is not done in nanoseconds

  EntryQueue() = default;

  void publish_aside(std::size_t bytes) {
    write_ += bytes;
    published_.store(published_.load(std::memory_order_relaxed) + bytes, std::memory_order_release);
  }

  // What both read and nobody changes.
  std::byte* ring_ = nullptr;
  std::size_t ring_bytes_ = 0;
  std::uint64_t thread_id_ = 0;
  // Of the thread that writes, which the other never looks at.
  alignas(64) std::atomic<std::uint64_t> owner_{0};
  const SenderClock* clock_ = nullptr;
  std::byte* write_ = nullptr;
  std::byte* limit_ = nullptr;  // up to which it may write without a look at how far the reader is
  // That the last record of kind kTime tells; there is none at the end of time.
  std::uint64_t realtime_usec_ = UINT64_MAX;
  const CallContext* context_ = nullptr;  // the last of kind kContext, which that keeps alive
  std::uintptr_t constants_ = 0;          // the program's read-only memory
  CallAddresses origins_;                 // that the last of kind kOrigins tells
  std::uint32_t constants_bytes_ = 0;
  std::uint64_t stalled_at_ = 0;  // how far it was read when a wait for room was in vain
  // What it tells the other.
  alignas(64) std::atomic<std::uint64_t> published_{0};  // bytes, since the beginning
  std::atomic<std::uint64_t> appended_{0};               // entries
  // Of the thread that reads.
  alignas(64) std::atomic<std::uint64_t> consumed_{0};  // of the same
  std::uint64_t seen_ = 0;  // what was published at the last look, which costs the writer time
  std::uint64_t read_realtime_usec_ = 0;  // that the last record of kind kTime has told
  ContextPointer read_context_;           // and the last of kind kContext
  CallAddresses read_origins_;            // and the last of kind kOrigins
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

// Makes room for a record of so many bytes and tells what is new of the circumstances of its call.
// False where there is no room.
bool prepare_call(EntryQueue& queue, const Circumstances& of, std::size_t bytes) noexcept;

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

// What a call will be as a record.
template <typename... Fields>
struct CallShape {
  [[gnu::always_inline]] CallShape(const EntryQueue& queue,
                                   std::string_view message,
                                   const Fields&... fields) noexcept
      : constant(queue.place_in_constants(message.data())),
        is_constant(constant < queue.constants_bytes()) {
    const std::size_t text_bytes = is_constant ? sizeof(std::uint32_t) : message.size();
    const std::size_t used = kFixed + text_bytes + (fields.packed_bytes() + ... + std::size_t{0});
    bytes = (used + 7) & ~std::size_t{7};
  }

  static constexpr std::size_t kFixed = sizeof(CallRecord) + FormOf<Fields...>::kWordsBytes;
  std::uintptr_t constant;  // place_in_constants() of the message
  bool is_constant;
  std::size_t bytes;
};

// Appends a call to the queue. False where there is more to do than that: see prepare_call(), or
// the sender sleeps, or the message is long. `was_asleep`: it went to sleep meanwhile, and must be
// woken. Inlined, since so much is known where the call is made that nothing is left to ask; and it
// calls nothing, so that nothing needs to be saved.
template <typename... Fields>
[[gnu::always_inline]] inline bool append_call(EntryQueue& queue,
                                               Priority priority,
                                               std::string_view message,
                                               const Circumstances& circumstances,
                                               bool& was_asleep,
                                               const Fields&... fields) noexcept {
  const CallShape<Fields...> shape(queue, message, fields...);
  const CallAddresses distances = circumstances.addresses.counted_from(queue.origins());
  if (shape.bytes > queue.room() || message.size() > UINT16_MAX || !distances.are_short())
      [[unlikely]] {
    return false;
  }
  std::byte* const place = queue.place();
  const std::byte* const ahead = place + shape.bytes + kPrefetchDistance;
  for (std::size_t back = 0; back <= shape.kFixed; back += kCacheLine)
    prefetch_to_write(ahead - back);
  const RecordHeader header{static_cast<std::uint32_t>(shape.bytes),
                            static_cast<std::uint16_t>(message.size()), priority,
                            shape.is_constant ? RecordKind::kConstantCall : RecordKind::kCall};
  auto* const call = new (place) CallRecord{header, distances.packed()};
  char* at = reinterpret_cast<char*>(call + 1);
  ((at = fields.put_word(at)), ...);
  if (shape.is_constant) {
    const auto constant = static_cast<std::uint32_t>(shape.constant);
    std::memcpy(at, &constant, sizeof constant);
    at += sizeof constant;
  } else {
    copy_bytes(message.data(), message.size(), at);
    at += message.size();
  }
  ((at = fields.pack_to(at)), ...);
  // Only now, so that nothing above needs to be kept in mind: nobody else sees the record yet.
  if (!queue.has_told(circumstances)) [[unlikely]]
    return false;
  queue.publish(shape.bytes);
  // The sender, before it sleeps, makes every processor see its clock stop (membarrier): either we
  // see that here, or it sees the record.
  std::atomic_signal_fence(std::memory_order_seq_cst);
  was_asleep = queue.clock().realtime_usec.load(std::memory_order_relaxed) == 0;
  return true;
}

}  // namespace internal
}  // namespace logq
