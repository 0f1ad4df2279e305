#include "logq_run/accepted_services.h"

#include <iterator>
#include <utility>

#include "common/run.h"
#include "logq_run/last_words.h"
#include "supervise/dynamic_user.h"

namespace logq::cli {
namespace {

// What is wrong with the template has been told once.
void keep_fatal_problems(supervise::LoadedService& loaded) {
  std::erase_if(loaded.problems, [](const supervise::UnitProblem& problem) {
    return problem.severity != supervise::UnitProblem::Severity::kFatal;
  });
}

// As systemd, who is served is part of what it is.
void describe(const supervise::Connection& connection, supervise::ServiceUnit& unit) {
  if (connection.peer.empty()) return;
  unit.description =
      unit.description.empty() ? connection.peer : unit.description + " (" + connection.peer + ")";
}

}  // namespace

AcceptedServices::AcceptedServices(const Options& options,
                                   supervise::SocketRunner& socket,
                                   Load load,
                                   supervise::PatientTransport& transport,
                                   supervise::Supervisor& supervisor)
    : options_(options),
      socket_(socket),
      load_(std::move(load)),
      transport_(transport),
      supervisor_(supervisor) {}

AcceptedServices::~AcceptedServices() {
  socket_.unwatch();
  for (auto& [name, one] : instances_)
    remove(one);
}

void AcceptedServices::accept() {
  socket_.accept([this](unsigned number, supervise::Connection connection) {
    return start(number, std::move(connection));
  });
}

bool AcceptedServices::start(unsigned number, supervise::Connection connection) {
  const std::string name = supervise::instance_name(socket_.unit().service, number, connection);
  supervise::LoadedService loaded = load_(name);
  keep_fatal_problems(loaded);
  describe(connection, loaded.unit);
  // Who would run what they name? Of the template that has been told.
  loaded.unit.dependencies.on_failure.clear();
  loaded.unit.dependencies.on_success.clear();
  adopt_user(loaded.unit);
  One one;
  one.source = connection.source;
  int status = 0;
  one.setup = set_up_service(options_, std::move(loaded), transport_, status);
  if (!one.setup || !one.control.take_directory(options_, name, one.setup->log)) return false;
  keep_user(*one.setup);
  auto runner =
      supervisor_.add(one.setup->loaded.unit, one.setup->log, std::move(one.setup->runner));
  if (!runner) {
    print_error_line(name + ": " + runner.error().message());
    return false;
  }
  one.runner = *runner;
  one.control.open(*one.runner, supervisor_.loop(),
                   {.start = [] {},
                    .stop = [instance = one.runner] { instance->stop(); },
                    .owns_instance = true});
  one.runner->take_connection(std::move(connection));
  instances_.emplace(name, std::move(one)).first->second.runner->start();
  return true;
}

// Of those that would have the same name.
void AcceptedServices::adopt_user(supervise::ServiceUnit& unit) const {
  supervise::ExecutionSettings& settings = unit.execution;
  if (!settings.has_dynamic_user || !user_lock_.is_open()) return;
  const std::string name =
      settings.user.empty() ? supervise::dynamic_user_name(unit.name) : settings.user;
  if (name != user_.dynamic_user_name) return;
  settings.has_dynamic_user = false;  // it has its number
  settings.has_no_new_privileges = true;
  settings.user = user_.user;
  if (settings.group.empty()) settings.group = user_.user;
  settings.dynamic_user_name = name;
}

void AcceptedServices::keep_user(ServiceSetup& setup) {
  if (user_lock_.is_open() || !setup.user_lock.is_open()) return;
  user_ = setup.loaded.unit.execution;
  user_lock_ = std::move(setup.user_lock);
}

void AcceptedServices::stop(int signal) {
  is_stopped_ = true;
  socket_.unwatch();
  for (auto& [name, one] : instances_)
    one.runner->take_signal(signal);
}

void AcceptedServices::reload() {
  for (auto& [name, one] : instances_)
    one.runner->reload();
}

void AcceptedServices::look() {
  for (auto one = instances_.begin(); one != instances_.end();) {
    const auto next = std::next(one);
    if (one->second.runner->is_over()) {
      socket_.connection_ended(one->second.source);
      remove(one->second);
      instances_.erase(one);
    }
    one = next;
  }
}

// Each of them borrows what comes after it.
void AcceptedServices::remove(One& one) {
  tell_left_output(*one.runner);
  has_collector_ |= one.runner->has_collector();
  lost_ += one.setup->log.undelivered();
  one.control = ControlSetup();
  supervisor_.remove(*one.runner);
}

bool AcceptedServices::is_over() const {
  return instances_.empty() && (is_stopped_ || !socket_.is_open());
}

}  // namespace logq::cli
