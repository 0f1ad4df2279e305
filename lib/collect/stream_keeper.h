// StreamKeeper: lets stdout streams outlive the collector. While a service manager takes
// descriptors ($NOTIFY_SOCKET), every stream's is stored there and its state in a file; a successor
// that gets the descriptors back goes on with the streams. Without a manager it does nothing.
// Not thread-safe.
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <systemd/sd-event.h>

#include "base/unique_fd.h"
#include "collect/fd_store.h"
#include "collect/socket_set.h"
#include "collect/stream_state.h"

namespace logq::collect {

// A connection of a predecessor's, to go on with.
struct RestoredStream {
  base::UniqueFd socket;
  StreamState state;
};

class StreamKeeper {
 public:
  StreamKeeper(std::string state_directory, std::string_view notify_socket)
      : states_(std::move(state_directory)),
        store_(notify_socket) {}

  struct Restored {
    std::vector<RestoredStream> streams;
    std::size_t unknown = 0;  // without a state that can be used; their clients see the end
  };
  // Finds the states of passed connections, and removes those without a connection.
  Restored restore(std::vector<PassedConnection> connections);

  // Sends later what the manager has no room for. `event` must outlive this object.
  void start(sd_event* event) { store_.start(event); }
  void send_waiting() { store_.send_waiting(); }

  // Whether keep() does anything.
  [[nodiscard]] bool is_available() const { return store_.is_available(); }
  // At most kStreamsKeptMax streams; what is more ends with the collector. `socket` must stay open
  // until forget().
  void keep(int socket, const StreamState& state);
  // Whether the stream goes on when the collector ends.
  [[nodiscard]] bool is_kept(const Id128& stream_id) const;
  // For a stream that has ended, for its client too.
  void forget(int socket, const Id128& stream_id);

 private:
  StreamStates states_;
  FdStore store_;
  std::set<Id128> known_;  // streams with a state file
};

}  // namespace logq::collect
