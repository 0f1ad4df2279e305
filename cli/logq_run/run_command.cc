#include "logq_run/run_command.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <cstdio>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "logq/transport.h"
#include "supervise/collector_stream.h"
#include "supervise/envdir.h"
#include "supervise/launch.h"
#include "supervise/program_search.h"
#include "supervise/runtime_directory.h"
#include "supervise/service_supervisor.h"
#include "supervise/service_unit.h"

namespace logq::cli {
namespace {

using supervise::LaunchPlan;
using supervise::StreamConnection;
using namespace std::chrono_literals;

constexpr int kFacilityDaemon = 3;  // systemd's default for the output of services
constexpr int kLevelInfo = 6;
constexpr int kTemporaryFailure = 111;  // daemontools' word for what may be better later

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
  const bool is_exec = failure.step == supervise::LaunchStep::kExec;
  const char* step = is_exec ? "" : "connecting its output: ";
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

// The unit that a command line stands for: its settings as those of a file.
supervise::LoadedService unit_of_command_line(const Options& options) {
  std::array<char, 32> inherited{};
  std::snprintf(inherited.data(), inherited.size(), "[Service]\nUMask=%04o\n", current_umask());
  std::string text = "[Service]\nExecStart=/bin/true\n";
  for (const std::string& setting : options.settings)
    text += setting + "\n";
  auto loaded = supervise::read_service(
      options.stream.unit, {{"what is inherited", inherited.data()}, {"command line", text}},
      supervise::HostFacts::of_this_process());
  supervise::ServiceUnit& unit = loaded.unit;
  unit.description = options.description;
  supervise::ExecCommand command;
  command.program = options.program.front();
  command.argv = options.program;
  command.has_variables = false;
  unit.commands.start = {command};
  return loaded;
}

supervise::LoadedService unit_of_file(const Options& options) {
  auto loaded =
      supervise::load_service(options.program.front(), supervise::HostFacts::of_this_process());
  if (loaded.unit.execution.working_directory.empty())
    loaded.unit.execution.working_directory = "/";
  return loaded;
}

// What a service of a unit file begins with: nothing of ours but where to log to.
std::vector<std::string> service_environment() {
  std::vector<std::string> environment{"PATH=" + std::string(supervise::kServiceSearchPath)};
  if (::getenv("LANG") == nullptr) environment.emplace_back("LANG=C.UTF-8");
  for (const char* name : {"LANG", "LOGQ_SOCKET", "LOGQ_STDOUT_SOCKET"}) {
    if (const char* value = ::getenv(name); value != nullptr)
      environment.push_back(std::string(name) + "=" + value);
  }
  return environment;
}

// Lines say what their unit says; options of the command line win.
StreamSettings stream_settings(const Options& options, const supervise::ServiceUnit& unit) {
  StreamSettings settings = options.stream;
  settings.unit = unit.name;
  if (settings.identifier.empty()) settings.identifier = unit.log.identifier;
  if (!settings.level) settings.level = unit.log.level;
  settings.level_prefix = settings.level_prefix && unit.log.has_level_prefix;
  return settings;
}

supervise::SupervisorOptions supervisor_options(const Options& options,
                                                const supervise::ServiceUnit& unit) {
  supervise::SupervisorOptions of;
  of.has_error_stream = options.stream.stderr_level.has_value();
  of.header = [settings = stream_settings(options, unit), facility = unit.log.facility](
                  const std::string& program, bool is_error) {
    StreamSettings of_program = settings;
    if (of_program.identifier.empty()) of_program.identifier = identifier_of(program);
    const int level = is_error ? *settings.stderr_level : *settings.level;
    return make_header(of_program, facility * 8 + level);
  };
  // Only the first start is waited with for a collector: later there is a service to look after.
  of.connect = [wait = options.wait, candidates = supervise::find_stream_sockets()]() mutable {
    return connect_within(std::exchange(wait, 0s), candidates);
  };
  of.runtime_directory = supervise::runtime_directory();
  of.directory_roots = supervise::directory_roots(supervise::HostFacts::of_this_process());
  of.environment = names_unit_files(options) ? service_environment() : inherited_environment();
  of.warn = [](const std::string& line) { say("logq-run", line); };
  return of;
}

int status_of(const supervise::ServiceSupervisor& supervisor) {
  if (const auto& failure = supervisor.spawn_failure()) {
    const auto& [program, why] = *failure;
    const bool is_exec = std::string_view(why.step) == "EXEC";
    const std::string step = is_exec ? "" : std::string(why.step) + ": ";
    say("logq-run", program + ": " + step + ::strerror(why.sys_errno));
    if (!is_exec) return kOwnFailure;
    return why.sys_errno == ENOENT || why.sys_errno == ENOTDIR ? 127 : 126;
  }
  const supervise::Service& service = supervisor.service();
  if (service.main_exit()) return service.main_exit()->shell_status();
  // There was nothing to run, or no reason to.
  return service.state() == supervise::ServiceState::kFailed ? kOwnFailure : 0;
}

// Less privilege than it asks for is a warning, more is not to be had.
bool wants_a_user_of_its_own(const supervise::ServiceUnit& unit) {
  return unit.execution.has_dynamic_user && unit.execution.user.empty() && ::geteuid() == 0;
}

// Says what is wrong with the unit, here and in the log. False where it must not be started.
bool tell_problems(const supervise::LoadedService& loaded, supervise::LifecycleLog& log) {
  for (const supervise::UnitProblem& problem : loaded.problems) {
    say("logq-run", problem.text());
    log.misconfigured(problem.text(), problem.file, problem.line);
  }
  return loaded.is_usable();
}

void tell_left_output(supervise::ServiceSupervisor::LeftOutput left) {
  using LeftOutput = supervise::ServiceSupervisor::LeftOutput;
  if (left == LeftOutput::kUnread) {
    say("logq-run", "the collector had not read all output when the exit entry was sent");
  } else if (left == LeftOutput::kCollectorGone) {
    say("logq-run", "the collector closed the stream; the last output may be lost");
  }
}

// Adds the variables of -e. False where they cannot be read.
bool apply_environment_directory(const Options& options, supervise::SupervisorOptions& of) {
  if (options.environment_directory.empty()) return true;
  const auto directory = supervise::read_environment_directory(options.environment_directory);
  if (!directory.failure.empty()) {
    say("logq-run", directory.failure);
    return false;
  }
  supervise::Environment environment(of.environment);
  directory.apply_to(environment);
  of.environment = environment.assignments();
  return true;
}

int supervise_service(const Options& options) {
  const supervise::LoadedService loaded =
      names_unit_files(options) ? unit_of_file(options) : unit_of_command_line(options);
  const supervise::ServiceUnit& unit = loaded.unit;
  const auto transport = make_native_transport({.socket_path = {}, .max_block = 5s});
  supervise::LifecycleLog log(*transport, {unit.name, unit.description, Id128{}});
  if (!tell_problems(loaded, log)) return kOwnFailure;
  if (wants_a_user_of_its_own(unit)) {
    const std::string why =
        unit.name + ": DynamicUser= is not there yet, and it would run as root; give it a User=";
    say("logq-run", why);
    log.misconfigured(why, unit.file, 0);
    return kOwnFailure;
  }
  supervise::SupervisorOptions of = supervisor_options(options, unit);
  if (!apply_environment_directory(options, of)) return kTemporaryFailure;
  auto supervisor = supervise::ServiceSupervisor::create(unit, log, std::move(of));
  if (!supervisor) {
    say("logq-run", supervisor.error().message());
    return kOwnFailure;
  }
  (*supervisor)->run();
  const int status = status_of(**supervisor);
  tell_left_output((*supervisor)->left_output());
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
  return supervise_service(options);
}

}  // namespace logq::cli
