// SocketSet: the listening sockets of the collector, passed in by a service manager or its own.
//
// Passed sockets (LISTEN_FDS) are recognised by their address and type, never by their order. Own
// ones replace stale sockets of the same name, and nothing else; they are removed at the end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::collect {

// A stream that a predecessor had accepted, as the manager gives it back.
struct PassedConnection {
  base::UniqueFd fd;
  std::string name;  // FDNAME
};

struct SocketSet {
  base::UniqueFd native;   // datagrams, `runtime_dir`/socket
  base::UniqueFd syslog;   // datagrams, `runtime_dir`/dev-log
  base::UniqueFd audit;    // netlink, audit records; not made where it was not passed
  base::UniqueFd batches;  // connections of packets, `runtime_dir`/logq
  base::UniqueFd streams;  // stdout streams, `runtime_dir`/stdout
  base::UniqueFd control;  // Varlink, `runtime_dir`/io.systemd.journal
  std::vector<PassedConnection> connections;
  std::vector<std::string> own_paths;  // to remove at a clean end
  bool any_passed = false;             // whoever started us makes sockets
  std::size_t passed_unknown = 0;      // passed descriptors that nobody wants; closed
};

// Those a service manager passed. To be called once; kSystem for a bad $LISTEN_FDS.
Result<SocketSet> take_passed_sockets();

// Makes the listening sockets that were not passed. Errors: kInvalidArgument for a path too long
// for a socket address, kBusy when something that is no socket has its name, kSystem.
Result<void> open_missing_sockets(const std::string& runtime_dir, SocketSet& sockets);

// Raises net.unix.max_dgram_qlen, which a socket inherits when it is made, where that is allowed.
// Returns the value in force, 0 when it cannot be read.
std::uint64_t raise_datagram_queue_limit();

}  // namespace logq::collect
