#include "logq_run/exec_in_place.h"

#include <string.h>

#include <string>
#include <thread>

#include "common/run.h"
#include "logq/transport.h"
#include "supervise/launch.h"
#include "supervise/lifecycle_log.h"

namespace logq::cli {
namespace {

using supervise::LaunchPlan;
using supervise::StreamConnection;
using namespace std::chrono_literals;

// As long as it can still be looked up who sent the entry.
constexpr std::chrono::seconds kLastLook{1};

// The plan and the connections it refers to.
struct Output {
  StreamConnection out;
  StreamConnection err;  // used with --stderr-priority only
};

// Fills in the streams of `plan`. Without a collector the program keeps our own output, and one
// line says so: nothing is ever dropped silently, and nothing goes to a collector not asked for.
Output connect_output(const Options& options, int facility, LaunchPlan& plan) {
  Output output;
  const auto candidates = supervise::find_stream_sockets();
  output.out = connect_within(options.wait, candidates);
  if (options.stream.stderr_level && output.out.fd.is_open()) {
    output.err = supervise::connect_stream(candidates);
  }
  const bool wants_second = options.stream.stderr_level.has_value();
  if (!output.out.fd.is_open() || (wants_second && !output.err.fd.is_open())) {
    const StreamConnection& failed = output.out.fd.is_open() ? output.err : output.out;
    print_error_line("no collector at " + failed.path + ": " + ::strerror(failed.sys_errno) +
                     "; output is passed through");
    return {};
  }
  StreamSettings settings = options.stream;
  if (settings.identifier.empty() && facility != 0) {
    settings.identifier = identifier_of(options.program.front());
  }
  const int level = settings.level.value_or(kLevelInfo);
  plan.standard_output = {output.out.fd.get(), make_header(settings, facility * 8 + level)};
  plan.standard_error = {
      wants_second ? output.err.fd.get() : output.out.fd.get(),
      make_header(settings, facility * 8 + settings.stderr_level.value_or(level))};
  return output;
}

// Also in the log, where there is a unit that it is told of: a supervisor may show nobody what we
// print.
int report_launch_failure(const Options& options,
                          const LaunchPlan& plan,
                          const supervise::LaunchFailure& failure) {
  const std::string& program = options.program.front();
  const bool is_exec = failure.step == supervise::LaunchStep::kExec;
  const char* step = is_exec ? "" : "connecting its output: ";
  print_error_line(program + ": " + step + ::strerror(failure.sys_errno));
  if (!options.stream.unit.empty()) {
    const auto transport = make_native_transport({.socket_path = {}, .max_block = 0s});
    supervise::LifecycleLog log(*transport, {options.stream.unit, {}, plan.invocation});
    log.spawn_failed(program, is_exec ? "EXEC" : "STDOUT", failure.sys_errno);
    log.settle(kLastLook);
  }
  return supervise::exit_status_of(failure);
}

}  // namespace

StreamConnection connect_within(std::chrono::seconds wait,
                                const std::vector<client::SocketCandidate>& candidates) {
  constexpr auto kStep = 20ms;
  const auto deadline = std::chrono::steady_clock::now() + wait;
  for (;;) {
    StreamConnection connection = supervise::connect_stream(candidates);
    if (connection.fd.is_open() || std::chrono::steady_clock::now() >= deadline) return connection;
    std::this_thread::sleep_for(kStep);
  }
}

int exec_in_place(const Options& options, int facility) {
  LaunchPlan plan{.argv = options.program,
                  .standard_output = {},
                  .standard_error = {},
                  .invocation = Id128::random()};
  const Output output = connect_output(options, facility, plan);
  const auto failure = supervise::become_program(plan);
  return report_launch_failure(options, plan, failure);
}

}  // namespace logq::cli
