// Supervisor: what the services of one process share: it hears its signals, reaps its children,
// gives every end to the service it is of, and sends their entries when the collector takes them.
//
// The process becomes the reaper of orphans and must have one thread. Not thread-safe.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "logq/result.h"
#include "supervise/event_loop.h"
#include "supervise/memory_kills.h"
#include "supervise/patient_transport.h"
#include "supervise/process_owners.h"
#include "supervise/service_runner.h"

namespace logq::supervise {

class Supervisor {
 public:
  // Blocks all signals that can be meant for a service; `on_signal` gets them.
  // `transport`, that of the logs, is borrowed.
  static Result<std::unique_ptr<Supervisor>> create(PatientTransport& transport,
                                                    std::function<void(int)> on_signal);

  // Borrows the unit and the log. The runner lives as long as the supervisor, or until it is
  // removed.
  Result<ServiceRunner*> add(const ServiceUnit& unit, LifecycleLog& log, RunnerOptions options);
  // REQUIRES: it is over, and nothing is being handled: this is called between two events.
  void remove(const ServiceRunner& runner);
  [[nodiscard]] EventLoop& loop() { return loop_; }

  // Handles what happens until `is_over` says so. REQUIRES: something will happen.
  Result<void> run(const std::function<bool()>& is_over);

 private:
  Supervisor(EventLoop loop, PatientTransport& transport, std::function<void(int)> on_signal);
  Result<void> prepare();
  void reap();
  void plan_retry();

  EventLoop loop_;
  ProcessOwners owners_;
  MemoryKills memory_kills_;
  PatientTransport& transport_;
  const std::function<void(int)> on_signal_;
  EventSource retry_;
  std::uint64_t retry_pause_usec_ = 0;  // 0: nothing waits
  std::vector<EventSource> signals_;
  std::map<ProcessOwners::Owner, std::unique_ptr<ServiceRunner>> runners_;
  ProcessOwners::Owner next_owner_ = 0;
};

// Asks all other processes to end and waits for them, at most for `patience`. REQUIRES: this is
// process 1, whose end is theirs: a collector in the same container could not store what it has
// received last.
void end_others(std::chrono::milliseconds patience);

}  // namespace logq::supervise
