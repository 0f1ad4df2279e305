// Whether and how operators get at a service.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "logq_run/options.h"
#include "supervise/control_directory.h"
#include "supervise/event_loop.h"
#include "supervise/lifecycle_log.h"
#include "supervise/service_control.h"
#include "supervise/service_runner.h"

namespace logq::cli {

// Before anything of the unit is touched. False where it runs already: a unit file is run once in a
// runtime directory, and a second time is told, here and in the log. Of a program of the command
// line there may be several, of which the first can be controlled. Then, and where the directory
// cannot be had, it is null.
bool take_control_directory(const Options& options,
                            const std::string& unit,
                            supervise::LifecycleLog& log,
                            std::unique_ptr<supervise::ControlDirectory>& directory);
void tell_no_control(const std::string& unit, const std::string& why);

class ControlSetup {
 public:
  // As take_control_directory().
  bool take_directory(const Options& options,
                      const std::string& unit,
                      supervise::LifecycleLog& log);
  // Before the service is started; until this object ends it borrows both. `owner`: where that is
  // not the runner.
  void open(supervise::ServiceRunner& runner,
            supervise::EventLoop& loop,
            supervise::ServiceOwner owner = {});
  void refuse_waiting(std::string_view why);

  // As ServiceControl's; false where there is none.
  [[nodiscard]] bool holds() const { return control_ != nullptr && control_->holds(); }
  [[nodiscard]] bool is_to_end() const { return control_ != nullptr && control_->is_to_end(); }
  // A signal to us: one that ends us ends what an operator has asked for.
  void take_signal(int signal);

 private:
  std::unique_ptr<supervise::ControlDirectory> directory_;
  std::unique_ptr<supervise::ServiceControl> control_;
};

}  // namespace logq::cli
