// Parcel: entries in the native protocol, ready to be sent, until somebody has taken them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "logq/transport.h"
#include "wire/batch_protocol.h"

namespace logq::client {

// Later than so, the time of a call is sent with its entry; else that of the receipt will do.
inline constexpr std::uint64_t kTimeMattersUsec = 1000;

class Parcel {
 public:
  // Takes an entry that was logged at `realtime_usec`. False beyond the limits of the protocol.
  // On std::bad_alloc nothing has changed.
  bool add(const Entry& entry, std::uint64_t realtime_usec);
  // Adds the times of the calls to entries that do not have them and are late by now.
  void add_times_if_late(std::uint64_t now_usec);
  void clear();

  [[nodiscard]] std::size_t size() const { return items_.size(); }
  [[nodiscard]] bool empty() const { return items_.empty(); }
  [[nodiscard]] std::string_view entry(std::size_t index) const;
  // All entries as the batch `number` of a client; valid until something is added.
  [[nodiscard]] std::string_view as_batch(const Id128& client_id, std::uint64_t number);
  // Of that message.
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  // The same once all entries have their times.
  [[nodiscard]] std::size_t most_bytes() const;

  std::uint64_t batch_number = 0;  // under which it was sent to the batch socket; 0: not
  bool is_report = false;          // its entry is the logger's own, and not counted
  std::size_t sent = 0;            // so many of its entries are somebody else's by now

 private:
  struct Item {
    std::size_t offset = 0;
    std::size_t bytes = 0;
    std::uint64_t realtime_usec = 0;
    bool has_time = false;
  };

  void remove_last(std::size_t bytes_before);

  std::string bytes_;  // room for the header of a batch, then the entries
  std::vector<Item> items_;
  std::size_t without_time_ = 0;  // items
};

// Parcels in the order of their entries. The last one is being filled; those that are done leave
// their memory to new ones.
class Parcels {
 public:
  // With the entry that goes beyond it most stay below 64 KiB, for which a collector always has
  // memory.
  static constexpr std::size_t kFullBytes = std::size_t{60} << 10;
  static constexpr std::size_t kFullEntries = 256;
  // So much may wait for a collector; what is behind waits in the queues of those who log.
  static constexpr std::size_t kMostBytes = std::size_t{4} << 20;

  [[nodiscard]] bool has_room() const { return bytes_ < kMostBytes; }
  Parcels();

  // False beyond the limits of the protocol. On std::bad_alloc nothing has changed.
  bool add(const Entry& entry, std::uint64_t realtime_usec);
  // The same for one that does not count.
  bool add_report(const Entry& entry, std::uint64_t realtime_usec);
  void add_times_if_late(Parcel& parcel, std::uint64_t now_usec);
  // The first one is done with.
  void pop_front();

  [[nodiscard]] bool empty() const { return parcels_.empty(); }
  [[nodiscard]] std::size_t size() const { return parcels_.size(); }
  [[nodiscard]] Parcel& operator[](std::size_t index) { return parcels_[index]; }
  [[nodiscard]] Parcel& front() { return parcels_.front(); }
  // Entries that are nobody else's yet.
  [[nodiscard]] std::uint64_t entries() const { return entries_; }
  void count_sent(std::size_t entries) { entries_ -= entries; }

 private:
  void drop_last();

  std::deque<Parcel> parcels_;
  std::vector<Parcel> spare_;
  std::size_t bytes_ = 0;
  std::uint64_t entries_ = 0;
};

}  // namespace logq::client
