#include "collect/datagram_source.h"

#include <algorithm>
#include <limits>

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
  if (!job_.has_value() && !area_->next_received(next_slot_).has_value()) {
    next_slot_ = 0;
    passing_.before_receive(socket_.get(), services_.ingest.monotonic_usec());
    const auto received = area_->receive(socket_.get());
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
      const auto slot = area.next_received(next_slot_);
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
  if (!is_ours && is_whole(message, *job_, bytes.empty()) && begin(bytes, job_->control)) {
    return true;
  }
  finish(area);
  return false;
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
  taken_.push_back(job_->slot);
  job_.reset();
  if (!services_.ingest.has_queued()) settle(area);
}

// Stores what is queued; only then may the bytes that it points to go.
void DatagramSource::settle(ReceiveArea& area) {
  services_.ingest.flush();
  for (const std::size_t slot : taken_)
    area.release(slot);
  taken_.clear();
}

}  // namespace logq::collect
