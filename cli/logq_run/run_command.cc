#include "logq_run/run_command.h"

#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "logq/transport.h"
#include "logq_run/exec_in_place.h"
#include "logq_run/service_setup.h"
#include "logq_run/tree_run.h"
#include "supervise/activation.h"
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

// One service with its sockets.
class ServiceRun {
 public:
  explicit ServiceRun(const Options& options) : options_(options) {}

  int execute() {
    if (load()) {
      const auto done = supervise();
      if (!done) say(done.error().message());
      if (!done) status_ = kOwnFailure;
    }
    // Until it has been read the collector can still look up who sent the last entry.
    transport_.flush(kLastPatience);
    if (runner_ != nullptr) tell_undelivered(*runner_, service_->log, transport_);
    if (::getpid() == 1) supervise::end_others(5s);
    return status_;
  }

 private:
  bool load();
  bool load_sockets();
  std::string service_file() const;
  Result<void> supervise();
  bool open_sockets(supervise::EventLoop& loop);

  const Options& options_;
  supervise::PatientTransport transport_{
      make_native_transport({.socket_path = {}, .max_block = 0s})};
  std::unique_ptr<ServiceSetup> service_;
  std::vector<std::unique_ptr<SocketSetup>> sockets_;
  std::unique_ptr<supervise::Supervisor> supervisor_;
  std::vector<std::unique_ptr<supervise::SocketRunner>> open_;
  supervise::ServiceRunner* runner_ = nullptr;
  int status_ = 0;
};

bool ServiceRun::load() {
  if (!load_sockets()) return false;
  service_ = set_up_service(
      options_,
      names_unit_files(options_) ? unit_of_file(service_file()) : unit_of_command_line(options_),
      transport_, status_);
  return service_ != nullptr;
}

bool ServiceRun::load_sockets() {
  const auto add = [&](supervise::LoadedSocket loaded) {
    sockets_.push_back(set_up_socket(std::move(loaded), transport_, status_));
    return sockets_.back() != nullptr;
  };
  const bool has_files = names_unit_files(options_);
  const auto host = supervise::HostFacts::of_this_process();
  for (const std::string& file : options_.program) {
    if (has_files && file.ends_with(".socket") && !add(supervise::load_socket(file, host)))
      return false;
  }
  const std::string service = has_files ? options_.program.front() : options_.stream.unit;
  for (const std::string& argument : options_.listen) {
    auto read = supervise::read_listen_argument(argument, service.substr(service.rfind('/') + 1));
    if (!read.unit) {
      say("bad value of --listen: " + read.complaint);
      status_ = kOwnFailure;
      return false;
    }
    if (!add({*std::move(read.unit), {}})) return false;
  }
  return true;
}

// The one that was named, else the one beside its socket.
std::string ServiceRun::service_file() const {
  for (const std::string& file : options_.program)
    if (file.ends_with(".service")) return file;
  const std::string& socket = options_.program.front();
  return socket.substr(0, socket.rfind('/') + 1) + sockets_.front()->loaded.unit.service;
}

bool ServiceRun::open_sockets(supervise::EventLoop& loop) {
  for (const auto& setup : sockets_) {
    open_.push_back(
        std::make_unique<supervise::SocketRunner>(setup->loaded.unit, setup->log, loop));
    std::string failure;
    if (!open_.back()->open(failure)) {
      say(failure);
      return false;
    }
    for (const auto& descriptor : open_.back()->descriptors())
      service_->runner.sockets.push_back(descriptor);
    service_->runner.is_collector |= is_way_to_collector(setup->loaded.unit);
  }
  service_->runner.output.is_passed_through = service_->runner.is_collector;
  return true;
}

Result<void> ServiceRun::supervise() {
  std::optional<supervise::Activation> activation;
  supervisor_ = LOGQ_TRY(supervise::Supervisor::create(
      transport_, [&](int signal) { activation->take_signal(signal); }));
  status_ = kOwnFailure;
  if (open_sockets(supervisor_->loop())) {
    runner_ = LOGQ_TRY(
        supervisor_->add(service_->loaded.unit, service_->log, std::move(service_->runner)));
    std::vector<supervise::SocketRunner*> sockets;
    for (const auto& socket : open_)
      sockets.push_back(socket.get());
    const bool names_no_service =
        names_unit_files(options_) && std::ranges::none_of(options_.program, [](const auto& file) {
          return file.ends_with(".service");
        });
    activation.emplace(*runner_, std::move(sockets), options_.is_lazy || names_no_service);
    activation->begin();
    LOGQ_TRY(supervisor_->run([&] { return activation->is_over(); }));
    if (!activation->has_failed()) status_ = status_of(*runner_);
    tell_left_output(runner_->left_output());
  }
  for (const auto& socket : open_)
    socket->close();
  return {};
}

}  // namespace

int run_command(const Options& options) {
  if (options.exec_in_place) return exec_in_place(options, "logq-run", kFacilityDaemon);
  if (names_tree(options)) return run_tree(options);
  return ServiceRun(options).execute();
}

}  // namespace logq::cli
