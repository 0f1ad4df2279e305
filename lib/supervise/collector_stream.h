// A connection to the collector's stdout socket (docs/protocols.md, "Stdout stream").
//
// The stream carries output one way only: the descriptor that is handed out is shut down for
// reading and close-on-exec, and becomes a service's standard output by dup2. No header is sent
// here, since its SCM_CREDENTIALS must be those of the process the lines belong to.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "client/socket_search.h"
#include "logq/result.h"

namespace logq::supervise {

// Which stdout sockets to try, in order: $LOGQ_STDOUT_SOCKET alone; else `stdout` beside
// $LOGQ_SOCKET alone; else the system's collector, then the user's own.
// In a namespace of the log (LogNamespace=) those of its collectors: where that of everybody else
// has /run/systemd/journal/stdout, that of "shop" has /run/systemd/journal.shop/stdout.
std::vector<client::SocketCandidate> find_stream_sockets(const std::string& log_namespace = {});

struct StreamConnection {
  base::UniqueFd fd;  // not open when nobody listens
  std::string path;   // the socket connected to, or the last one tried
  int sys_errno = 0;  // why that failed
};

// Connects to the first candidate that accepts.
StreamConnection connect_stream(const std::vector<client::SocketCandidate>& candidates);

// The value of JOURNAL_STREAM= by which a program recognises that its output is this stream:
// "device:inode", decimal.
Result<std::string> journal_stream_id(int fd);

enum class Drained {
  kReceived,       ///< the collector has read everything written so far
  kTimedOut,       ///< something still waits in the socket
  kCollectorGone,  ///< nobody reads any more: what was queued is lost
};

// Ends a partial last line and waits until the collector has read all that is queued. Asks the
// kernel (SIOCOUTQ) in steps that double from 50 µs to 5 ms, so that an idle collector costs no
// delay and a busy one no CPU.
Drained drain_stream(int fd, std::chrono::steady_clock::time_point deadline);

// Ends a partial last line, unless the queue is full.
void end_partial_line(int fd);

// Bytes (in the kernel's accounting) that the collector has not read yet. Also 0 when it has gone,
// since its death empties the queue: ask collector_has_gone() afterwards.
[[nodiscard]] int unread_by_collector(int fd);
[[nodiscard]] bool collector_has_gone(int fd);

}  // namespace logq::supervise
