#include "logq_run/run_command.h"

#include <string.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <systemd/sd-daemon.h>

#include "base/try.h"
#include "common/run.h"
#include "logq/transport.h"
#include "logq_run/accept_run.h"
#include "logq_run/exec_in_place.h"
#include "logq_run/follow_ups.h"
#include "logq_run/last_words.h"
#include "logq_run/service_control_setup.h"
#include "logq_run/service_setup.h"
#include "logq_run/socket_setup.h"
#include "logq_run/tree_run.h"
#include "supervise/activation.h"
#include "supervise/patient_transport.h"
#include "supervise/relations.h"
#include "supervise/supervisor.h"

namespace logq::cli {
namespace {

using namespace std::chrono_literals;

constexpr int kFacilityDaemon = 3;  // systemd's default for the output of services

int status_of(const supervise::ServiceRunner& runner) {
  if (const auto& failure = runner.spawn_failure()) {
    const auto& why = failure->why;
    print_error_line(describe_failure(*failure, runner.unit()));
    if (std::string_view(why.step) != "EXEC") return kOwnFailure;
    return why.sys_errno == ENOENT || why.sys_errno == ENOTDIR ? 127 : 126;
  }
  const supervise::Service& service = runner.service();
  if (service.main_exit()) return service.main_exit()->shell_status();
  // There was nothing to run, or no reason to.
  if (service.state() != supervise::ServiceState::kFailed) return 0;
  print_error_line(runner.unit().name +
                   ": it failed: " + std::string(supervise::name_of(service.result())));
  return kOwnFailure;
}

// That the program says so by a descriptor is Type=notify in all that follows from it.
bool await_readiness(const Options& options, supervise::ServiceUnit& unit) {
  using supervise::ServiceType;
  if (!options.ready_descriptor) return true;
  if (unit.type == ServiceType::kOneshot || unit.type == ServiceType::kForking) {
    print_error_line(unit.name + ": --ready-fd is for a service whose program stays");
    return false;
  }
  if (unit.type != ServiceType::kNotifyReload) unit.type = ServiceType::kNotify;
  unit.ready_descriptor = options.ready_descriptor;
  return true;
}

// Hands on what --ready-fd is told: whoever has started us waits for it, too.
class ReadinessReport final : public supervise::ServiceObserver {
 public:
  void state_changed() override {}
  void job_done(supervise::JobType type, supervise::JobResult result) override {
    if (type == supervise::JobType::kStart && result == supervise::JobResult::kDone)
      std::ignore = sd_notify(0, "READY=1");
  }
  void came_to_rest() override {}
};

// One service with its sockets.
class ServiceRun {
 public:
  explicit ServiceRun(const Options& options) : options_(options) {}

  int execute() {
    if (load()) {
      const auto done = supervise();
      if (!done) print_error_line(done.error().message());
      if (!done) status_ = kOwnFailure;
    }
    end_run(transport_, [this] {
      if (runner_ != nullptr && runner_->has_collector())
        tell_undelivered(service_->log.undelivered() + follow_ups_.undelivered(), transport_);
    });
    return status_;
  }

 private:
  bool load();
  bool load_sockets();
  [[nodiscard]] bool names_service() const;
  [[nodiscard]] std::string service_file() const;
  Result<void> supervise();

