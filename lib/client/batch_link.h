// BatchLink: one connection to a collector's batch socket (docs/batch-protocol.md), and the memory
// of where its client stands, which outlives the connection.
//
// Nothing here waits: advance() does what can be done now. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "client/parcel.h"
#include "client/socket_calls.h"
#include "wire/batch_protocol.h"

namespace logq::client {

class BatchLink {
 public:
  enum class State : std::uint8_t {
    kClosed,
    kGreeting,  ///< connected, the collector's hello has not come
    kAsking,    ///< asked how far it is, since batches may have been lost on the way
    kOpen,
    kRefused,  ///< the collector does not want this client's batches: datagrams then
  };
  // What became of entries of the first parcels since the last call.
  struct Outcome {
    std::uint64_t taken = 0;  // parcels that are dealt with
    std::uint64_t unwanted = 0;
    std::uint64_t lost = 0;  // that the collector could not keep
  };

  BatchLink(SocketCandidate candidate, SocketCalls& calls);
  BatchLink(const BatchLink&) = delete;
  BatchLink& operator=(const BatchLink&) = delete;
  ~BatchLink() { close(); }

  [[nodiscard]] State state() const { return state_; }
  // 0, or the negative errno of a failure. REQUIRES: closed.
  int connect();
  void close();
  // A refusal holds no longer.
  void forgive();
  // Hears what the collector says and sends what its window allows.
  Outcome advance(Parcels& parcels, std::uint64_t now_usec);
  // Batches under way.
  [[nodiscard]] std::uint64_t under_way() const { return under_way_; }
  // Whether a parcel can be a batch: else it has to go another way, in its turn. REQUIRES: open.
  [[nodiscard]] bool takes(const Parcel& parcel) const;

 private:
  void hear(Parcels& parcels, Outcome& outcome);
  void take(const wire::BatchHello& hello);
  void take(const wire::BatchAck& ack, Parcels& parcels, Outcome& outcome);
  void ask();
  void send_batches(Parcels& parcels, std::uint64_t now_usec);

  const SocketCandidate candidate_;
  SocketCalls& calls_;
  State state_ = State::kClosed;
  int fd_ = -1;
  std::uint64_t identity_ = 0;
  Id128 client_id_ = Id128::random();
  wire::BatchHello hello_;
  wire::BatchAck heard_;           // the sums of the last acknowledgement
  std::uint64_t last_number_ = 0;  // of a batch
  std::uint64_t under_way_ = 0;    // the first so many parcels are sent on this connection
};

}  // namespace logq::client
