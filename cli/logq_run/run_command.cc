#include "logq_run/run_command.h"

#include <string.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <utility>

#include "base/try.h"
#include "logq/transport.h"
#include "logq_run/exec_in_place.h"
#include "logq_run/service_control_setup.h"
#include "logq_run/service_setup.h"
#include "supervise/patient_transport.h"
#include "supervise/supervisor.h"

namespace logq::cli {
namespace {

using namespace std::chrono_literals;

constexpr int kFacilityDaemon = 3;  // systemd's default for the output of services

constexpr auto kLastPatience =
    1s;  // with a collector that is busy when there is nothing else to do

void say(const std::string& text) {
  std::fprintf(stderr, "logq-run: %s\n", text.c_str());
}

int status_of(const supervise::ServiceRunner& runner) {
  if (const auto& failure = runner.spawn_failure()) {
    const auto& [program, why] = *failure;
    const bool is_exec = std::string_view(why.step) == "EXEC";
    const std::string step = is_exec ? "" : std::string(why.step) + ": ";
    say(program + ": " + step + ::strerror(why.sys_errno));
    if (!is_exec) return kOwnFailure;
    return why.sys_errno == ENOENT || why.sys_errno == ENOTDIR ? 127 : 126;
  }
  const supervise::Service& service = runner.service();
  if (service.main_exit()) return service.main_exit()->shell_status();
  // There was nothing to run, or no reason to.
  return service.state() == supervise::ServiceState::kFailed ? kOwnFailure : 0;
}

void tell_left_output(supervise::ServiceRunner::LeftOutput left) {
  using LeftOutput = supervise::ServiceRunner::LeftOutput;
  if (left == LeftOutput::kUnread) {
    say("the collector had not read all output when the exit entry was sent");
  } else if (left == LeftOutput::kCollectorGone) {
    say("the collector closed the stream; the last output may be lost");
  }
}

// What could not be said in the log.
void tell_undelivered(const supervise::ServiceRunner& runner,
                      const supervise::LifecycleLog& log,
                      const supervise::PatientTransport& transport) {
  const std::uint64_t undelivered = log.undelivered() + transport.waiting();
  if (undelivered == 0 || !runner.has_collector()) return;
  say(std::to_string(undelivered) + " lifecycle entries not delivered: " + log.describe_failure());
}

int supervise_service(const Options& options) {
  supervise::PatientTransport transport(
      make_native_transport({.socket_path = {}, .max_block = 0s}));
  int status = 0;
  const auto setup =
      set_up_service(options,
                     names_unit_files(options) ? unit_of_file(options.program.front())
                                               : unit_of_command_line(options),
                     transport, status);
  if (!setup) {
    transport.flush(kLastPatience);
    return status;
  }
  bool runs_elsewhere = false;
  supervise::ServiceRunner* runner = nullptr;
  ControlSetup* control = nullptr;
  auto supervisor = supervise::Supervisor::create(transport, [&](int signal) {
    control->take_signal(signal);
    runner->take_signal(signal);
  });
  const auto run = [&]() -> Result<void> {
    runner = LOGQ_TRY((*supervisor)->add(setup->loaded.unit, setup->log, std::move(setup->runner)));
    ControlSetup of_operators = set_up_control(options, *runner, (*supervisor)->loop(), setup->log);
    runs_elsewhere = of_operators.runs_elsewhere;
    if (runs_elsewhere) return {};
    control = &of_operators;
    runner->start();
    return (*supervisor)->run([&] { return runner->is_over() && !control->holds(); });
  };
  const auto failure = supervisor ? run() : fail(supervisor.error());
  if (!failure) {
    say(failure.error().message());
    return kOwnFailure;
  }
  status = runs_elsewhere ? kTemporaryFailure : status_of(*runner);
  tell_left_output(runner->left_output());
  // Until it has been read the collector can still look up who sent the last entry.
  transport.flush(kLastPatience);
  tell_undelivered(*runner, setup->log, transport);
  if (::getpid() == 1) supervise::end_others(5s);
  return status;
}

}  // namespace

int run_command(const Options& options) {
  if (options.exec_in_place) return exec_in_place(options, "logq-run", kFacilityDaemon);
  return supervise_service(options);
}

}  // namespace logq::cli
