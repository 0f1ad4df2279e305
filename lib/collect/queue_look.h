// Looks through the datagrams that wait in a socket, without taking any. Some tenths of a
// millisecond for a full queue.
#pragma once

#include <sys/types.h>

#include <functional>
#include <optional>

namespace logq::collect {

// The user of the first datagram in the queue that `is_wanted` says true to; none as well where the
// kernel does not let us look. REQUIRES: enable_control(socket).
std::optional<uid_t> find_queued_user(int socket, const std::function<bool(uid_t)>& is_wanted);

}  // namespace logq::collect
