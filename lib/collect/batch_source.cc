#include "collect/batch_source.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/try.h"
#include "collect/descriptor_limit.h"
#include "collect/event_result.h"
#include "collect/limits.h"
#include "collect/process_facts.h"

namespace logq::collect {
BatchSource::BatchSource(const DatagramServices& services, BatchClients clients)
    : services_(services),
      clients_(std::move(clients)),
      intake_(services, clients_) {}

BatchSource::~BatchSource() {
  connections_.clear();
  sd_event_source_disable_unref(listener_event_);
}

void BatchSource::replay(ReceiveArea& predecessor) {
  std::optional<Id128> id;
  std::ignore = intake_.take(predecessor, Descriptors::kForget, id);  // nobody is there to be told
}

Result<void> BatchSource::start(base::UniqueFd listener, ReceiveArea area, sd_event* event) {
  listener_ = std::move(listener);
  area_.emplace(std::move(area));
  event_ = event;
  descriptor_limit_ = first_reserved_descriptor();
  LOGQ_TRY(event_result(
      sd_event_add_io(event, &listener_event_, listener_.get(), EPOLLIN, &on_listener, this),
      "sd_event_add_io"));
  return turn_.start(event, [this] {
    give_turn();
    notify();
  });
}

int BatchSource::on_listener(sd_event_source* /*source*/,
                             int /*fd*/,
                             std::uint32_t /*events*/,
                             void* self) {
  static_cast<BatchSource*>(self)->accept_some();
  return 0;
}

bool BatchSource::accept_some() {
  std::size_t accepted = 0;
  while (accepted < kAcceptsPerWakeup && accept_one())
    ++accepted;
  return accepted == kAcceptsPerWakeup;
}

// False when nobody waits any more.
bool BatchSource::accept_one() {
  base::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (socket.is_open()) {
    take_in(std::move(socket));
    return true;
  }
  const int error = errno;
  const bool none_free = error == EMFILE || error == ENFILE;
  if (none_free && reserve_.refuse_one(listener_.get())) ++refused_;
  return error == EINTR || error == ECONNABORTED;
}

void BatchSource::take_in(base::UniqueFd socket) {
  const int fd = socket.get();
  if (services_.clients.tells_processes()) pass_processes(fd, true);
  auto connection = std::make_unique<BatchConnection>(std::move(socket), peer_of(fd).uid);
  const bool is_taken = has_room_for(*connection) && sd_event_add_io(event_, &connection->event, fd,
                                                                     EPOLLIN, &on_ready, this) >= 0;
  if (!is_taken) {
    ++refused_;
    return connection->refuse({wire::RefusalReason::kTooManyClients, 0});
  }
  connection->greet();
  connections_.emplace(fd, std::move(connection));
}

bool BatchSource::has_room_for(const BatchConnection& connection) const {
  if (connection.fd() >= descriptor_limit_) return false;
  if (connections_.size() >= kBatchConnectionsMax) return false;
  const uid_t uid = connection.uid();
  if (uid == 0 || uid == ::geteuid()) return true;
  const auto of_user = std::ranges::count_if(
      connections_, [uid](const auto& item) { return item.second->uid() == uid; });
  return static_cast<std::size_t>(of_user) < kBatchConnectionsOfUser;
}

int BatchSource::on_ready(sd_event_source* /*source*/, int fd, std::uint32_t events, void* self) {
  auto* batches = static_cast<BatchSource*>(self);
  const auto found = batches->connections_.find(fd);
  if (found == batches->connections_.end()) return 0;
  BatchConnection& connection = *found->second;
  if (connection.wanted_events() == EPOLLOUT) {
    connection.send_waiting();
    sd_event_source_set_io_events(connection.event, connection.wanted_events());
  } else if ((events & ~std::uint32_t{EPOLLOUT}) != 0) {
    batches->queue_up(connection);
  }
  return 0;
}

void BatchSource::queue_up(BatchConnection& connection) {
  connection.is_queued = true;
  sd_event_source_set_enabled(connection.event, SD_EVENT_OFF);
  queue_.push(connection.uid(), connection.fd());
  turn_.set(true);
}

void BatchSource::give_turn() {
  while (!queue_.empty()) {
    const auto found = connections_.find(queue_.pop());
    // One that is gone, and perhaps another has its number.
    if (found == connections_.end() || !found->second->is_queued) continue;
    BatchConnection& connection = *found->second;
    connection.is_queued = false;
    // What is left behind the last one nobody wants.
    const bool has_more = work(connection);
    if (has_more && connection.wanted_events() == EPOLLIN) queue_up(connection);
    break;
  }
  turn_.set(!queue_.empty());
}

// Receives and stores a turn of what a connection has sent, which may be the last of it. Whether
// there may be more.
bool BatchSource::work(BatchConnection& connection) {
  const BatchReceipt received = connection.receive(*area_);
  if (received.failed) services_.drops.add(DropCause::kReceiveFailed);
  BatchOutcome outcome;
  if (received.messages > 0) {
    outcome = intake_.take(*area_, Descriptors::kTake, connection.client_id);
  }
  if (outcome.ack.has_value()) connection.acknowledge(*outcome.ack);
  if (outcome.refusal.has_value()) connection.refuse(*outcome.refusal);
  if (received.failed || outcome.refusal.has_value() || outcome.ended) {
    connections_.erase(connection.fd());
    return false;
  }
  connection.marked_bytes -= std::min(connection.marked_bytes, outcome.bytes);
  if (received.messages == 0) connection.marked_bytes = 0;
  sd_event_source_set_io_events(connection.event, connection.wanted_events());
  // One that comes back to the queue need not be watched in between.
  const bool is_watched =
      !connection.is_queued && !(received.is_full && connection.wanted_events() == EPOLLIN);
  if (is_watched) sd_event_source_set_enabled(connection.event, SD_EVENT_ON);
  return received.is_full;
}

void BatchSource::notify() const {
  if (notify_) notify_();
}

// Those who wait to be accepted are taken in first, a round at a time.
void BatchSource::mark() {
  adoptions_left_ = SOMAXCONN / kAcceptsPerWakeup + 1;
}

bool BatchSource::store_marked() {
  if (adoptions_left_ > 0) {
    adoptions_left_ = accept_some() ? adoptions_left_ - 1 : 0;
    if (adoptions_left_ > 0) return false;
    for (const auto& [fd, connection] : connections_)
      connection->marked_bytes = connection->queued_bytes();
  }
  const auto is_marked = [](const auto& item) { return item.second->marked_bytes > 0; };
  // One turn: what else is ready in the loop has its own between two calls.
  const auto next = std::ranges::find_if(connections_, is_marked);
  if (next != connections_.end()) work(*next->second);
  return std::ranges::none_of(connections_, is_marked);
}

void BatchSource::stop_senders() {
  for (std::size_t i = 0; i < SOMAXCONN && accept_one(); ++i) {
  }
  for (const auto& [fd, connection] : connections_)
    connection->stop_sender();
}

bool BatchSource::drain_once() {
  for (auto it = connections_.begin(); it != connections_.end();) {
    BatchConnection& connection = *(it++)->second;  // work() may remove it
    work(connection);
  }
  return !connections_.empty();
}

std::uint64_t BatchSource::waiting_bytes() const {
  std::uint64_t bytes = 0;
  for (const auto& [fd, connection] : connections_)
    bytes += connection->queued_bytes();
  return bytes;
}

}  // namespace logq::collect
