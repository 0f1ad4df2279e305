#include "logq_run/accept_run.h"

#include <signal.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/try.h"
#include "common/run.h"
#include "logq/transport.h"
#include "logq_run/accepted_services.h"
#include "logq_run/last_words.h"
#include "logq_run/run_command.h"
#include "logq_run/service_setup.h"
#include "logq_run/socket_setup.h"
#include "supervise/patient_transport.h"
#include "supervise/relations.h"
#include "supervise/supervisor.h"

namespace logq::cli {
namespace {

using namespace std::chrono_literals;

bool is_socket_file(const std::string& file) {
  return file.ends_with(".socket");
}

std::string directory_of(const std::string& file) {
  return file.substr(0, file.rfind('/') + 1);
}

// "hello@.service" of "hello.service".
std::string template_name(const std::string& service) {
  std::string name = service;
  return name.find('@') == std::string::npos ? name.insert(name.rfind('.'), "@") : name;
}

// One instance as any other.
std::string example_of(std::string template_name) {
  return template_name.insert(template_name.find("@.") + 1, "i");
}

class AcceptingRun {
 public:
  explicit AcceptingRun(const Options& options) : options_(options) {}

  int execute();

 private:
  bool load();
  bool add_file(const std::string& file);
  bool add_argument(const std::string& argument);
  bool add(supervise::LoadedSocket loaded, AcceptedServices::Load load);
  [[nodiscard]] supervise::LoadedService instance_of_file(const std::string& file) const;
  bool check_template(const std::string& service, const AcceptedServices::Load& load);
  Result<void> supervise();
  void take_signal(int signal);
  bool is_over();
  void tell_last_words() const;

  const Options& options_;
  supervise::PatientTransport transport_{
      make_native_transport({.socket_path = {}, .max_block = 0s})};
  SocketSetup sockets_{transport_};
  std::vector<AcceptedServices::Load> loads_;  // one of each socket
  std::unique_ptr<supervise::Supervisor> supervisor_;
  std::vector<std::unique_ptr<AcceptedServices>> services_;  // the same
  int status_ = kOwnFailure;
};

int AcceptingRun::execute() {
  if (load()) {
    const auto done = supervise();
    if (!done) print_error_line(done.error().message());
  }
  end_run(transport_, [this] { tell_last_words(); });
  return status_;
}

bool AcceptingRun::load() {
  if (!names_unit_files(options_))
    return std::ranges::all_of(options_.listen,
                               [this](const auto& argument) { return add_argument(argument); });
  for (const std::string& file : options_.program)
    if (is_socket_file(file) && !add_file(file)) return false;
  // A template may be named beside its socket.
  for (const std::string& file : options_.program) {
    const std::string name = file.substr(directory_of(file).size());
    const bool is_of_socket = is_socket_file(file) || sockets_.has_template(name);
    if (is_of_socket) continue;
    print_error_line(name + ": not the service of a socket with Accept=yes that is run with it");
    return false;
  }
  return true;
}

bool AcceptingRun::add_file(const std::string& file) {
  auto loaded = supervise::load_socket(file, supervise::HostFacts::of_this_process());
  if (loaded.is_usable() && !loaded.unit.accepts) {
    print_error_line(loaded.unit.name + ": not run beside a socket with Accept=yes: it has none");
    return false;
  }
  return add(std::move(loaded), [this, directory = directory_of(file)](const std::string& name) {
    return instance_of_file(directory + name);
  });
}

bool AcceptingRun::add_argument(const std::string& argument) {
  auto read = supervise::read_listen_argument(argument, options_.stream.unit);
  if (!read.unit) {
    print_error_line("bad value of --listen: " + read.complaint);
    return false;
  }
  read.unit->accepts = true;
  read.unit->service = template_name(options_.stream.unit);
  if (!read.unit->listeners.front().can_accept()) {
    print_error_line("bad value of --listen: '" + argument + "' has no connections to accept");
    return false;
  }
  return add({*std::move(read.unit), {}}, [this](const std::string& name) {
    Options of_instance = options_;
    of_instance.stream.unit = name;
    return unit_of_command_line(of_instance);
  });
}

bool AcceptingRun::add(supervise::LoadedSocket loaded, AcceptedServices::Load load) {
  const std::string service = loaded.unit.service;
  if (!sockets_.add(std::move(loaded)) || !check_template(service, load)) return false;
  loads_.push_back(std::move(load));
  return true;
}

supervise::LoadedService AcceptingRun::instance_of_file(const std::string& file) const {
  supervise::LoadedService loaded = unit_of_file(file);
  supervise::forget_met_relations(loaded, sockets_.names());
  return loaded;
}

// What is wrong with it is told now, and not with each connection.
bool AcceptingRun::check_template(const std::string& service, const AcceptedServices::Load& load) {
  const supervise::LoadedService loaded = load(example_of(service));
  supervise::LifecycleLog log(transport_, {service, loaded.unit.description, Id128{}});
  tell_problems(loaded.problems, log);
  return loaded.is_usable();
}

Result<void> AcceptingRun::supervise() {
  supervisor_ = LOGQ_TRY(
      supervise::Supervisor::create(transport_, [this](int signal) { take_signal(signal); }));
  supervise::RunnerOptions nobodys;  // whom these sockets are handed
  if (LOGQ_TRY(sockets_.open(options_, *supervisor_, nobodys))) {
    const auto runners = sockets_.runners();
    for (std::size_t i = 0; i < runners.size(); ++i) {
      services_.push_back(std::make_unique<AcceptedServices>(options_, *runners[i], loads_[i],
                                                             transport_, *supervisor_));
      services_.back()->accept();
    }
    LOGQ_TRY(supervisor_->run([this] { return is_over(); }));
    const bool has_failed =
        std::ranges::any_of(services_, [](const auto& services) { return services->has_failed(); });
    if (!has_failed) status_ = 0;
  }
  return sockets_.close(*supervisor_);
}

void AcceptingRun::take_signal(int signal) {
  if (services_.empty()) sockets_.take_signal(signal);
  for (const auto& services : services_) {
    if (signal == SIGTERM || signal == SIGINT) services->stop(signal);
    if (signal == SIGHUP) services->reload();
  }
}

bool AcceptingRun::is_over() {
  for (const auto& services : services_)
    services->look();
  return std::ranges::all_of(services_, [](const auto& services) { return services->is_over(); });
}

void AcceptingRun::tell_last_words() const {
  std::uint64_t dropped = 0;
  bool has_collector = false;
  for (const auto& services : services_) {
    dropped += services->undelivered();
    has_collector |= services->has_collector();
  }
  if (has_collector) tell_undelivered(dropped, transport_);
}

}  // namespace

bool accepts_connections(const Options& options) {
  if (!names_unit_files(options)) return options.accepts;
  const auto host = supervise::HostFacts::of_this_process();
  return std::ranges::any_of(options.program, [&](const std::string& file) {
    return is_socket_file(file) && supervise::load_socket(file, host).unit.accepts;
  });
}

int run_accepting(const Options& options) {
  return AcceptingRun(options).execute();
}

}  // namespace logq::cli
