// BatchSource: the batch socket R/logq and its clients (docs/batch-protocol.md).
//
// Lives on one sd-event loop. Connections that have something to say queue up for a turn, and in
// the loop all of them together are one source among the others, so that many clients of this
// socket cannot keep it from datagrams and streams. A turn is what one call receives: it is stored
// and acknowledged before anybody else's. So a client with more under way than its window only
// waits, and what it sent and nobody has read is in its own send buffer. Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/batch_clients.h"
#include "collect/batch_connection.h"
#include "collect/batch_intake.h"
#include "collect/descriptor_reserve.h"
#include "collect/receive_area.h"
#include "collect/turn.h"
#include "collect/turn_queue.h"

namespace logq::collect {

class BatchSource {
 public:
  static constexpr AreaGeometry kGeometry{kBatchSlots, kBatchMessageBytes};

  BatchSource(const DatagramServices& services, BatchClients clients);
  BatchSource(const BatchSource&) = delete;
  BatchSource& operator=(const BatchSource&) = delete;
  ~BatchSource();

  // Stores what a predecessor received and did not store. REQUIRES: its progress is resolved.
  void replay(ReceiveArea& predecessor);
  // Begins to accept on `listener`. `event` must outlive this object.
  Result<void> start(base::UniqueFd listener, ReceiveArea area, sd_event* event);
  // Called after each turn that may have stored entries.
  void on_activity(std::function<void()> notify) { notify_ = std::move(notify); }

  // For a sync: notes what has been sent by now, also by clients that were not accepted yet; then
  // stores some of it, true when that was all.
  void mark();
  bool store_marked();

  // For the last drain: nothing more can be sent, also by those who wait to be accepted; then gives
  // everybody a turn, true when there may be more.
  void stop_senders();
  bool drain_once();
  void close_all() { connections_.clear(); }

  [[nodiscard]] std::size_t connections() const { return connections_.size(); }
  // Connections for which there was no room.
  [[nodiscard]] std::uint64_t refused() const { return refused_; }
  // Clients of which it is known how far they have come.
  [[nodiscard]] std::size_t clients() const { return clients_.size(); }
  // What clients have sent and nobody has read yet; asks the kernel about each.
  [[nodiscard]] std::uint64_t waiting_bytes() const;

 private:
  static int on_listener(sd_event_source* source, int fd, std::uint32_t events, void* self);
  static int on_ready(sd_event_source* source, int fd, std::uint32_t events, void* self);

  bool accept_some();
  bool accept_one();
  void take_in(base::UniqueFd socket);
  [[nodiscard]] bool has_room_for(const BatchConnection& connection) const;
  void queue_up(BatchConnection& connection);
  void give_turn();
  bool work(BatchConnection& connection);
  void notify() const;

  DatagramServices services_;
  BatchClients clients_;
  BatchIntake intake_;
  base::UniqueFd listener_;
  DescriptorReserve reserve_;
  int descriptor_limit_ = 0;  // from this number on, descriptors are for everybody else
  std::optional<ReceiveArea> area_;
  sd_event* event_ = nullptr;
  sd_event_source* listener_event_ = nullptr;
  Turn turn_;
  std::map<int, std::unique_ptr<BatchConnection>> connections_;  // by descriptor
  TurnQueue queue_;
  std::uint64_t refused_ = 0;
  std::size_t adoptions_left_ = 0;  // rounds of accepting that a sync waits for
  std::function<void()> notify_;
};

}  // namespace logq::collect
