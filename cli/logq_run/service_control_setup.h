// Whether and how operators get at a service that is about to be started.
#pragma once

#include <memory>

#include "logq_run/options.h"
#include "supervise/event_loop.h"
#include "supervise/lifecycle_log.h"
#include "supervise/service_control.h"
#include "supervise/service_runner.h"

namespace logq::cli {

inline constexpr int kTemporaryFailure = 111;  // daemontools' word for what may be better later

struct ControlSetup {
  std::unique_ptr<supervise::ServiceControl> control;  // null: there is none
  bool runs_elsewhere = false;                         // it must not be started a second time

  [[nodiscard]] bool holds() const { return control != nullptr && control->holds(); }
  // A signal to us: one that ends us ends what an operator has asked for.
  void take_signal(int signal);
};

// A unit file is run once in a runtime directory: a second time is told, here and in the log. Of a
// program of the command line there may be several, of which the first can be controlled.
ControlSetup set_up_control(const Options& options,
                            supervise::ServiceRunner& runner,
                            supervise::EventLoop& loop,
                            supervise::LifecycleLog& log);

}  // namespace logq::cli
