// Connection: one that a socket unit with Accept=yes has taken for an instance of its service, and
// what it is called by. Not thread-safe.
#pragma once

#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"

namespace logq::supervise {

struct Connection {
  base::UniqueFd fd;  // close-on-exec
  // Behind its number in the instance's name: "127.0.0.1:80-127.0.0.1:54321" of what is connected,
  // "PID-UID" of a unix socket's peer, "unknown" of one in another container.
  std::string name;
  std::string peer;  // "127.0.0.1:54321", "[::1]:54321", "PID 7/UID 0"
  std::string
      source;  // the same without a port; empty of unix sockets, which are not counted by it
  // REMOTE_ADDR= and REMOTE_PORT=, for the environment; none of unix sockets.
  std::vector<std::string> variables;
};

// Takes one from a listening socket that does not block. Fails with kBusy where there is none any
// more, or its peer has gone already.
[[nodiscard]] Result<Connection> accept_connection(int listener);

// "hello@3-127.0.0.1:80-127.0.0.1:54321.service" of the template "hello@.service".
[[nodiscard]] std::string instance_name(const std::string& template_name,
                                        unsigned number,
                                        const Connection& connection);

}  // namespace logq::supervise
