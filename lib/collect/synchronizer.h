// Synchronizer: finds out when everything that was sent before a request is stored and durable.
//
// It does not wait for silence, which may never come: the sources note what is queued when a round
// begins, and store that, a piece at a time and in turn with everything else that is ready. Then
// the sync worker makes it durable, and the loop goes on meanwhile. Requests that arrive during a
// round share the next one. Not thread-safe.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <systemd/sd-event.h>

#include "collect/sync_worker.h"
#include "collect/turn.h"
#include "logq/result.h"

namespace logq::collect {

class Synchronizer {
 public:
  // A source: notes what is queued; then stores some of it, and says true when that was all.
  // `waits`, where there is one: whether the next step can do nothing before wake() is called.
  struct Input {
    std::function<void()> mark;
    std::function<bool()> step;
    std::function<bool()> waits{};
  };
  using Done = std::function<void(const Result<void>& synced)>;

  // `on_synced` is called for each round that succeeded, before its requests are answered.
  Synchronizer(SyncWorker& worker, std::vector<Input> inputs, std::function<void()> on_synced = {});
  Synchronizer(const Synchronizer&) = delete;
  Synchronizer& operator=(const Synchronizer&) = delete;
  ~Synchronizer();

  // `event` must outlive this object.
  Result<void> start(sd_event* event);
  // Calls `done` from the event loop, once. REQUIRES: start().
  void request(Done done);
  // An input that had to wait may go on.
  void wake();
  // Answers everybody who still waits: at the end, when all that was sent has been stored.
  void finish(const Result<void>& synced);

 private:
  static int on_synced(sd_event_source* source, int fd, std::uint32_t events, void* self);
  void begin();
  void step();
  void end();
  void answer(const std::vector<Done>& dones, const Result<void>& synced) const;

  SyncWorker& worker_;
  std::vector<Input> inputs_;
  std::function<void()> on_synced_;
  Turn step_turn_;
  sd_event_source* synced_event_ = nullptr;
  std::vector<Done> waiting_;      // for the next round
  std::vector<Done> served_;       // by the one under way
  std::vector<std::size_t> left_;  // inputs with something left to store
  std::uint64_t sync_number_ = 0;  // what is waited for, 0 while there is something left to store
  bool under_way_ = false;
};

}  // namespace logq::collect
