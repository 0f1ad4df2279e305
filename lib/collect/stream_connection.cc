#include "collect/stream_connection.h"

#include <sys/socket.h>

#include "collect/limits.h"
#include "collect/process_facts.h"

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
  if (!region.header_done()) region.set_writer(peer_of(socket_.get()));
  if (services_.clients.tells_processes()) {
    pass_processes(socket_.get(), true);
    if (auto process = peer_process(socket_.get()); process.is_open() && !region.header_done()) {
      intake_.set_peer(PassedProcess(std::move(process)));
    }
  }
  // Nothing is ever said to the client.
  std::ignore = ::shutdown(socket_.get(), SHUT_WR);
}

StreamConnection::~StreamConnection() {
  if (event != nullptr) sd_event_source_disable_unref(event);
  unpin_identity();
}

void StreamConnection::restore(const StreamState& state) {
  enable_control(socket_.get());
  // journald honours root's claims only, made by who connected; it does not say who that was.
  const Credentials opener =
      state.opener.has_value() ? state.opener->credentials : peer_of(socket_.get());
  intake_.restore({state.header, state.stream_id, opener});
  if (!state.opener.has_value()) return;
  pin_identity();
  // Looked at only now, with the claim's pidfd open: a later process of this PID inherits nothing.
  const std::uint64_t started = state.opener->start_ticks;
  if (started == 0 || start_ticks_of(opener.pid) != started) unpin_identity();
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
  bytes_read_ += **received;
  intake_.take_read(Descriptors::kTake);
  if (at_end) return Progress::kEnded;
  if (is_open()) return Progress::kBytes;
  const auto header = intake_.take_header();
  if (!header.has_value()) {
    services_.drops.add(DropCause::kStreamBadHeader);
    return Progress::kEnded;
  }
  if (*header) {
    pin_identity();
    keep();
  }
  return Progress::kBytes;
}

void StreamConnection::pin_identity() {
  const StreamIdentity& identity = intake_.identity();
  if (identity.opener.pid <= 0) return;
  pinned_pid_ = identity.opener.pid;
  services_.clients.pin(pinned_pid_);
  if (!identity.header.unit_id.empty()) {
    claim_ = claims_.add(identity.opener.pid, identity.header.unit_id,
                         intake_.writer_process().identity());
  }
}

void StreamConnection::unpin_identity() {
  if (claim_.has_value()) claims_.remove(*claim_);
  if (pinned_pid_ != 0) services_.clients.unpin(pinned_pid_);
  claim_.reset();
  pinned_pid_ = 0;
}

void StreamConnection::keep() {
  if (services_.keeper == nullptr || !services_.keeper->is_available()) return;
  const StreamIdentity& identity = intake_.identity();
  const StreamOpener opener{identity.opener, start_ticks_of(identity.opener.pid)};
  services_.keeper->keep(socket_.get(), {identity.header, identity.stream_id, opener});
}

bool StreamConnection::is_kept() const {
  return services_.keeper != nullptr && is_open() && !ended_ &&
         services_.keeper->is_kept(intake_.identity().stream_id);
}

void StreamConnection::forget() {
  if (services_.keeper == nullptr || !is_open()) return;
  services_.keeper->forget(socket_.get(), intake_.identity().stream_id);
}

void StreamConnection::store_lines(std::size_t most) {
  if (is_open()) has_lines_ = !intake_.store_lines(most);
}

void StreamConnection::store_long_line() {
  if (!is_open() || intake_.region().unconsumed().size() <= kStreamKeepBytes / 2) return;
  intake_.store_rest(wire::LineBreak::kLineMax);
}

void StreamConnection::store_rest() {
  if (!is_open()) return;
  intake_.store_lines();
  intake_.store_rest(wire::LineBreak::kEof);
}

}  // namespace logq::collect
