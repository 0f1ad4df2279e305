// BatchConnection: one client of the batch socket: what it is told, and when it is read from.
//
// Never waits. While the client does not take its acknowledgements nothing more is read from it, so
// that its own send buffer fills up. Not thread-safe.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/receive_area.h"
#include "wire/batch_protocol.h"

namespace logq::collect {

// What there was to receive.
struct BatchReceipt {
  std::size_t messages = 0;
  bool is_full = false;  // ended with enough for a turn: there may be more
  bool failed = false;   // a message may be lost: nothing behind these may be acknowledged
};

class BatchConnection {
 public:
  // `uid` is that of whoever connected.
  BatchConnection(base::UniqueFd socket, uid_t uid);
  ~BatchConnection();
  BatchConnection(const BatchConnection&) = delete;
  BatchConnection& operator=(const BatchConnection&) = delete;

  // Says what is taken here.
  void greet();
  // Receives a turn's worth of what waits (limits.h). REQUIRES: all slots of `area` are free.
  [[nodiscard]] BatchReceipt receive(ReceiveArea& area) const;

  // Tells how far the client has come, now or as soon as there is room for it; of several that wait
  // only the last is told.
  void acknowledge(const wire::BatchAck& ack);
  void send_waiting();
  // The last word. What the client has sent meanwhile is thrown away: closing the socket with
  // something in it would take the word back.
  void refuse(const wire::BatchRefusal& refusal);
  // The client can send no more; what it has sent can be received, and ends with the end.
  void stop_sender();

  // What to wait for: EPOLLIN or EPOLLOUT.
  [[nodiscard]] std::uint32_t wanted_events() const;
  [[nodiscard]] int fd() const { return socket_.get(); }
  [[nodiscard]] uid_t uid() const { return uid_; }
  // Bytes that have been sent and not received.
  [[nodiscard]] std::size_t queued_bytes() const;

  std::optional<Id128> client_id;    // once known
  sd_event_source* event = nullptr;  // ended with this object
  std::size_t marked_bytes = 0;      // still to be received for those who wait for a sync
  bool is_queued = false;            // waits for a turn, not for the socket

 private:
  Result<std::size_t> receive_one(ReceiveArea& area, std::size_t slot) const;
  // False while there is no room.
  bool send(std::string_view message) const;

  base::UniqueFd socket_;
  uid_t uid_;
  std::optional<wire::BatchAck> waiting_;
};

}  // namespace logq::collect
