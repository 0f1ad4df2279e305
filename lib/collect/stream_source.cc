#include "collect/stream_source.h"

#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "collect/descriptor_limit.h"
#include "collect/limits.h"

namespace logq::collect {
namespace {

// Accepting and reading headers goes before datagrams.
constexpr std::int64_t kHeaderPriority = SD_EVENT_PRIORITY_NORMAL - 5;
// One round of accepting, kAcceptsPerWakeup streams, in this time.
constexpr std::uint64_t kAcceptIntervalUsec = 5000;

}  // namespace

StreamSource::StreamSource(const StreamServices& services, UnitClaims& claims)
    : services_(services),
      claims_(claims) {}

StreamSource::~StreamSource() {
  connections_.clear();
  sd_event_source_disable_unref(listener_event_);
  backlog_turn_.stop();
}

void StreamSource::replay(StreamArea& predecessor, std::set<Id128> living) {
  services_.ingest.refresh_time();
  for (std::size_t i = 0; i < predecessor.regions(); ++i) {
    if (!predecessor.in_use(i)) continue;
    StreamIntake intake(predecessor.region(i), services_);
    if (intake.region().has_pending_read()) intake.take_read(Descriptors::kForget);
    const auto header = intake.take_header();
    if (!header.has_value()) services_.drops.add(DropCause::kStreamBadHeader);
    if (header.has_value() && *header) {
      intake.store_lines();
      if (living.erase(intake.identity().stream_id) > 0) continue;
      intake.store_rest(wire::LineBreak::kEof);
    }
    predecessor.release(i);
  }
}

Result<void> StreamSource::start(base::UniqueFd listener, StreamArea area, sd_event* event) {
  listener_ = std::move(listener);
  area_.emplace(std::move(area));
  event_ = event;
  descriptor_limit_ = first_reserved_descriptor();
  int status =
      sd_event_add_io(event, &listener_event_, listener_.get(), EPOLLIN, &on_listener, this);
  if (status < 0) return fail(Error::system(-status, "sd_event_add_io"));
  status = sd_event_source_set_priority(listener_event_, kHeaderPriority);
  if (status < 0) return fail(Error::system(-status, "sd_event_source_set_priority"));
  // Those who connect without end must not keep everybody else waiting.
  status = sd_event_source_set_ratelimit(listener_event_, kAcceptIntervalUsec, 1);
  if (status < 0) return fail(Error::system(-status, "sd_event_source_set_ratelimit"));
  return backlog_turn_.start(event, [this] {
    services_.ingest.refresh_time();
    work_off_backlog(kStreamsPerTurn);
    notify();
  });
}

void StreamSource::restore(std::vector<RestoredStream> streams) {
  std::map<Id128, std::size_t> regions;
  for (std::size_t i = 0; i < area_->regions(); ++i) {
    if (area_->in_use(i)) regions.emplace(area_->region(i).identity().stream_id, i);
  }
  for (RestoredStream& stream : streams) {
    const auto found = regions.extract(stream.state.stream_id);
    const auto region = found.empty() ? std::nullopt : std::optional(found.mapped());
    if (restore_one(std::move(stream), region)) continue;
    services_.drops.add(DropCause::kStreamRefused);
    if (region.has_value()) end_region(*region);
  }
}

bool StreamSource::restore_one(RestoredStream stream, std::optional<std::size_t> region) {
  StreamConnection* connection = nullptr;
  if (stream.socket.get() < descriptor_limit_) connection = add_connection(stream.socket, region);
  if (connection == nullptr) {
    services_.keeper->forget(stream.socket.get(), stream.state.stream_id);
    return false;
  }
  connection->restore(stream.state);
  account(*connection);
  sd_event_source_set_priority(connection->event, SD_EVENT_PRIORITY_NORMAL);
  return true;
}

// For a stream with bytes but no connection.
void StreamSource::end_region(std::size_t index) {
  services_.ingest.refresh_time();
  StreamIntake(area_->region(index), services_).store_rest(wire::LineBreak::kEof);
  area_->release(index);
}

int StreamSource::on_listener(sd_event_source* /*source*/,
                              int /*fd*/,
                              std::uint32_t /*events*/,
                              void* self) {
  auto* streams = static_cast<StreamSource*>(self);
  if (streams->backlog_.size() < kStreamsWaitingMax) streams->adopt_waiting();
  return 0;
}

int StreamSource::on_readable(sd_event_source* /*source*/,
                              int fd,
                              std::uint32_t /*events*/,
                              void* self) {
  auto* streams = static_cast<StreamSource*>(self);
  const auto found = streams->connections_.find(fd);
  if (found == streams->connections_.end()) return 0;
  streams->services_.ingest.refresh_time();
  streams->work(*found->second, kLinesPerTurn);
  streams->notify();
  return 0;
}

void StreamSource::notify() const {
  if (notify_) notify_();
}

bool StreamSource::adopt_waiting() {
  if (!listener_.is_open()) return false;
  bool more = true;
  for (std::size_t i = 0; i < kAcceptsPerWakeup && more; ++i)
    more = accept_one();
  for (auto it = unopened_.begin(); it != unopened_.end();) {
    StreamConnection& connection = *connections_.at(*it);
    const bool ended = connection.read() == StreamConnection::Progress::kEnded;
    if (!ended && !connection.is_open()) {
      ++it;
      continue;
    }
    wait_for_turn(connection);
    it = unopened_.erase(it);
  }
  return more;
}

// False when nobody waits any more.
bool StreamSource::accept_one() {
  base::UniqueFd socket(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK));
  if (!socket.is_open()) {
    const int error = errno;
    const bool none_free = error == EMFILE || error == ENFILE;
    if (none_free && reserve_.refuse_one(listener_.get())) {
      services_.drops.add(DropCause::kStreamRefused);
    }
    return error == EINTR || error == ECONNABORTED;
  }
  const int fd = socket.get();
  StreamConnection* connection = nullptr;
  if (fd < descriptor_limit_) connection = add_connection(socket, std::nullopt);
  if (connection == nullptr) {
    services_.drops.add(DropCause::kStreamRefused);
    return true;
  }
  sd_event_source_set_priority(connection->event, kHeaderPriority);
  unopened_.insert(fd);
  return true;
}

