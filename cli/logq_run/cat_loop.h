// logq-cat's loop: lines from standard input through the script into a sink, and the signals that
// end it (TERM, INT), rotate (ALRM) and begin anew (HUP).
#pragma once

#include <chrono>
#include <cstdint>
#include <string_view>

#include "base/unique_fd.h"
#include "logq_run/line_sink.h"
#include "supervise/line_sieve.h"
#include "supervise/pipe_input.h"

namespace logq::cli {

// Signals as descriptors. Blocks them for the process; to be made before it has threads.
class CatSignals {
 public:
  CatSignals();
  [[nodiscard]] int stop_fd() const { return stop_.get(); }
  [[nodiscard]] int order_fd() const { return orders_.get(); }
  // Whether there was a signal to stop; it stays there.
  [[nodiscard]] bool stop_requested() const;
  // The next of ALRM and HUP; 0 when there is none.
  [[nodiscard]] int next_order() const;

 private:
  base::UniqueFd stop_;
  base::UniqueFd orders_;
};

class CatLoop {
 public:
  CatLoop(const CatSignals& signals, supervise::LineSieve& sieve, LineSink& sink);

  // Until the input ends or a signal says so; the sink is finished then. Returns the exit status.
  int run();

 private:
  enum class Step : std::uint8_t { kGoOn, kEnded, kFailed };

  int go();
  Step take_input();
  Step take_line();
  Step take_from(std::string_view input, bool at_end);
  int finish_line();
  void follow_orders();
  void pass_on_what_is_held();

  const CatSignals& signals_;
  supervise::LineSieve& sieve_;
  LineSink& sink_;
  supervise::PipeInput input_;
  bool in_line_ = false;  // as far as it was handed on
};

}  // namespace logq::cli
