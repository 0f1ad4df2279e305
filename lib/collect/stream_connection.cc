#include "collect/stream_connection.h"

#include <sys/socket.h>

namespace logq::collect {

StreamConnection::StreamConnection(base::UniqueFd socket,
                                   std::size_t region_index,
                                   StreamRegion region,
                                   const StreamServices& services,
                                   UnitClaims& claims)
    : socket_(std::move(socket)),
      region_index_(region_index),
      services_(services),
      claims_(claims),
      intake_(region, services_) {
  ucred peer{};
  socklen_t size = sizeof(peer);
  if (::getsockopt(socket_.get(), SOL_SOCKET, SO_PEERCRED, &peer, &size) == 0) {
    region.set_writer({peer.pid, peer.uid, peer.gid});
  }
  // Nothing is ever said to the client.
  std::ignore = ::shutdown(socket_.get(), SHUT_WR);
}

StreamConnection::~StreamConnection() {
  if (event != nullptr) sd_event_source_disable_unref(event);
  if (claim_.has_value()) claims_.remove(*claim_);
  if (pinned_pid_ != 0) services_.clients.unpin(pinned_pid_);
}

StreamConnection::Progress StreamConnection::read() {
  if (ended_) return Progress::kEnded;
  const auto progress = read_once();
  ended_ = progress == Progress::kEnded;
  return progress;
}

StreamConnection::Progress StreamConnection::read_once() {
  const auto received = intake_.region().read(socket_.get());
  if (!received.has_value()) {
    services_.drops.add(DropCause::kReceiveFailed);
    return Progress::kEnded;
  }
  if (!received->has_value()) return Progress::kNothing;
  const bool at_end = **received == 0;
  intake_.take_read(Descriptors::kTake);
  if (at_end) return Progress::kEnded;
  if (is_open()) return Progress::kBytes;
  const auto header = intake_.take_header();
  if (!header.has_value()) {
    services_.drops.add(DropCause::kStreamBadHeader);
    return Progress::kEnded;
  }
  if (*header) pin_identity();
  return Progress::kBytes;
}

void StreamConnection::pin_identity() {
  const StreamIdentity& identity = intake_.identity();
  if (identity.opener.pid <= 0) return;
  pinned_pid_ = identity.opener.pid;
  services_.clients.pin(pinned_pid_);
  if (!identity.header.unit_id.empty()) {
    claim_ = claims_.add(identity.opener.pid, identity.header.unit_id);
  }
}

void StreamConnection::store_lines() {
  if (is_open()) intake_.store_lines();
}

void StreamConnection::store_rest() {
  if (!is_open()) return;
  intake_.store_lines();
  intake_.store_rest(wire::LineBreak::kEof);
}

}  // namespace logq::collect
