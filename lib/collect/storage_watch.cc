#include "collect/storage_watch.h"

#include <utility>

#include "base/try.h"
#include "collect/event_result.h"

namespace logq::collect {
namespace {

constexpr std::uint64_t kAccuracyUsec = 10'000;

}  // namespace

StorageWatch::~StorageWatch() {
  sd_event_source_disable_unref(timer_);
}

Result<void> StorageWatch::start(sd_event* event,
                                 std::function<void()> on_look,
                                 std::function<void()> keep_alive) {
  on_look_ = std::move(on_look);
  keep_alive_ = std::move(keep_alive);
  LOGQ_TRY(event_result(
      sd_event_add_time(event, &timer_, CLOCK_MONOTONIC, 0, kAccuracyUsec, &on_time, this),
      "sd_event_add_time"));
  return event_result(sd_event_source_set_enabled(timer_, SD_EVENT_OFF),
                      "sd_event_source_set_enabled");
}

// What the refuge has deleted is told at its end: an entry about it would be deleted next.
void StorageWatch::report() {
  const Storage::Losses losses = storage_.take_losses();
  drops_.add_reported(DropCause::kRefugeOverflow, losses.overflowed);
  overflowed_untold_ += losses.overflowed;
  drops_.add_reported(DropCause::kStorageRemoved, losses.removed);  // the event says how many
  for (const Storage::Event& event : storage_.take_events()) {
    const bool is_end = event.kind == Storage::Event::Kind::kReturned;
    driver_.storage(event, is_end ? std::exchange(overflowed_untold_, 0) : 0);
  }
}

void StorageWatch::note_work() {
  report();
  const Refuge& refuge = storage_.refuge();
  const std::uint64_t wanted = refuge.is_on() ? refuge.next_look_usec() : 0;
  if (wanted == armed_for_usec_ || timer_ == nullptr) return;
  armed_for_usec_ = wanted;
  sd_event_source_set_time(timer_, wanted);
  sd_event_source_set_enabled(timer_, wanted == 0 ? SD_EVENT_OFF : SD_EVENT_ONESHOT);
}

int StorageWatch::on_time(sd_event_source* /*source*/, std::uint64_t /*usec*/, void* self) {
  auto* watch = static_cast<StorageWatch*>(self);
  watch->armed_for_usec_ = 0;
  std::ignore = watch->storage_.try_return(watch->keep_alive_);
  watch->on_look_();
  return 0;
}

void StorageWatch::finish() {
  std::ignore = storage_.try_return(keep_alive_);
  report();
  drops_.put_back({DropCause::kRefugeOverflow, std::exchange(overflowed_untold_, 0)});
}

}  // namespace logq::collect
