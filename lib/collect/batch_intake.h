// BatchIntake: stores the batches that lie in a receive area, all of one connection, in order, and
// notes how far their client has come. Knows no sockets.
//
// A batch is dealt with as a whole: its entries are stored, then that is noted in BatchClients, and
// only then its slot is released, so that a successor which finds it there again knows what to do.
// Not thread-safe.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "collect/batch_clients.h"
#include "collect/native_intake.h"
#include "collect/receive_area.h"
#include "wire/batch_protocol.h"

namespace logq::collect {

// What a connection is told after its messages were taken.
struct BatchOutcome {
  std::optional<wire::BatchAck> ack;          // how far the client has come
  std::optional<wire::BatchRefusal> refusal;  // the first message that was not taken
  bool ended = false;                         // the client has nothing more to say
  std::size_t bytes = 0;                      // of all that was looked at
};

class BatchIntake {
 public:
  // `clients` must outlive this object.
  BatchIntake(const DatagramServices& services, BatchClients& clients);

  // Takes everything in `area`, which is free then. Messages behind one that is refused are thrown
  // away: nobody has been told of them. `id` is that of the client of this connection, and set by
  // its first message.
  BatchOutcome take(ReceiveArea& area, Descriptors descriptors, std::optional<Id128>& id);

 private:
  struct Message;
  bool take_message(const ReceiveArea& area,
                    std::size_t slot,
                    Descriptors descriptors,
                    std::optional<Id128>& id);
  void refuse(wire::RefusalReason reason, std::uint64_t number);
  void take_batch(const wire::Batch& batch, const ControlData& control, ProgressCell progress);
  void switch_to(const BatchClient& client);
  void commit();

  DatagramServices services_;
  BatchClients& clients_;
  NativeIntake intake_;
  wire::NativeDecoder decoder_;

  // While messages are taken:
  BatchOutcome outcome_;
  std::optional<BatchClient> client_;  // whose entries are queued
  wire::BatchAck state_;               // where it stands once the queue is stored
  std::uint64_t failed_before_ = 0;    // drops by the store when it began
  bool changed_ = false;
  std::vector<std::size_t> taken_;  // slots to be released
};

}  // namespace logq::collect
