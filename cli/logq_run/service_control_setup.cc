#include "logq_run/service_control_setup.h"

#include <signal.h>

#include <utility>

#include "common/run.h"
#include "supervise/runtime_directory.h"

namespace logq::cli {

void tell_no_control(const std::string& unit, const std::string& why) {
  print_error_line(unit + ": no operator can get at it: " + why);
}

bool take_control_directory(const Options& options,
                            const std::string& unit,
                            supervise::LifecycleLog& log,
                            std::unique_ptr<supervise::ControlDirectory>& directory) {
  const std::string path = supervise::runtime_directory() + "/" + unit;
  auto opened = supervise::ControlDirectory::open(path);
  if (opened) {
    directory = *std::move(opened);
    return true;
  }
  if (!names_unit_files(options)) return true;
  if (opened.error().code != Errc::kBusy) {
    tell_no_control(unit, path + ": " + opened.error().message());
    return true;
  }
  const std::string why =
      "Another logq-run runs it already: unable to lock " + path + "/supervise.";
  print_error_line(unit + ": " + why);
  log.hindered(why);
  return false;
}

bool ControlSetup::take_directory(const Options& options,
                                  const std::string& unit,
                                  supervise::LifecycleLog& log) {
  return take_control_directory(options, unit, log, directory_);
}

void ControlSetup::open(supervise::ServiceRunner& runner,
                        supervise::EventLoop& loop,
                        supervise::ServiceOwner owner) {
  if (directory_ == nullptr) return;
  auto made =
      supervise::ServiceControl::create(std::move(directory_), runner, loop, std::move(owner));
  if (made) {
    control_ = *std::move(made);
  } else {
    tell_no_control(runner.unit().name, made.error().message());
  }
}

void ControlSetup::refuse_waiting(std::string_view why) {
  if (control_ != nullptr) control_->refuse_waiting(why);
}

void ControlSetup::take_signal(int signal) {
  if (control_ != nullptr && (signal == SIGTERM || signal == SIGINT)) control_->let_go();
}

}  // namespace logq::cli
