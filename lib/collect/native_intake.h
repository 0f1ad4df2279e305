// NativeIntake: what becomes of an entry in the native protocol, whichever socket it came by: its
// sender and object are found, filters and limits asked, and it is stored and forwarded.
//
// Keeps nothing between calls. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "collect/datagram_source.h"
#include "wire/native_protocol.h"

namespace logq::collect {

class NativeIntake {
 public:
  explicit NativeIntake(const DatagramServices& services) : services_(services) {}

  // How long the bytes of an entry's fields stay in place.
  enum class Lifetime : std::uint8_t {
    kUntilFlushed,  ///< in a receive area: until the queue has been flushed
    kUntilNext,     ///< until the next entry is looked at
  };

  // Stores or queues the decoder's current entry, sent with `control`, or skips it; `progress`
  // stands at `finished` once the queue is flushed in any case. False when a filter, a level or a
  // rate keeps the entry out. `prepared` is of its large fields.
  bool store(const wire::NativeDecoder& decoder,
             const ControlData& control,
             Lifetime lifetime,
             ProgressCell progress,
             std::uint64_t finished,
             const journal::PreparedValues* prepared = nullptr);

 private:
  void forward(const wire::NativePeek& peek, const ControlData& control, const IngestEntry& entry);
  [[nodiscard]] const ClientMetadata* find_object(std::optional<pid_t> object,
                                                  const ControlData& control);

  DatagramServices services_;
};

}  // namespace logq::collect
