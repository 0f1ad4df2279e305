#include "logq_run/socket_setup.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "client/socket_search.h"
#include "common/run.h"
#include "logq_run/service_setup.h"
#include "supervise/collector_stream.h"
#include "supervise/relations.h"

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
      log(transport, {loaded.unit.name, loaded.unit.description, Id128{}}) {}

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

bool SocketSetup::open(supervise::EventLoop& loop, supervise::RunnerOptions& options) {
  for (const auto& unit : units_) {
    const supervise::SocketUnit& of = unit->loaded.unit;
    unit->runner = std::make_unique<supervise::SocketRunner>(of, unit->log, loop);
    std::string failure;
    if (!unit->runner->open(failure)) {
      print_error_line(failure);
      return false;
    }
    std::ranges::move(unit->runner->descriptors(), std::back_inserter(options.sockets));
    options.is_collector |= is_way_to_collector(of);
  }
  options.output.is_passed_through = options.is_collector;
  return true;
}

std::vector<supervise::SocketRunner*> SocketSetup::runners() const {
  std::vector<supervise::SocketRunner*> runners;
  for (const auto& unit : units_)
    runners.push_back(unit->runner.get());
  return runners;
}

void SocketSetup::close() {
  for (const auto& unit : units_)
    if (unit->runner) unit->runner->close();
}

}  // namespace logq::cli
