// The system calls of the native transport, replaceable in tests. Each returns a value >= 0, or the
// negative errno of a failure.
#pragma once

#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string_view>

#include "client/socket_search.h"

namespace logq::client {

class SocketCalls {
 public:
  SocketCalls() = default;
  SocketCalls(const SocketCalls&) = delete;
  SocketCalls& operator=(const SocketCalls&) = delete;
  virtual ~SocketCalls() = default;

  // A datagram socket, close-on-exec, with a send buffer of 8 MiB where the system lets us and a
  // send timeout. A connected one may be connected again to another address.
  virtual int open_socket(std::chrono::milliseconds send_timeout) = 0;
  virtual int connect(int fd, const SocketCandidate& candidate) = 0;
  virtual int send_bytes(int fd, std::string_view bytes, int flags) = 0;
  // A message without payload that carries a descriptor.
  virtual int send_descriptor(int fd, int descriptor, int flags) = 0;
  // Several messages, without waiting, in order. How many of them were sent.
  virtual int send_many(int fd, std::span<const std::string_view> messages) = 0;
  // A packet socket (SOCK_SEQPACKET), close-on-exec, non-blocking, connected, with a send buffer
  // for several messages of 256 KiB.
  virtual int open_packets(const SocketCandidate& candidate) = 0;
  // One message, without waiting; 0 at the end of the connection.
  virtual int receive(int fd, std::span<char> message) = 0;
  // What tells a socket from another one that has its number later; 0 where it is no socket.
  virtual std::uint64_t identity(int fd) = 0;
  // A memory file with these bytes, sealed against every change.
  virtual int make_sealed_file(std::string_view bytes) = 0;
  // Bytes sent and not yet received by the peer.
  virtual int unreceived(int fd) = 0;
  virtual std::chrono::steady_clock::time_point now() = 0;
  virtual void close(int fd) = 0;

  // The kernel's. Thread-safe, lives for the whole process.
  static SocketCalls& system();
};

}  // namespace logq::client
