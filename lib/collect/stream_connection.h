// StreamConnection: one accepted stdout stream: its socket, its region, and what is pinned for it.
// Owned by StreamSource. Not thread-safe.
#pragma once

#include <cstdint>
#include <optional>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/stream_intake.h"
#include "collect/unit_claims.h"

namespace logq::collect {

class StreamConnection {
 public:
  enum class Progress { kNothing, kBytes, kEnded };

  StreamConnection(base::UniqueFd socket,
                   std::size_t region_index,
                   StreamRegion region,
                   const StreamServices& services,
                   UnitClaims& claims);
  StreamConnection(const StreamConnection&) = delete;
  StreamConnection& operator=(const StreamConnection&) = delete;
  // Gives up the claim and the pin; the region is the owner's to release.
  ~StreamConnection();

  // Goes on with a predecessor's stream, in place of a header. `region` knows it already, or is
  // new.
  void restore(const StreamState& state);
  // Reads once and decodes the header when it is complete. kEnded at end of stream, on errors and
  // for a bad header, which is counted.
  Progress read();
  [[nodiscard]] bool is_open() const { return intake_.region().header_done(); }
  // Stores complete lines, so many at most; at the end of the stream all, and the rest.
  void store_lines(std::size_t most = StreamIntake::kUnlimited);
  void store_rest();
  // Whether store_lines() has left some. They must be stored before the next read().
  [[nodiscard]] bool has_lines() const { return has_lines_; }
  // A line that is not complete is stored as if it had reached its maximum, if it is longer than
  // what every region may keep.
  void store_long_line();
  // Whether a successor will go on with it.
  [[nodiscard]] bool is_kept() const;
  // Takes back what was done to that end, for a stream that is over.
  void forget();

  // How much has been read of it so far.
  [[nodiscard]] std::uint64_t bytes_read() const { return bytes_read_; }

  [[nodiscard]] int fd() const { return socket_.get(); }
  // Who wrote last, or connected.
  [[nodiscard]] uid_t user() const { return intake_.region().writer().uid; }
  [[nodiscard]] std::size_t region_index() const { return region_index_; }

  sd_event_source* event = nullptr;  // owned; unregistered by the destructor
  bool waits_for_turn = false;       // in its owner's queue

 private:
  Progress read_once();
  void pin_identity();
  void unpin_identity();
  void keep();

  base::UniqueFd socket_;
  std::size_t region_index_;
  StreamServices services_;
  UnitClaims& claims_;
  StreamIntake intake_;
  std::optional<UnitClaims::Ticket> claim_;
  pid_t pinned_pid_ = 0;
  bool ended_ = false;
  bool has_lines_ = false;
  std::uint64_t bytes_read_ = 0;
};

}  // namespace logq::collect
