// logq-cat's work: a pipe's bytes into a collector's stream.
//
// Blocks the writer while the collector does not read, as a pipe to a logger does. When the
// collector goes away the bytes not yet handed over wait for it, from the beginning of the line
// that was cut; after `patience` they go to standard output instead, and each later piece tries
// the collector again. What may have been lost in a dead collector's queue is counted.
// Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "base/unique_fd.h"
#include "supervise/collector_stream.h"

namespace logq::supervise {

struct RelayOptions {
  std::string header;  // the encoded seven lines of the stream
  std::function<StreamConnection()> connect;
  std::function<void(const std::string&)> warn;  // one line, without a newline
  int fallback_fd = 1;                           // where bytes go while there is no collector
  std::chrono::milliseconds patience{10'000};
  // Asked while waiting for a collector that has gone; true sends everything to the fallback.
  std::function<bool()> stop_requested = [] { return false; };
};

class PipeRelay {
 public:
  explicit PipeRelay(RelayOptions options);

  // Hands bytes over: to the collector or, failing that, to the fallback. False when neither takes
  // them; they are then lost, and the caller should end.
  bool relay(std::string_view bytes);

  // Looks whether the collector has read everything; call now and then while has_unconfirmed(), so
  // that little is counted as lost when it dies.
  void confirm();
  [[nodiscard]] bool has_unconfirmed() const { return unconfirmed_bytes_ != 0; }

  // Waits until the collector has read what it was given, at most until `deadline`; then ends the
  // stream, so that a partial last line is stored.
  void finish(std::chrono::steady_clock::time_point deadline);

 private:
  bool try_connect();
  void tell_absence();
  bool reconnect();
  std::size_t send_some(std::string_view bytes);
  void lose_connection();

  const RelayOptions options_;
  base::UniqueFd stream_;
  std::string last_failure_;             // of try_connect(): socket and reason
  bool absence_told_ = false;            // and so the fallback is in use
  std::uint64_t unconfirmed_bytes_ = 0;  // sent since the collector was last seen to be done
  std::chrono::steady_clock::time_point next_attempt_;
};

}  // namespace logq::supervise
