#include "collect/synchronizer.h"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "base/try.h"
#include "collect/event_result.h"

namespace logq::collect {
Synchronizer::Synchronizer(SyncWorker& worker,
                           std::vector<Input> inputs,
                           std::function<void()> on_synced)
    : worker_(worker),
      inputs_(std::move(inputs)),
      on_synced_(std::move(on_synced)) {}

Synchronizer::~Synchronizer() {
  sd_event_source_disable_unref(synced_event_);
}

Result<void> Synchronizer::start(sd_event* event) {
  if (worker_.ended_fd() < 0) return fail(Error::system(EMFILE, "eventfd"));
  LOGQ_TRY(step_turn_.start(event, [this] { step(); }));
  return event_result(
      sd_event_add_io(event, &synced_event_, worker_.ended_fd(), EPOLLIN, &on_synced, this),
      "sd_event_add_io");
}

void Synchronizer::request(Done done) {
  waiting_.push_back(std::move(done));
  if (!under_way_) begin();
}

void Synchronizer::begin() {
  under_way_ = true;
  served_ = std::exchange(waiting_, {});
  sync_number_ = 0;
  left_.clear();
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    inputs_[i].mark();
    left_.push_back(i);
  }
  step_turn_.set(true);
}

void Synchronizer::step() {
  std::erase_if(left_, [this](std::size_t i) { return inputs_[i].step(); });
  if (!left_.empty()) {
    step_turn_.set(!std::ranges::all_of(
        left_, [this](std::size_t i) { return inputs_[i].waits && inputs_[i].waits(); }));
    return;
  }
  step_turn_.set(false);
  sync_number_ = worker_.request_numbered();
}

void Synchronizer::wake() {
  if (under_way_ && !left_.empty()) step_turn_.set(true);
}

int Synchronizer::on_synced(sd_event_source* /*source*/,
                            int fd,
                            std::uint32_t /*events*/,
                            void* self) {
  std::uint64_t count = 0;
  std::ignore = ::read(fd, &count, sizeof count);
  static_cast<Synchronizer*>(self)->end();
  return 0;
}

// A later sync than the one waited for has covered it too: a failure is made up for by the next
// that succeeds.
void Synchronizer::end() {
  const SyncWorker::Last last = worker_.last();
  if (!under_way_ || sync_number_ == 0 || last.number < sync_number_) return;
  under_way_ = false;
  const Result<void> synced = last.failure ? Result<void>(fail(*last.failure)) : Result<void>{};
  answer(std::exchange(served_, {}), synced);
  if (!waiting_.empty() && !under_way_) begin();
}

void Synchronizer::answer(const std::vector<Done>& dones, const Result<void>& synced) const {
  if (dones.empty()) return;
  if (synced && on_synced_) on_synced_();
  for (const Done& done : dones)
    done(synced);
}

void Synchronizer::finish(const Result<void>& synced) {
  step_turn_.set(false);
  std::vector<Done> all = std::exchange(served_, {});
  for (Done& done : std::exchange(waiting_, {}))
    all.push_back(std::move(done));
  answer(all, synced);
}

}  // namespace logq::collect
