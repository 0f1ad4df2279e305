#include "collect/datagram_source.h"

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

namespace logq::collect {
namespace {

constexpr std::size_t kUnbounded = std::numeric_limits<std::size_t>::max();

}  // namespace

const ClientMetadata* find_sender(const DatagramServices& services, const ControlData& control) {
  const auto& credentials = control.credentials;
  if (!credentials.has_value() || credentials->pid <= 0) return nullptr;
  const Sender sender{*credentials, control.label, {}, &control.process, control.realtime_usec};
  return &services.clients.find(sender, services.ingest.monotonic_usec());
}

DatagramSource::DatagramSource(const DatagramServices& services)
    : services_(services),
      passing_(services.clients, services.process_handles) {
  services_.clients.before_change([&ingest = services_.ingest] { ingest.flush(); });
}

// In the order in which they came, as far as the kernel has said when that was.
void DatagramSource::replay(ReceiveArea& predecessor) {
  services_.ingest.refresh_time();
  std::vector<std::pair<std::uint64_t, std::size_t>> found;
  for (auto slot = predecessor.next_received(0); slot;
       slot = predecessor.next_received(*slot + 1)) {
    const ControlData control =
        parse_control(predecessor.message(*slot), kControlBytes, Descriptors::kForget);
    found.emplace_back(control.realtime_usec.value_or(0), *slot);
  }
  std::ranges::stable_sort(found, {}, [](const auto& datagram) { return datagram.first; });
  for (const auto& datagram : found)
    replay_slot(predecessor, datagram.second);
  settle(predecessor);
}

void DatagramSource::replay_slot(ReceiveArea& area, std::size_t slot) {
  if (take_up(area, slot, Descriptors::kForget)) store_entries(area, kUnbounded);
}

void DatagramSource::start(base::UniqueFd socket, ReceiveArea area) {
  socket_ = std::move(socket);
  area_.emplace(std::move(area));
  waiting_.emplace(area_->slots());
  // Before anybody sends: the kernel forgets who has exited by the time it is asked.
  passing_.before_receive(socket_.get(), services_.ingest.monotonic_usec());
}

DatagramSource::Work DatagramSource::work() {
  services_.ingest.refresh_time();
  if (takes_turns_) [[unlikely]]
    return work_in_turns(*area_);
  if (!job_.has_value() && !has_released() && !has_ready()) {
    find_room();
    if (receive() == 0) {
      if (held_.empty()) area_->shrink();
      return Work::kIdle;
    }
  }
  work_bytes_ = job_.has_value() ? bytes_left() : 0;
  const std::uint64_t began_usec = services_.ingest.monotonic_usec();
  if (!drain(*area_, kWorkPerWakeup)) return Work::kDone;
  takes_turns_ = is_backlog_long(began_usec);
  return Work::kMore;
}

// Into the room that was found.
std::size_t DatagramSource::receive() {
  passing_.before_receive(socket_.get(), services_.ingest.monotonic_usec());
  const auto received = area_->receive(socket_.get(), next_slot_, room_);
  services_.ingest.refresh_time();  // what has come was there by then (ClientCache::find())
  passing_.after_receive(received.value_or(0), services_.ingest.monotonic_usec());
  if (!received.has_value()) services_.drops.add(DropCause::kReceiveFailed);
  const std::size_t count = received.value_or(0);
  ready_end_ = next_slot_ + count;
  arrivals_ += count;
  // Nothing received says that the queue was empty, and no queue is longer than so many receives.
  const bool has_looked = room_ > 0 && area_->is_usable(next_slot_);
  if (mark_.receives_left > 0 && has_looked && (count == 0 || --mark_.receives_left == 0)) {
    mark_ = {0, arrivals_};
  }
  return count;
}

void DatagramSource::mark() {
  mark_ = {kSyncBatchesMax, std::nullopt};
}

bool DatagramSource::has_stored_marked() const {
  return mark_.last.has_value() && !job_.has_value() && !has_ready() &&
         !waiting_->has_arrived_by(*mark_.last);
}

void DatagramSource::finish_received() {
  if (takes_turns_) finish_waiting(*area_);
  drain(*area_, kUnbounded);
}

// Works off received slots until the budget is spent; true when some are left. Nothing is queued
// any more when it returns.
bool DatagramSource::drain(ReceiveArea& area, std::size_t budget) {
  const bool more = take_apart(area, budget);
  settle(area);
  return more;
}

bool DatagramSource::take_apart(ReceiveArea& area, std::size_t budget) {
  while (true) {
    if (!job_.has_value()) {
      if (!held_.empty()) [[unlikely]] {
        if (budget == 0 && has_released()) return true;
        if (take_up_released(area)) continue;
      }
      if (!has_ready()) return false;
      if (budget == 0) return true;
      if (!take_up(area, next_slot_++, Descriptors::kTake)) {
        --budget;
        continue;
      }
    }
    const std::size_t used = store_entries(area, budget);
    budget -= std::min(used, budget);
    if (job_.has_value()) return true;
  }
}

// Begins a job with the datagram in a slot; false when there is nothing in it to be stored.
bool DatagramSource::look_at(ReceiveArea& area, std::size_t slot, Descriptors descriptors) {
  const msghdr message = area.message(slot);
  const std::size_t bytes = area.size(slot);
  job_.emplace();
  job_->slot = slot;
  job_->bytes = bytes;
  work_bytes_ += bytes;
  job_->control = parse_control(message, kControlBytes, descriptors);
  job_->stored_before = area.progress(slot).load().position;
  const auto& sender = job_->control.credentials;
  const bool is_ours = sender.has_value() && sender->pid == services_.own_pid;
  return !is_ours && is_whole(message, *job_, bytes == 0);
}

bool DatagramSource::take_up(ReceiveArea& area, std::size_t slot, Descriptors descriptors) {
  const bool is_usable = look_at(area, slot, descriptors);
  if (is_usable && descriptors == Descriptors::kTake && hold(area)) return false;
  if (is_usable && begin(area.datagram(slot), job_->control)) return true;
  finish(area);
  return false;
}

// Has the datagram that was taken up wait in its slot, if it has to and there is room. What finds
// none overtakes what it should have waited for.
bool DatagramSource::hold(const ReceiveArea& area) {
  const auto waits = waits_for(job_->control);
  if (!waits.has_value()) return false;
  const uid_t user = user_of(job_->control);
  const auto own = static_cast<std::size_t>(std::ranges::count_if(
      held_, [&](const Held& held) { return user_of(held.job.control) == user; }));
  const std::size_t others = held_.size() - own;
  const std::size_t most = area.slots() / kHeldSlotsPart;
  if (own >= (most - std::min(others, most)) / 2) return false;
  settle_sender();
  held_.push_back({std::move(*job_), *waits});
  job_.reset();
  return true;
}

std::deque<DatagramSource::Held>::iterator DatagramSource::first_released() {
  return std::ranges::find_if(
      held_, [this](const Held& held) { return !still_waits(held.job.control, held.waits_for); });
}

bool DatagramSource::has_released() const {
  return std::ranges::any_of(
      held_, [this](const Held& held) { return !still_waits(held.job.control, held.waits_for); });
}

bool DatagramSource::holds_earlier(pid_t sender, std::uint64_t number) const {
  const auto is_earlier = [&](const Job& job) {
    return job.control.credentials.has_value() && job.control.credentials->pid == sender;
  };
  if (released_waited_for_ != 0 && released_waited_for_ < number && job_.has_value() &&
      is_earlier(*job_)) {
    return true;
  }
  if (waiting_.has_value() && waiting_->has_earlier(sender, number)) return true;
  return std::ranges::any_of(
      held_, [&](const Held& held) { return held.waits_for < number && is_earlier(held.job); });
}

bool DatagramSource::take_up_released(ReceiveArea& area) {
  const auto at = first_released();
  if (at == held_.end()) return false;
  job_ = std::move(at->job);
  released_waited_for_ = at->waits_for;
  held_.erase(at);
  if (!begin(area.datagram(job_->slot), job_->control)) finish(area);
  return true;
}

// The first free slots in a row that are as many as one call receives, or else the most there are.
// REQUIRES: nothing is ready.
void DatagramSource::find_room() {
  next_slot_ = 0;
  ready_end_ = 0;
  const std::size_t most = std::min(kDatagramsPerReceive, area_->slots());
  room_ = most;
  if (held_.empty() && (!waiting_.has_value() || waiting_->empty())) [[likely]]
    return;
  room_ = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < area_->slots() && room_ < most; ++i) {
    if (!area_->is_free(i)) begin = i + 1;
    if (i + 1 - begin <= room_) continue;
    room_ = i + 1 - begin;
    next_slot_ = begin;
  }
}

