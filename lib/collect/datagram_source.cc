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

void DatagramSource::replay(ReceiveArea& predecessor) {
  services_.ingest.refresh_time();
  next_slot_ = 0;
  drain(predecessor, Descriptors::kForget, kUnbounded);
}

void DatagramSource::start(base::UniqueFd socket, ReceiveArea area) {
  socket_ = std::move(socket);
  area_.emplace(std::move(area));
  next_slot_ = 0;
  // Before anybody sends: the kernel forgets who has exited by the time it is asked.
  passing_.before_receive(socket_.get(), services_.ingest.monotonic_usec());
}

DatagramSource::Work DatagramSource::work() {
  services_.ingest.refresh_time();
  if (!job_.has_value() && !has_released() && !next_slot(*area_).has_value()) {
    const std::size_t room = find_room();
    passing_.before_receive(socket_.get(), services_.ingest.monotonic_usec());
    const auto received = area_->receive(socket_.get(), next_slot_, room);
    services_.ingest.refresh_time();  // what has come was there by then (ClientCache::find())
    passing_.after_receive(received.value_or(0), services_.ingest.monotonic_usec());
    if (!received.has_value()) services_.drops.add(DropCause::kReceiveFailed);
    if (!received.has_value() || *received == 0) return Work::kIdle;
  }
  return drain(*area_, Descriptors::kTake, kWorkPerWakeup) ? Work::kMore : Work::kDone;
}

void DatagramSource::finish_received() {
  drain(*area_, Descriptors::kTake, kUnbounded);
}

// Works off received slots until the budget is spent; true when some are left. Nothing is queued
// any more when it returns.
bool DatagramSource::drain(ReceiveArea& area, Descriptors descriptors, std::size_t budget) {
  const bool more = take_apart(area, descriptors, budget);
  settle(area);
  return more;
}

bool DatagramSource::take_apart(ReceiveArea& area, Descriptors descriptors, std::size_t budget) {
  while (true) {
    if (!job_.has_value()) {
      if (!held_.empty()) [[unlikely]] {
        if (budget == 0 && has_released()) return true;
        if (take_up_released(area)) continue;
      }
      const auto slot = next_slot(area);
      if (!slot.has_value()) return false;
      if (budget == 0) return true;
      next_slot_ = *slot + 1;
      if (!take_up(area, *slot, descriptors)) {
        --budget;
        continue;
      }
    }
    const std::size_t used = store_entries(area, budget);
    budget -= std::min(used, budget);
    if (job_.has_value()) return true;
  }
}

bool DatagramSource::take_up(ReceiveArea& area, std::size_t slot, Descriptors descriptors) {
  const msghdr message = area.message(slot);
  const std::string_view bytes = area.datagram(slot);
  job_ = Job{};
  job_->slot = slot;
  job_->control = parse_control(message, kControlBytes, descriptors);
  job_->stored_before = area.progress(slot).load().position;
  const auto& sender = job_->control.credentials;
  const bool is_ours = sender.has_value() && sender->pid == services_.own_pid;
  const bool is_usable = !is_ours && is_whole(message, *job_, bytes.empty());
  if (is_usable && descriptors == Descriptors::kTake && hold(area)) return false;
  if (is_usable && begin(bytes, job_->control)) return true;
  finish(area);
  return false;
}

// The first slot with a datagram that nobody has looked at.
std::optional<std::size_t> DatagramSource::next_slot(const ReceiveArea& area) const {
  auto slot = area.next_received(next_slot_);
  if (held_.empty()) [[likely]]
    return slot;
  const auto is_held = [&](const Held& held) { return held.job.slot == *slot; };
  while (slot.has_value() && std::ranges::any_of(held_, is_held))
    slot = area.next_received(*slot + 1);
  return slot;
}

// Has the datagram that was taken up wait in its slot, if it has to and there is room. What finds
// none overtakes what it should have waited for.
bool DatagramSource::hold(const ReceiveArea& area) {
  const auto waits = waits_for(job_->control);
  if (!waits.has_value()) return false;
  const auto user = [](const Job& job) { return job.control.credentials->uid; };
  const auto own = static_cast<std::size_t>(std::ranges::count_if(
      held_, [&](const Held& held) { return user(held.job) == user(*job_); }));
  const std::size_t others = held_.size() - own;
  const std::size_t most = area.slots() / kHeldSlotsPart;
  if (own >= (most - std::min(others, most)) / 2) return false;
  // Who it is is found out while the sender is there.
  job_->control.process.settle();
  std::ignore = find_sender(services_, job_->control);
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
  const auto is_earlier = [&](const Job& job) { return job.control.credentials->pid == sender; };
  if (released_waited_for_ != 0 && released_waited_for_ < number && job_.has_value() &&
      is_earlier(*job_)) {
    return true;
  }
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

// Sets next_slot_ to the first of the most free slots in a row, and returns how many they are.
std::size_t DatagramSource::find_room() {
  next_slot_ = 0;
  if (held_.empty()) return area_->slots();
  std::size_t most = 0;
  std::size_t begin = 0;
  for (std::size_t i = 0; i <= area_->slots(); ++i) {
    if (i < area_->slots() && area_->next_received(i) != i) continue;
    if (i - begin > most) {
      most = i - begin;
      next_slot_ = begin;
    }
    begin = i + 1;
  }
  return most;
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
  work += 1 + (before - std::min(before, bytes_left())) / kBytesPerUnitOfWork;
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
