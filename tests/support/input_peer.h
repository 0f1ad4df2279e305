// InputPeer: a collector under comparison. The differential tests send the same bytes to two of
// them, stock journald and logqd, and ask each what it has stored.
//
// Every sample is preceded by a marker entry, so that which entry came from which sample is
// certain.
#pragma once

#include <sys/types.h>

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/unique_fd.h"

namespace logq::test {

class PrivateLogqd;
class StockJournald;

// An entry as stored: "NAME=value" texts, sorted, with what may differ masked (stored_entry()).
using StoredEntry = std::vector<std::string>;

// The one list of what may differ between two stores of the same input:
// - the addresses __CURSOR, __REALTIME_TIMESTAMP, __MONOTONIC_TIMESTAMP, __SEQNUM, __SEQNUM_ID;
// - the values of _STREAM_ID, which is random, and of _SOURCE_REALTIME_TIMESTAMP;
// - the value of _PID where the sender is not the test itself but a child of its own.
[[nodiscard]] StoredEntry stored_entry(
    const std::vector<std::pair<std::string, std::string>>& exported);

// A datagram, or a piece of a stream, to send.
struct Datagram {
  std::string_view bytes;
  const std::vector<base::UniqueFd>& descriptors;
  uid_t uid = 0;  // whom the kernel names as the sender; other than the test's own needs root
  pid_t pid = 0;  // likewise, where it is not the test itself
};

class InputPeer {
 public:
  explicit InputPeer(StockJournald& journald);
  explicit InputPeer(PrivateLogqd& logqd);

  void send_native(const Datagram& datagram);
  void send_syslog(const Datagram& datagram);
  // A connection to the stdout socket whose credentials count: the peer has accepted it.
  [[nodiscard]] base::UniqueFd open_stream();
  // The same for many at once.
  [[nodiscard]] std::vector<base::UniqueFd> open_streams(std::size_t count);

  // Markers, on the socket of the sample.
  void mark_native();
  void mark_syslog();
  // Waits until everything sent is stored.
  void sync() { sync_(); }

  // For each marker the entries between it and the next one. The collector's own messages
  // (_TRANSPORT=driver) are left out.
  [[nodiscard]] std::vector<std::vector<StoredEntry>> stored() const;
  // The entries of each stream, in order; streams of which nothing is stored are missing. Streams
  // have no order, so they are sorted by their entries.
  [[nodiscard]] std::vector<std::vector<StoredEntry>> stored_streams() const;
  // The field names of the last entry, in the order stored.
  [[nodiscard]] std::vector<std::string> last_names() const;

 private:
  std::string stdout_socket_;
  base::UniqueFd native_;
  base::UniqueFd syslog_;
  std::function<void()> sync_;
  std::function<std::string()> export_all_;
};

// Sends one; false when the peer has closed the connection.
bool send_message(const base::UniqueFd& socket, const Datagram& message);
// The same; throws then.
void send_datagram(const base::UniqueFd& socket, const Datagram& message);

// Every byte, as it would be written in C.
[[nodiscard]] std::string escaped_bytes(std::string_view bytes);

// What is readable of a stored entry in a failure message.
[[nodiscard]] std::string describe_entries(const std::vector<StoredEntry>& entries);

}  // namespace logq::test
