// logq-cat's loop: lines from standard input through the script into a sink, and the signals that
// end it (TERM, INT), rotate (ALRM) and begin anew (HUP).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
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
  using SteadyClock = std::chrono::steady_clock;
  enum class Step : std::uint8_t {
    kGoOn,
    kEnded,    ///< the input, or the line that was to be finished
    kRefused,  ///< told to stop while the sink takes nothing
    kFailed,
  };
  enum class Reach : std::uint8_t { kAll, kLine };
  enum class Ready : std::uint8_t { kNothing, kInput, kLastInput, kStop, kOrder, kFailed };

  int go();
  Ready wait(int wait_ms, bool for_signals);
  Step take_input(Reach reach, bool is_last);
  Step take_rest();
  Step take_from(std::string_view input, bool at_end);
  int finish_line();
  Step finish_line_by(SteadyClock::time_point deadline);
  void follow_orders();
  void pass_on_what_is_held();

  const CatSignals& signals_;
  supervise::LineSieve& sieve_;
  LineSink& sink_;
  supervise::PipeInput input_;
  bool in_line_ = false;  // as far as it was handed on
  // The beginning of a line is still in the pipe, and is to be looked at then.
  std::optional<SteadyClock::time_point> look_at_;
  std::size_t owed_ = 0;  // bytes that the sieve has judged and the sink not taken
};

}  // namespace logq::cli