// In a region of its own where none is given. Null, and nothing taken but a given region left, when
// there is no room.
StreamConnection* StreamSource::add_connection(base::UniqueFd& socket,
                                               std::optional<std::size_t> region) {
  const auto index = region.has_value() ? region : area_->acquire();
  if (!index.has_value()) return nullptr;
  const int fd = socket.get();
  sd_event_source* readable = nullptr;
  if (sd_event_add_io(event_, &readable, fd, EPOLLIN, &on_readable, this) < 0) {
    if (!region.has_value()) area_->release(*index);
    return nullptr;
  }
  auto connection = std::make_unique<StreamConnection>(std::move(socket), *index,
                                                       area_->region(*index), services_, claims_);
  connection->event = readable;
  return connections_.emplace(fd, std::move(connection)).first->second.get();
}

StreamConnection::Progress StreamSource::work(StreamConnection& connection, std::size_t lines) {
  connection.store_lines(lines);  // of an earlier read, for which there must be room again
  auto progress = StreamConnection::Progress::kBytes;
  if (!connection.has_lines()) progress = connection.read();
  if (progress == StreamConnection::Progress::kEnded) {
    finish(connection);
    return progress;
  }
  if (connection.is_open()) {
    unopened_.erase(connection.fd());
    sd_event_source_set_priority(connection.event, SD_EVENT_PRIORITY_NORMAL);
    if (!connection.has_lines()) connection.store_lines(lines);
  }
  if (connection.has_lines()) {
    wait_for_turn(connection);
  } else if (!connection.waits_for_turn) {
    sd_event_source_set_enabled(connection.event, SD_EVENT_ON);
  }
  account(connection);
  save_memory();
  return progress;
}

// After everybody else who has something to say. Its socket may say more, but is not read
// meanwhile.
void StreamSource::wait_for_turn(StreamConnection& connection) {
  if (connection.waits_for_turn) return;
  connection.waits_for_turn = true;
  sd_event_source_set_enabled(connection.event, SD_EVENT_OFF);
  backlog_.push(connection.user(), connection.fd());
  backlog_turn_.set(true);
}

void StreamSource::account(const StreamConnection& connection) {
  budget_.note(connection.fd(), area_->held_bytes(connection.region_index()));
}

// Lines without an end must not fill the runtime directory: the longest are cut first.
void StreamSource::save_memory() {
  while (budget_.is_spent()) {
    StreamConnection& connection = *connections_.at(budget_.largest());
    const std::size_t before = budget_.total();
    connection.store_lines();
    connection.store_long_line();
    area_->give_back(connection.region_index());
    account(connection);
    if (budget_.total() == before) return;
  }
}

void StreamSource::finish(StreamConnection& connection) {
  connection.store_rest();
  connection.forget();
  const std::size_t index = connection.region_index();
  unopened_.erase(connection.fd());
  budget_.note(connection.fd(), 0);
  marks_.erase(connection.fd());
  connections_.erase(connection.fd());
  area_->release(index);
}

std::size_t StreamSource::lines_each(std::size_t connections) {
  return std::clamp(kLinesPerRound / std::max(connections, std::size_t{1}),
                    kLinesPerRound / kStreamsPerTurn, kLinesPerTurn);
}

void StreamSource::work_off_backlog(std::size_t connections) {
  const std::size_t count = std::min(connections, backlog_.size());
  const std::size_t lines = lines_each(count);
  for (std::size_t left = count; left > 0; --left) {
    const auto found = connections_.find(backlog_.pop());
    if (found == connections_.end() || !found->second->waits_for_turn) continue;
    found->second->waits_for_turn = false;
    work(*found->second, lines);
  }
  backlog_turn_.set(!backlog_.empty());
}

bool StreamSource::drain_once() {
  adopt_waiting();
  services_.ingest.refresh_time();
  work_off_backlog(backlog_.size());
  bool busy = false;
  for (auto it = connections_.begin(); it != connections_.end();) {
    StreamConnection& connection = *(it++)->second;  // work() may remove it
    busy = work(connection, kLinesPerTurn) == StreamConnection::Progress::kBytes || busy;
  }
  return busy;
}

std::size_t StreamSource::close_all() {
  std::size_t left = 0;
  while (!connections_.empty()) {
    StreamConnection& connection = *connections_.begin()->second;
    if (!connection.is_kept()) {
      finish(connection);
      continue;
    }
    // Its region stays in use: what is in it is the beginning of a line.
    connection.store_lines();
    connections_.erase(connections_.begin());
    ++left;
  }
  return left;
}

}  // namespace logq::collect
