// An entry as a record of an EntryQueue (logq/internal/entry_queue.h), and back.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "logq/internal/entry_queue.h"
#include "logq/transport.h"

namespace logq::client {

// Bytes that write_record() needs, a multiple of 8.
[[nodiscard]] std::size_t record_size(const Entry& entry);
// Copies the entry, its context and the thread's fields among its own, to `place`. REQUIRES: room
// for `bytes`, which is record_size().
void write_record(const Entry& entry,
                  std::uint64_t realtime_usec,
                  std::size_t bytes,
                  std::byte* place);

// In the ring, for a record that is elsewhere.
void write_block_record(std::byte* block, std::uint64_t realtime_usec, std::byte* place);
inline constexpr std::size_t kBlockRecordBytes = sizeof(internal::TimedRecord) + sizeof(void*);
static_assert(kBlockRecordBytes % 8 == 0);
// The record that a record of kind kBlock stands for, to be freed with free_block().
[[nodiscard]] internal::RecordHeader* block_of(const internal::RecordHeader& record);
// Memory for one; null where there is none.
[[nodiscard]] std::byte* allocate_block(std::size_t bytes) noexcept;
void free_block(void* block) noexcept;

// What records of calls leave out, since it was told before.
struct CallSurroundings {
  std::span<const Field> context;
  internal::CallAddresses origins;
  std::uintptr_t constants = 0;  // that messages are counted from
};

class RecordReader {
 public:
  // Those of the calls that are read from now on; views.
  void be_in(const CallSurroundings& surroundings) { surroundings_ = surroundings; }
  // What the record says; views into it and of this object's until the next call. `identifier` and
  // `thread_id` are those of the logger and of the queue, where the record has no others.
  [[nodiscard]] Entry read(const internal::RecordHeader& record,
                           std::string_view identifier,
                           std::uint64_t thread_id);

 private:
  void read_call(const internal::RecordHeader& record, Entry& entry);
  static void read_entry(const internal::RecordHeader& record, Entry& entry);

  CallSurroundings surroundings_;
  std::vector<Field> fields_;  // of a call
};

}  // namespace logq::client
