#include "logq_run/run_command.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <vector>

#include "logq/transport.h"
#include "supervise/collector_stream.h"
#include "supervise/launch.h"
#include "supervise/runtime_directory.h"
#include "supervise/service_supervisor.h"

namespace logq::cli {
namespace {

using supervise::LaunchPlan;
using supervise::StreamConnection;
using namespace std::chrono_literals;

constexpr int kFacilityDaemon = 3;  // systemd's default for the output of services
constexpr int kLevelInfo = 6;

void say(const char* tool, const std::string& text) {
  std::fprintf(stderr, "%s: %s\n", tool, text.c_str());
}

// The plan and the connections it refers to.
struct Output {
  StreamConnection out;
  StreamConnection err;  // used with --stderr-priority only
};

// A collector that was started beside us may not listen yet.
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

// Fills in the streams of `plan`. Without a collector the program keeps our own output, and one
// line says so: nothing is ever dropped silently, and nothing goes to a collector not asked for.
Output connect_output(const Options& options, const char* tool, int facility, LaunchPlan& plan) {
  Output output;
  const auto candidates = supervise::find_stream_sockets();
  output.out = connect_within(options.wait, candidates);
  if (options.stream.stderr_level && output.out.fd.is_open()) {
    output.err = supervise::connect_stream(candidates);
  }
  const bool wants_second = options.stream.stderr_level.has_value();
  if (!output.out.fd.is_open() || (wants_second && !output.err.fd.is_open())) {
    const StreamConnection& failed = output.out.fd.is_open() ? output.err : output.out;
    say(tool, "no collector at " + failed.path + ": " + ::strerror(failed.sys_errno) +
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

int report_launch_failure(const char* tool,
                          const Options& options,
                          const supervise::LaunchFailure& failure) {
  const char* step = failure.step == supervise::LaunchStep::kExec     ? ""
                     : failure.step == supervise::LaunchStep::kOutput ? "connecting its output: "
                                                                      : "preparing its process: ";
  say(tool, options.program.front() + ": " + step + ::strerror(failure.sys_errno));
  return supervise::exit_status_of(failure);
}

// The environment and the umask are what the program would have without us.
std::vector<std::string> inherited_environment() {
  std::vector<std::string> environment;
  for (char** variable = environ; *variable != nullptr; ++variable)
    environment.emplace_back(*variable);
  return environment;
}

mode_t current_umask() {
  const mode_t mask = ::umask(0);
  ::umask(mask);
  return mask;
}

// The unit that a command line stands for.
supervise::ServiceUnit unit_of(const Options& options) {
  supervise::ServiceUnit unit;
  unit.name = options.stream.unit;
  unit.description = options.description;
  supervise::ExecCommand command;
  command.program = options.program.front();
  command.argv = options.program;
  command.has_variables = false;
  unit.commands.start = {command};
  unit.execution.umask = current_umask();
  return unit;
}

supervise::SupervisorOptions supervisor_options(const Options& options) {
  supervise::SupervisorOptions of;
  StreamSettings settings = options.stream;
  if (settings.identifier.empty()) settings.identifier = identifier_of(options.program.front());
  const int level = settings.level.value_or(kLevelInfo);
  of.output_header = make_header(settings, kFacilityDaemon * 8 + level);
  if (settings.stderr_level)
    of.error_header = make_header(settings, kFacilityDaemon * 8 + *settings.stderr_level);
  of.connect = [wait = options.wait, candidates = supervise::find_stream_sockets()] {
    return connect_within(wait, candidates);
  };
  of.runtime_directory = supervise::runtime_directory();
  of.environment = inherited_environment();
  of.warn = [](const std::string& line) { say("logq-run", line); };
  return of;
}

int status_of(const Options& options, const supervise::ServiceSupervisor& supervisor) {
  if (const auto& failure = supervisor.spawn_failure()) {
    const bool is_exec = std::string_view(failure->step) == "EXEC";
    say("logq-run", options.program.front() + ": " + (is_exec ? "" : failure->step) +
                        (is_exec ? "" : ": ") + ::strerror(failure->sys_errno));
    if (!is_exec) return kOwnFailure;
    return failure->sys_errno == ENOENT || failure->sys_errno == ENOTDIR ? 127 : 126;
  }
  const auto& exit = supervisor.service().main_exit();
  return exit ? exit->shell_status() : kOwnFailure;
}

int supervise_service(const Options& options, const supervise::ServiceUnit& unit) {
  const auto transport = make_native_transport({.socket_path = {}, .max_block = 5s});
  supervise::LifecycleLog log(*transport, {unit.name, unit.description, Id128{}});
  auto supervisor = supervise::ServiceSupervisor::create(unit, log, supervisor_options(options));
  if (!supervisor) {
    say("logq-run", supervisor.error().message());
    return kOwnFailure;
  }
  (*supervisor)->run();
  const int status = status_of(options, **supervisor);
  if ((*supervisor)->has_left_output())
    say("logq-run", "the collector had not read all output when the exit entry was sent");
  // Until it has been read the collector can still look up who sent the last entry.
  transport->flush(1s);
  if (log.undelivered() != 0 && (*supervisor)->has_collector()) {
    say("logq-run", std::to_string(log.undelivered()) +
                        " lifecycle entries not delivered: " + log.describe_failure());
  }
  if (::getpid() == 1) supervise::end_others(5s);
  return status;
}

}  // namespace

int exec_command(const Options& options, const char* tool, int facility) {
  LaunchPlan plan{.argv = options.program,
                  .standard_output = {},
                  .standard_error = {},
                  .invocation = Id128::random()};
  const Output output = connect_output(options, tool, facility, plan);
  const auto failure = supervise::become_program(plan);
  return report_launch_failure(tool, options, failure);
}

int run_command(const Options& options) {
  if (options.exec_in_place) return exec_command(options, "logq-run", kFacilityDaemon);
  return supervise_service(options, unit_of(options));
}

}  // namespace logq::cli
