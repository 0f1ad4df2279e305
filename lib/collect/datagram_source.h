// DatagramSource: what the sources that receive datagrams have in common (docs/protocols.md,
// "Sockets").
//
// Receives into a ReceiveArea, hands each datagram to the protocol's own class and keeps account of
// how many of its entries are stored, so that a successor stores each exactly once. A call does a
// bounded amount of work and goes on where the last one stopped.
//
// Datagrams are stored in the order in which they come for as long as that is quick. When what was
// received takes long, it is sorted by users, who take turns then (collect/waiting_datagrams.h),
// and the socket is read meanwhile. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <deque>
#include <memory>
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
#include "collect/waiting_datagrams.h"

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

  // For a sync: notes what is queued, and whether work() has stored all of it.
  void mark();
  [[nodiscard]] bool has_stored_marked() const;

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
  // The highest number that one has been given.
  [[nodiscard]] virtual std::uint64_t last_to_wait_for() const { return 0; }
  // Whether a datagram of this sender is held back that comes before what has this number.
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
  // How many fields the current entry has.
  [[nodiscard]] virtual std::size_t fields() const { return 0; }

  // Decides about a datagram of so many bytes while users take turns.
  enum class Intake : std::uint8_t {
    kWaits,   ///< for its user's turn
    kAtOnce,  ///< it can be dealt with now, at little cost
    kTaken,   ///< somebody else deals with it
  };
  virtual Intake take_in(std::size_t bytes, ControlData& control) {
    return bytes == 0 || control.descriptors_sent > 0 ? Intake::kAtOnce : Intake::kWaits;
  }
  // Lays what is being taken apart aside, between two entries, and takes it up again. Without
  // anything to keep it begins anew, and what is stored is passed over.
  virtual std::unique_ptr<DatagramJob::Paused> pause() { return nullptr; }
  virtual void resume(DatagramJob::Paused& /*paused*/) {}
  // REQUIRES: start().
  [[nodiscard]] const WaitingDatagrams& waiting() const { return *waiting_; }
  // The datagram is dealt with; also called when begin() returned false.
  virtual void end() {}

  [[nodiscard]] const DatagramServices& services() const { return services_; }

 private:
  using Job = DatagramJob;

  // A datagram that waits for a number.
  struct Held {
    Job job;
    std::uint64_t waits_for = 0;
  };

  // What a sync waits for.
  struct Mark {
    std::size_t receives_left = 0;        // before all that was queued has been received
    std::optional<std::uint64_t> last{};  // the arrival that was the last of it, once that is known
  };

  void replay_slot(ReceiveArea& area, std::size_t slot);
  std::size_t receive();
  void find_room();
  void note_received(std::size_t count);
  [[nodiscard]] bool has_ready() const { return next_slot_ < ready_end_; }
  bool hold(const ReceiveArea& area);
  bool take_up_released(ReceiveArea& area);
  [[nodiscard]] std::deque<Held>::iterator first_released();
  bool drain(ReceiveArea& area, std::size_t budget);
  bool take_apart(ReceiveArea& area, std::size_t budget);
  bool next_entry(std::size_t& work);
  bool look_at(ReceiveArea& area, std::size_t slot, Descriptors descriptors);
  bool take_up(ReceiveArea& area, std::size_t slot, Descriptors descriptors);
  bool is_whole(const msghdr& message, const Job& job, bool is_empty);
  std::size_t store_entries(ReceiveArea& area, std::size_t budget);
  void finish(ReceiveArea& area);
  void settle(ReceiveArea& area);

  // datagram_source_turns.cc: while users take turns.
  [[nodiscard]] bool is_backlog_long(std::uint64_t since_usec);
  Work work_in_turns(ReceiveArea& area);
  bool may_receive();
  void sort_received(ReceiveArea& area);
  void sort(ReceiveArea& area, std::size_t slot);
  void put_back(ReceiveArea& area);
  void settle_sender();
  void serve(ReceiveArea& area, std::size_t budget);
  std::size_t serve_turn(ReceiveArea& area);
  bool take_up_waiting(ReceiveArea& area, uid_t user);
  void finish_waiting(ReceiveArea& area);

  DatagramServices services_;
  ProcessPassing passing_;
  base::UniqueFd socket_;
  std::optional<ReceiveArea> area_;
  std::optional<Job> job_;
  std::size_t next_slot_ = 0;  // of those received last, up to ready_end_, nobody has looked at
  std::size_t ready_end_ = 0;
  std::size_t room_ = 0;          // from next_slot_ on, where nothing is ready
  std::uint64_t arrivals_ = 0;    // datagrams received
  std::uint64_t work_bytes_ = 0;  // that this call of work() has taken up
  std::deque<Held> held_;
  std::uint64_t released_waited_for_ = 0;  // by what is being taken apart
  std::vector<std::size_t> taken_;  // slots whose entries are queued or stored, to be released
  std::optional<WaitingDatagrams> waiting_;
  bool takes_turns_ = false;
  std::optional<uid_t> read_for_;  // a user with something in the queue, behind what is refused
  std::uint64_t look_again_usec_ = 0;
  Mark mark_;
};

}  // namespace logq::collect
