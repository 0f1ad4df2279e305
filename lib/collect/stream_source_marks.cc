// The part of StreamSource that finds out when everything that was sent before a sync is stored.
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>

#include "collect/limits.h"
#include "collect/stream_source.h"

namespace logq::collect {
namespace {

// As many as can wait for accept(2).
constexpr std::size_t kAdoptionsMax = SOMAXCONN / kAcceptsPerWakeup + 1;

std::uint64_t bytes_in(int socket) {
  int bytes = 0;
  return ::ioctl(socket, FIONREAD, &bytes) < 0 || bytes < 0 ? 0 : static_cast<std::uint64_t>(bytes);
}

}  // namespace

std::uint64_t StreamSource::waiting_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [fd, connection] : connections_)
    bytes += bytes_in(fd);
  return bytes;
}

void StreamSource::mark() {
  marks_.clear();
  adoptions_left_ = kAdoptionsMax;
}

// Those with nothing in the socket too, where lines wait in the buffer.
void StreamSource::mark_connections() {
  for (const auto& [fd, connection] : connections_) {
    const std::uint64_t bytes = bytes_in(fd);
    if (bytes > 0 || connection->waits_for_turn) {
      marks_.emplace(fd, connection->bytes_read() + bytes);
    }
  }
}

bool StreamSource::store_marked() {
  if (adoptions_left_ > 0) {
    adoptions_left_ = adopt_waiting() ? adoptions_left_ - 1 : 0;
    if (adoptions_left_ == 0) mark_connections();
    return adoptions_left_ == 0 && marks_.empty();
  }
  services_.ingest.refresh_time();
  std::size_t budget = std::min(marks_.size(), kStreamsPerTurn);
  const std::size_t lines = lines_each(budget);
  for (auto it = marks_.begin(); it != marks_.end() && budget > 0; --budget) {
    const auto [fd, target] = *(it++);  // work() may remove it
    const auto found = connections_.find(fd);
    if (found == connections_.end()) {
      marks_.erase(fd);
      continue;
    }
    StreamConnection& connection = *found->second;
    const auto progress = work(connection, lines);
    if (progress == StreamConnection::Progress::kEnded) continue;
    const bool is_done = progress == StreamConnection::Progress::kNothing;
    const bool is_read = is_done || connection.bytes_read() >= target;
    if (is_read && !connection.has_lines()) marks_.erase(fd);
  }
  return marks_.empty();
}

}  // namespace logq::collect
