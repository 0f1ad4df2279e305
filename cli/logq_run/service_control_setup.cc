#include "logq_run/service_control_setup.h"

#include <signal.h>

#include <cstdio>
#include <string>

#include "supervise/runtime_directory.h"

namespace logq::cli {
namespace {

void say(const std::string& text) {
  std::fprintf(stderr, "logq-run: %s\n", text.c_str());
}

}  // namespace

void ControlSetup::take_signal(int signal) {
  if (control != nullptr && (signal == SIGTERM || signal == SIGINT)) control->let_go();
}

ControlSetup set_up_control(const Options& options,
                            supervise::ServiceRunner& runner,
                            supervise::EventLoop& loop,
                            supervise::LifecycleLog& log) {
  const std::string directory = supervise::runtime_directory();
  auto made = supervise::ServiceControl::create(runner, loop, directory);
  if (made) return {*std::move(made)};
  if (!names_unit_files(options)) return {};
  const std::string path = directory + "/" + runner.unit().name + "/supervise";
  if (made.error().code != Errc::kBusy) {
    say(path + ": " + made.error().message() + "; it cannot be controlled");
    return {};
  }
  const std::string why = "Another logq-run runs it already: unable to lock " + path + ".";
  say(runner.unit().name + ": " + why);
  log.complained(why);
  return {nullptr, true};
}

}  // namespace logq::cli
