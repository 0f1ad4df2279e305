#include "logq_run/socket_setup.h"

#include <signal.h>
#include <string.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/try.h"
#include "client/socket_search.h"
#include "common/run.h"
#include "logq_run/service_setup.h"
#include "supervise/collector_stream.h"
#include "supervise/relations.h"
#include "supervise/socket_life.h"

namespace logq::cli {
namespace {

// Whether the log would go to one of these sockets, so that the service behind them is the
// collector itself.
bool is_way_to_collector(const supervise::SocketUnit& unit) {
  auto candidates = supervise::find_stream_sockets();
  std::ranges::move(client::find_sockets({}, client::SearchEnvironment::of_process()),
                    std::back_inserter(candidates));
  return std::ranges::any_of(unit.listeners, [&](const supervise::Listener& listener) {
    return std::ranges::any_of(candidates, [&](const client::SocketCandidate& candidate) {
      return candidate.path == listener.node();
    });
  });
}

}  // namespace

SocketSetup::Unit::Unit(supervise::LoadedSocket of, Transport& transport)
    : loaded(std::move(of)),
      log(transport, {loaded.unit.name, loaded.unit.description, Id128{}}) {
  log.limit_level(loaded.unit.process.log.max_level);
}

bool SocketSetup::add(supervise::LoadedSocket loaded) {
  units_.push_back(std::make_unique<Unit>(std::move(loaded), transport_));
  tell_problems(units_.back()->loaded.problems, units_.back()->log);
  return units_.back()->loaded.is_usable();
}

bool SocketSetup::add_of(const supervise::ServiceUnit& service, const std::string& directory) {
  const auto host = supervise::HostFacts::of_this_process();
  for (supervise::LoadedSocket& socket : supervise::sockets_of(service, directory, host)) {
    if (socket.unit.accepts) {
      print_error_line(socket.unit.name + ": Accept=yes: it has connections for instances of " +
                       socket.unit.service + ", and nothing for " + service.name);
      return false;
    }
    if (!contains(socket.unit.name) && !add(std::move(socket))) return false;
  }
  return true;
}

bool SocketSetup::has_template(const std::string& name) const {
  return std::ranges::any_of(units_, [&](const auto& unit) {
    return unit->loaded.unit.accepts && unit->loaded.unit.service == name;
  });
}

bool SocketSetup::contains(const std::string& name) const {
  return std::ranges::any_of(units_,
                             [&](const auto& unit) { return unit->loaded.unit.name == name; });
}

std::set<std::string> SocketSetup::names() const {
  std::set<std::string> names;
  for (const auto& unit : units_)
    names.insert(unit->loaded.unit.name);
  return names;
}

Result<bool> SocketSetup::open(const Options& options,
                               supervise::Supervisor& supervisor,
                               supervise::RunnerOptions& service) {
  for (const auto& unit : units_) {
    const bool is_open = LOGQ_TRY(open_one(options, supervisor, *unit));
    if (!has_opened(*unit, is_open, service)) return false;
  }
  return true;
}

Result<bool> SocketSetup::open_one(const Options& options,
                                   supervise::Supervisor& supervisor,
                                   Unit& unit) {
  const supervise::SocketUnit& of = unit.loaded.unit;
  if (!supervise::has_commands(of)) {
    unit.runner = std::make_unique<supervise::SocketRunner>(of, unit.log, supervisor.loop());
    return unit.runner->open();
  }
  int status = 0;
  unit.commands = set_up_service(options, {supervise::commands_of(of), {}}, transport_, status);
  if (!unit.commands) return false;
  ServiceSetup& setup = *unit.commands;
  unit.runner = std::make_unique<supervise::SocketRunner>(of, setup.log, supervisor.loop());
  setup.runner.door = unit.runner.get();
  setup.runner.output.is_passed_through = is_way_to_collector(of);
  setup.runner.is_collector = is_way_to_collector(of);
  unit.life = LOGQ_TRY(supervisor.add(setup.loaded.unit, setup.log, std::move(setup.runner)));
  unit.runner->set_commands(*unit.life);
  unit.life->start();
  const auto is_up = [&unit] {
    return unit.life->service().state() == supervise::ServiceState::kExited;
  };
  LOGQ_TRY(supervisor.run([&] { return is_up() || unit.life->is_over(); }));
  return is_up();
}

std::string SocketSetup::why_not_open(const Unit& unit) {
  if (unit.runner == nullptr) return "its commands cannot be set up";
  if (!unit.runner->failure().empty()) return unit.runner->failure();
  if (const auto& failure = unit.life->spawn_failure())
    return failure->program + ": " + ::strerror(failure->why.sys_errno);
  return "its commands have failed: " + std::string(name_of(unit.life->service().result()));
}

bool SocketSetup::has_opened(Unit& unit, bool is_open, supervise::RunnerOptions& service) {
  const supervise::SocketUnit& of = unit.loaded.unit;
  if (!is_open) {
    print_error_line(of.name + ": " + why_not_open(unit));
    return false;
  }
  std::ranges::move(unit.runner->descriptors(), std::back_inserter(service.sockets));
  service.is_collector |= is_way_to_collector(of);
  service.output.is_passed_through = service.is_collector;
  return true;
}

bool SocketSetup::open_without_commands(supervise::EventLoop& loop,
                                        supervise::RunnerOptions& service) {
  for (const auto& unit : units_) {
    const supervise::SocketUnit& of = unit->loaded.unit;
    if (supervise::has_commands(of)) {
      const std::string why = of.name + ": its commands are not run where it is of a tree";
      print_error_line(why);
      unit->log.misconfigured(why, of.file, 0);
    }
    unit->runner = std::make_unique<supervise::SocketRunner>(of, unit->log, loop);
    const bool is_open = unit->runner->open();
    if (!has_opened(*unit, is_open, service)) return false;
  }
  return true;
}

void SocketSetup::take_signal(int signal) {
  if (signal != SIGTERM && signal != SIGINT) return;
  for (const auto& unit : units_)
    if (unit->life != nullptr) unit->life->stop(signal);
}

std::vector<supervise::SocketRunner*> SocketSetup::runners() const {
  std::vector<supervise::SocketRunner*> runners;
  for (const auto& unit : units_)
    runners.push_back(unit->runner.get());
  return runners;
}

Result<void> SocketSetup::close(supervise::Supervisor& supervisor) {
  close();
  LOGQ_TRY(supervisor.run([this] {
    return std::ranges::all_of(
        units_, [](const auto& unit) { return unit->life == nullptr || unit->life->is_over(); });
  }));
  return {};
}

void SocketSetup::close() {
  for (const auto& unit : units_) {
    if (unit->life != nullptr) {
      unit->life->stop();
    } else if (unit->runner) {
      unit->runner->close();
    }
  }
}

}  // namespace logq::cli
