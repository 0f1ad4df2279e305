// StreamState: what of a stdout stream is kept in a file while the service manager holds its
// descriptor, so that a successor can go on with it (docs/protocols.md, "Restarts").
//
// Files are `R/streams/DEVICE:INODE` (fstat(2) of the connected socket, decimal) with journald's
// keys and escapes; a line of our own says who opened the stream, which journald skips.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "collect/control_message.h"
#include "logq/id128.h"
#include "logq/result.h"
#include "wire/stdout_stream.h"

namespace logq::collect {

// A process that may have exited by now: its start time tells it from a later one of the same PID.
struct StreamOpener {
  Credentials credentials;
  std::uint64_t start_ticks = 0;  // as /proc/PID/stat says, 0 when unknown

  friend bool operator==(const StreamOpener&, const StreamOpener&) = default;
};

struct StreamState {
  wire::StreamHeader header;  // unit_id is empty where the claim is not honoured
  Id128 stream_id;
  std::optional<StreamOpener> opener;  // journald does not keep it

  friend bool operator==(const StreamState&, const StreamState&) = default;
};

[[nodiscard]] std::string encode_stream_state(const StreamState& state);
// kCorrupt for what neither we nor journald would have written. Unknown keys are skipped.
Result<StreamState> decode_stream_state(std::string_view text);

// Which socket: the kernel gives no number to two sockets at a time.
struct StreamKey {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;

  static Result<StreamKey> of(int socket);
  [[nodiscard]] std::string to_string() const;  // the name of its file
  friend auto operator<=>(const StreamKey&, const StreamKey&) = default;
};

// The directory of the files. It and they count only where they are our own and nobody else may
// write to them.
class StreamStates {
 public:
  explicit StreamStates(std::string directory) : directory_(std::move(directory)) {}

  // Makes the directory when it is missing.
  Result<void> save(const StreamKey& key, const StreamState& state) const;
  // Errors: kSystem when there is none, kInvalidArgument for a file of somebody else's, kCorrupt.
  [[nodiscard]] Result<StreamState> load(const StreamKey& key) const;
  void remove(const StreamKey& key) const;
  // Removes the files of all streams but `living`; what has another name than a stream's is left
  // alone. The number of files removed.
  std::size_t remove_stale(const std::set<StreamKey>& living) const;

 private:
  [[nodiscard]] std::string path_of(const StreamKey& key) const;

  std::string directory_;
};

}  // namespace logq::collect
