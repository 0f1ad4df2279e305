// DatagramSource: what the sources that receive datagrams have in common (docs/protocols.md,
// "Sockets").
//
// Receives into a ReceiveArea, hands each datagram to the protocol's own class and keeps account of
// how many of its entries are stored, so that a successor stores each exactly once. A call does a
// bounded amount of work and goes on where the last one stopped. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"
#include "collect/client_cache.h"
#include "collect/control_message.h"
#include "collect/drops.h"
#include "collect/forwards.h"
#include "collect/ingest.h"
#include "collect/process_passing.h"
#include "collect/receive_area.h"

namespace logq::collect {

// What all of them work with; the references must outlive the sources.
struct DatagramServices {
  Ingest& ingest;
  ClientCache& clients;
  Drops& drops;
  pid_t own_pid = 0;  // its datagrams are ignored, so that the collector cannot feed itself
  Forwards* forwards = nullptr;
  ProcessHandles process_handles = ProcessHandles::kAuto;
};

// The metadata of the sender, where the kernel attested one.
const ClientMetadata* find_sender(const DatagramServices& services, const ControlData& control);

class DatagramSource {
 public:
  explicit DatagramSource(const DatagramServices& services);
  DatagramSource(const DatagramSource&) = delete;
  DatagramSource& operator=(const DatagramSource&) = delete;
  virtual ~DatagramSource() = default;

  // Stores what a predecessor received and did not store. REQUIRES: its progress is resolved.
  void replay(ReceiveArea& predecessor);

  // Begins to receive from `socket` into `area`.
  void start(base::UniqueFd socket, ReceiveArea area);
  [[nodiscard]] int fd() const { return socket_.get(); }

  enum class Work {
    kIdle,  ///< nothing was queued
    kDone,  ///< what was received is stored
    kMore,  ///< datagrams are left that the socket no longer announces: call again soon
  };
  // Receives and stores up to a bound.
  Work work();
  // Whether datagrams are held back that may go on: then work() is to be called.
  [[nodiscard]] bool has_released() const;
  // Stores all that has been received, without a bound and without receiving more. What would have
  // to wait for something else is waited for no longer.
  virtual void finish_received();

 protected:
  // What a datagram has to wait for, if anything: some number of the protocol's own.
  [[nodiscard]] virtual std::optional<std::uint64_t> waits_for(
      const ControlData& /*control*/) const {
    return std::nullopt;
  }
  [[nodiscard]] virtual bool still_waits(const ControlData& /*control*/,
                                         std::uint64_t /*number*/) const {
    return false;
  }
  // Whether a datagram of this sender is held back that waits for a number before this one.
  [[nodiscard]] bool holds_earlier(pid_t sender, std::uint64_t number) const;
  [[nodiscard]] std::optional<ReceiveArea>& area() { return area_; }

  // Takes up a datagram that was received whole; false when nothing in it can be stored. `control`,
  // whose descriptors may be taken, stays valid until end(), the bytes until all is stored.
  virtual bool begin(std::string_view bytes, ControlData& control) = 0;
  // Moves to the next entry of the datagram; false behind the last.
  virtual bool next() = 0;
  // Stores, queues or skips the current entry; once the queue is stored `progress` stands at
  // `finished` in any case: a successor takes the next entry in progress for the one behind that
  // position.
  virtual void store(const ControlData& control, ProgressCell progress, std::uint64_t finished) = 0;
  // How many bytes of the datagram, or of the file it carries, have not been looked at.
  [[nodiscard]] virtual std::size_t bytes_left() const { return 0; }
  // The datagram is dealt with; also called when begin() returned false.
  virtual void end() {}

  [[nodiscard]] const DatagramServices& services() const { return services_; }

 private:
  // The datagram being taken apart.
  struct Job {
    std::size_t slot = 0;
    ControlData control;
    std::uint64_t ordinal = 0;
    std::uint64_t stored_before = 0;
  };

  // A datagram that waits.
  struct Held {
    Job job;
    std::uint64_t waits_for = 0;
  };

  [[nodiscard]] std::optional<std::size_t> next_slot(const ReceiveArea& area) const;
  bool hold(const ReceiveArea& area);
  bool take_up_released(ReceiveArea& area);
  [[nodiscard]] std::deque<Held>::iterator first_released();
  std::size_t find_room();
  bool drain(ReceiveArea& area, Descriptors descriptors, std::size_t budget);
  bool take_apart(ReceiveArea& area, Descriptors descriptors, std::size_t budget);
  bool next_entry(std::size_t& work);
  bool take_up(ReceiveArea& area, std::size_t slot, Descriptors descriptors);
  bool is_whole(const msghdr& message, const Job& job, bool is_empty);
  std::size_t store_entries(ReceiveArea& area, std::size_t budget);
  void finish(ReceiveArea& area);
  void settle(ReceiveArea& area);

  DatagramServices services_;
  ProcessPassing passing_;
  base::UniqueFd socket_;
  std::optional<ReceiveArea> area_;
  std::optional<Job> job_;
  std::size_t next_slot_ = 0;
  std::deque<Held> held_;
  std::uint64_t released_waited_for_ = 0;  // by what is being taken apart
  std::vector<std::size_t> taken_;  // slots whose entries are queued or stored, to be released
};

}  // namespace logq::collect
