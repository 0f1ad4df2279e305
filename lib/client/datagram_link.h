// DatagramLink: entries as datagrams of the native protocol, one each, many in one system call:
// journald 253 to 261 keeps only the first entry of a datagram.
//
// Nothing here waits. Not thread-safe.
#pragma once

#include <cstdint>

#include "client/parcel.h"
#include "client/socket_calls.h"

namespace logq::client {

class DatagramLink {
 public:
  DatagramLink(SocketCandidate candidate, SocketCalls& calls)
      : candidate_(std::move(candidate)),
        calls_(calls) {}
  DatagramLink(const DatagramLink&) = delete;
  DatagramLink& operator=(const DatagramLink&) = delete;
  ~DatagramLink() { close(); }

  [[nodiscard]] bool is_open() const { return fd_ >= 0; }
  // 0, or the negative errno of a failure. REQUIRES: not open.
  int connect();
  void close();

  struct Outcome {
    std::uint64_t sent = 0;       // entries
    std::uint64_t too_large = 0;  // entries that the system takes in no form
    int error = 0;                // the errno for which the connection was closed, or 0
  };
  // Sends from the first parcel on, at most `parcels_at_most`, until nothing more is taken.
  Outcome advance(Parcels& parcels, std::uint64_t now_usec, std::size_t parcels_at_most);
  // Whether all that was sent has been received; true without a connection.
  [[nodiscard]] bool is_received() const;

 private:
  int send_some(const Parcel& parcel);
  int send_as_file(std::string_view entry);

  const SocketCandidate candidate_;
  SocketCalls& calls_;
  int fd_ = -1;
  std::uint64_t identity_ = 0;
};

}  // namespace logq::client