  const Options& options_;
  supervise::PatientTransport transport_{
      make_native_transport({.socket_path = {}, .max_block = 0s})};
  std::unique_ptr<ServiceSetup> service_;
  SocketSetup sockets_{transport_};
  FollowUps follow_ups_{options_, transport_};
  std::unique_ptr<supervise::Supervisor> supervisor_;
  supervise::ServiceRunner* runner_ = nullptr;
  ReadinessReport readiness_;
  ControlSetup control_;
  int status_ = 0;
};

bool ServiceRun::load() {
  status_ = kOwnFailure;
  if (!load_sockets()) return false;
  const bool has_file = names_unit_files(options_);
  const std::string file = has_file ? service_file() : std::string();
  auto loaded = has_file ? unit_of_file(file) : unit_of_command_line(options_);
  const std::string directory = file.substr(0, file.rfind('/') + 1);
  if (loaded.is_usable() && !sockets_.add_of(loaded.unit, directory)) return false;
  if (options_.is_lazy && sockets_.empty()) {
    print_error_line(loaded.unit.name + ": --lazy without a socket: nothing could start it");
    return false;
  }
  supervise::forget_met_relations(loaded, sockets_.names());
  if (loaded.is_usable()) follow_ups_.load(loaded, directory);
  if (loaded.is_usable() && !await_readiness(options_, loaded.unit)) return false;
  service_ = set_up_service(options_, std::move(loaded), transport_, status_);
  return service_ != nullptr;
}

// Those that the command line names.
bool ServiceRun::load_sockets() {
  const bool has_files = names_unit_files(options_);
  const auto host = supervise::HostFacts::of_this_process();
  for (const std::string& file : options_.program) {
    if (has_files && file.ends_with(".socket") && !sockets_.add(supervise::load_socket(file, host)))
      return false;
  }
  const std::string service = has_files ? options_.program.front() : options_.stream.unit;
  for (const std::string& argument : options_.listen) {
    auto read = supervise::read_listen_argument(argument, service.substr(service.rfind('/') + 1));
    if (!read.unit) print_error_line("bad value of --listen: " + read.complaint);
    if (!read.unit || !sockets_.add({*std::move(read.unit), {}})) return false;
  }
  return true;
}

bool ServiceRun::names_service() const {
  return !names_unit_files(options_) ||
         std::ranges::any_of(options_.program,
                             [](const std::string& file) { return file.ends_with(".service"); });
}

// The one that was named, else the one beside its socket.
std::string ServiceRun::service_file() const {
  for (const std::string& file : options_.program)
    if (file.ends_with(".service")) return file;
  const std::string& socket = options_.program.front();
  return socket.substr(0, socket.rfind('/') + 1) + sockets_.service();
}

Result<void> ServiceRun::supervise() {
  std::optional<supervise::Activation> activation;
  supervisor_ = LOGQ_TRY(supervise::Supervisor::create(transport_, [&](int signal) {
    control_.take_signal(signal);
    activation ? activation->take_signal(signal) : sockets_.take_signal(signal);
    follow_ups_.take_signal(signal);
  }));
  status_ = kTemporaryFailure;
  if (!control_.take_directory(options_, service_->loaded.unit.name, service_->log)) return {};
  status_ = kOwnFailure;
  if (LOGQ_TRY(sockets_.open(options_, *supervisor_, service_->runner))) {
    runner_ = LOGQ_TRY(
        supervisor_->add(service_->loaded.unit, service_->log, std::move(service_->runner)));
    if (options_.ready_descriptor) runner_->add_observer(readiness_);
    if (!LOGQ_TRY(follow_ups_.add_to(*supervisor_, *runner_))) return {};
    activation.emplace(*runner_, sockets_.runners(), options_.is_lazy || !names_service());
    control_.open(*runner_, supervisor_->loop());
    activation->begin();
    LOGQ_TRY(supervisor_->run([&] {
      follow_ups_.look();
      return (control_.is_to_end() || activation->is_over(control_.holds())) &&
             follow_ups_.are_over();
    }));
    if (!activation->has_failed()) status_ = status_of(*runner_);
    tell_left_output(*runner_);
    follow_ups_.tell_left_output();
  }
  LOGQ_TRY(follow_ups_.close_sockets(*supervisor_));
  return sockets_.close(*supervisor_);
}

}  // namespace

// "/bin/hello: No such file or directory", "hello.service: there is no user 'nobodyy'".
std::string describe_failure(const supervise::ServiceRunner::SpawnFailure& failure,
                             const supervise::ServiceUnit& unit) {
  const auto& [program, why] = failure;
  const std::string_view step = why.step;
  const std::string reason = ::strerror(why.sys_errno);
  if (step == "EXEC") return program + ": " + reason;
  if (step == "CHDIR")
    return unit.name + ": working directory " + unit.execution.working_directory + ": " + reason;
  const bool is_unknown = why.sys_errno == ESRCH;
  if (step == "USER" && is_unknown)
    return unit.name + ": there is no user '" + unit.execution.user + "'";
  if (step == "GROUP" && is_unknown && unit.execution.supplementary_groups.empty())
    return unit.name + ": there is no group '" + unit.execution.group + "'";
  return program + ": " + std::string(step) + ": " + reason;
}

int run_command(const Options& options) {
  if (options.exec_in_place) return exec_in_place(options, kFacilityDaemon);
  if (names_tree(options)) return run_tree(options);
  if (accepts_connections(options)) {
    if (!options.ready_descriptor) return run_accepting(options);
    print_error_line("--ready-fd is for one service, not for an instance for each connection");
    return kOwnFailure;
  }
  return ServiceRun(options).execute();
}

}  // namespace logq::cli
