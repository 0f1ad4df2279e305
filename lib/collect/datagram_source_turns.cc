// The part of DatagramSource for when what was received takes long: users take turns, and what else
// is queued is received meanwhile.
#include <time.h>

#include <algorithm>
#include <limits>
#include <tuple>
#include <utility>

#include "collect/datagram_source.h"
#include "collect/limits.h"
#include "collect/queue_look.h"

namespace logq::collect {
namespace {

// Of this thread: what it waits for, be it the disk or a processor, is nobody's fault.
std::uint64_t processor_usec() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<std::uint64_t>(now.tv_sec) * 1'000'000 +
         static_cast<std::uint64_t>(now.tv_nsec) / 1000;
}

}  // namespace

// Whether what is left will take long, if it goes on as it did since then.
bool DatagramSource::is_backlog_long(std::uint64_t since_usec) {
  services_.ingest.refresh_time();
  const std::uint64_t elapsed = services_.ingest.monotonic_usec() - since_usec;
  std::uint64_t left = job_.has_value() ? bytes_left() : 0;
  const std::uint64_t done = work_bytes_ - std::min(work_bytes_, left);
  for (std::size_t slot = next_slot_; slot < ready_end_; ++slot)
    left += area_->size(slot);
  return elapsed * left >= kLongBacklogUsec * std::max<std::uint64_t>(done, 1);
}

DatagramSource::Work DatagramSource::work_in_turns(ReceiveArea& area) {
  sort_received(area);
  find_room();
  if (room_ > 0 && may_receive()) {
    if (receive() == 0) read_for_.reset();
    sort_received(area);
  }
  serve(area, kWorkPerWakeup);
  takes_turns_ = !waiting_->empty();
  if (!takes_turns_) read_for_.reset();
  return takes_turns_ ? Work::kMore : Work::kDone;
}

bool DatagramSource::may_receive() {
  using Reading = WaitingDatagrams::Reading;
  const Reading reading = waiting_->reading();
  if (reading != Reading::kForOthers) return reading == Reading::kOn;
  const std::uint64_t now = services_.ingest.monotonic_usec();
  if (!read_for_.has_value() && now >= look_again_usec_) {
    read_for_ =
        find_queued_user(socket_.get(), [&](uid_t user) { return !waiting_->has_fill(user); });
    look_again_usec_ = now + kLookIntervalUsec;
  }
  return read_for_.has_value();
}

// Everything that was received and could be stored waits afterwards.
void DatagramSource::sort_received(ReceiveArea& area) {
  if (job_.has_value()) put_back(area);
  for (auto at = first_released(); at != held_.end(); at = first_released()) {
    at->job.arrival = std::max<std::uint64_t>(at->job.arrival, 1);
    at->job.behind = at->waits_for;
    waiting_->put_back(std::move(at->job));
    held_.erase(at);
  }
  while (has_ready())
    sort(area, next_slot_++);
  settle(area);
}

void DatagramSource::sort(ReceiveArea& area, std::size_t slot) {
  const bool is_usable = look_at(area, slot, Descriptors::kTake);
  const uid_t user = user_of(job_->control);
  if (read_for_ == user) read_for_.reset();
  if (!is_usable) return finish(area);
  if (read_for_.has_value() && waiting_->is_refusable(user)) {
    services_.drops.add(DropCause::kDatagramOverflow);
    return finish(area);
  }
  const Intake intake = take_in(job_->bytes, job_->control);
  if (intake == Intake::kTaken) return finish(area);
  if (intake == Intake::kAtOnce) {
    if (!begin(area.datagram(slot), job_->control)) return finish(area);
    store_entries(area, std::numeric_limits<std::size_t>::max());
    return;
  }
  settle_sender();
  job_->arrival = arrivals_ - (ready_end_ - next_slot_);
  job_->behind = last_to_wait_for();
  waiting_->push(std::move(*job_));
  job_.reset();
}

// Who it is is found out while the sender is there.
void DatagramSource::settle_sender() {
  job_->control.process.settle();
  std::ignore = find_sender(services_, job_->control);
}

// Lays the job that is under way aside. What it has queued is stored first.
void DatagramSource::put_back(ReceiveArea& area) {
  settle(area);
  const std::uint64_t waited_for = std::exchange(released_waited_for_, 0);
  if (job_->arrival == 0) {
    job_->arrival = waited_for != 0 ? 1 : arrivals_ - (ready_end_ - next_slot_);
    job_->behind = waited_for != 0 ? waited_for : last_to_wait_for();
  }
  job_->bytes = bytes_left();
  settle_sender();
  job_->paused = pause();
  waiting_->put_back(std::move(*job_));
  job_.reset();
}

void DatagramSource::serve(ReceiveArea& area, std::size_t budget) {
  while (budget > 0 && !waiting_->empty())
    budget -= std::min(budget, serve_turn(area));
}

// The work it was.
std::size_t DatagramSource::serve_turn(ReceiveArea& area) {
  const uid_t user = waiting_->begin_turn();
  const std::uint64_t began = processor_usec();
  std::size_t used = 0;
  while (used < waiting_->turn_work() && waiting_->has(user)) {
    if (take_up_waiting(area, user)) {
      used += store_entries(area, waiting_->turn_work() - used);
    } else {
      ++used;
    }
    if (job_.has_value()) put_back(area);
  }
  settle(area);
  waiting_->end_turn(user, used, processor_usec() - began);
  return used;
}

// False when it has to wait for something else now, or nothing in it can be stored.
bool DatagramSource::take_up_waiting(ReceiveArea& area, uid_t user) {
  job_ = waiting_->pop(user);
  if (const auto paused = std::move(job_->paused)) {
    resume(*paused);
    return true;
  }
  if (hold(area)) return false;
  job_->ordinal = 0;
  job_->stored_before = area.progress(job_->slot).load().position;
  if (begin(area.datagram(job_->slot), job_->control)) return true;
  finish(area);
  return false;
}

void DatagramSource::finish_waiting(ReceiveArea& area) {
  sort_received(area);
  while (!waiting_->empty())
    serve(area, std::numeric_limits<std::size_t>::max());
}

}  // namespace logq::collect
