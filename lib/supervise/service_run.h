// One run of one service: started, watched, its signals forwarded, its end told after its output.
//
// The service writes straight into the collector's stream; this process keeps a duplicate only to
// learn when everything has been read. What other processes of its session do with the stream after
// the main process has ended is theirs.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "base/unique_fd.h"
#include "logq/result.h"
#include "supervise/launch.h"
#include "supervise/lifecycle_log.h"
#include "supervise/process_exit.h"

namespace logq::supervise {

class ServiceRun {
 public:
  // Blocks the signals that run() forwards, for the rest of the process's life, and becomes the
  // reaper of orphaned descendants.
  static Result<ServiceRun> prepare();

  // Starts the program and waits for its end. The entry of the start is taken by the collector
  // before the program runs (a slow collector gets a second), so it comes before all output.
  // Every signal but those of faults and of job control goes to its process group; zombies of all
  // descendants are reaped. The entries of its life are written to `log`, the last ones after the
  // collector has read the output (see output()). REQUIRES: called once.
  Result<Launched> start(const LaunchPlan& plan, LifecycleLog& log);
  ProcessExit wait(LifecycleLog& log);

  // Asks all other processes to end and waits for them, at most for `patience`. REQUIRES: this is
  // process 1, whose end is theirs: a collector in the same container could not store what it has
  // received last.
  void end_others(std::chrono::milliseconds patience) const;

  // After wait(): whether the exit entry could not wait any longer for the collector to read the
  // output, or the collector had gone.
  enum class Output : std::uint8_t { kReceived, kStillUnread, kCollectorGone };
  [[nodiscard]] Output output() const { return output_; }

 private:
  explicit ServiceRun(base::UniqueFd signals) : signals_(std::move(signals)) {}

  void forward(int signal, LifecycleLog& log);
  std::optional<ProcessExit> reap();
  void drain_output();
  void tell_end(const ProcessExit& exit, LifecycleLog& log);

  base::UniqueFd signals_;
  std::vector<int> streams_;  // of the plan's owner
  pid_t main_pid_ = -1;
  bool has_descendants_ = false;
  bool stop_requested_ = false;
  Output output_ = Output::kReceived;
};

}  // namespace logq::supervise