// Counts a datagram of which the kernel could not deliver everything.
bool DatagramSource::is_whole(const msghdr& message, const Job& job, bool is_empty) {
  const bool control_cut = (message.msg_flags & MSG_CTRUNC) != 0;
  if ((message.msg_flags & MSG_TRUNC) != 0) {
    services_.drops.add(DropCause::kTruncatedDatagram);
  } else if (control_cut && job.control.descriptors_sent > 0) {
    services_.drops.add(DropCause::kDescriptorExtra);
  } else if (control_cut && is_empty) {
    // Descriptors that could not be installed take the entry with them.
    services_.drops.add(DropCause::kReceiveFailed);
  } else {
    return true;
  }
  return false;
}

// Adds what it took to find the entry and will take to store it.
bool DatagramSource::next_entry(std::size_t& work) {
  const std::size_t before = bytes_left();
  const bool found = next();
  work += 1 + (before - std::min(before, bytes_left())) / kBytesPerUnitOfWork +
          fields() / kFieldsPerUnitOfWork;
  return found;
}

// The work it was: at least the budget where some are left.
std::size_t DatagramSource::store_entries(ReceiveArea& area, std::size_t budget) {
  const ProgressCell progress = area.progress(job_->slot);
  std::size_t used = 0;
  while (used < budget) {
    if (!next_entry(used)) {
      finish(area);
      return used;
    }
    const bool stored_already = job_->ordinal < job_->stored_before;
    if (!stored_already) store(job_->control, progress, job_->ordinal + 1);
    ++job_->ordinal;
  }
  return used;
}

void DatagramSource::finish(ReceiveArea& area) {
  end();
  // Its slot may lie ahead of those that are looked at next.
  const bool was_held = std::exchange(released_waited_for_, 0) != 0;
  taken_.push_back(job_->slot);
  job_.reset();
  if (was_held || !services_.ingest.has_queued()) settle(area);
}

// Stores what is queued; only then may the bytes that it points to go.
void DatagramSource::settle(ReceiveArea& area) {
  services_.ingest.flush();
  for (const std::size_t slot : taken_)
    area.release(slot);
  taken_.clear();
}

}  // namespace logq::collect
