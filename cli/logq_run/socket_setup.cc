#include "logq_run/socket_setup.h"

#include <algorithm>
#include <cstdio>
#include <iterator>
#include <utility>

#include "client/socket_search.h"
#include "logq_run/service_setup.h"
#include "supervise/collector_stream.h"

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

bool SocketSetup::add_files(const std::vector<std::string>& names, const std::string& directory) {
  const auto host = supervise::HostFacts::of_this_process();
  return std::ranges::all_of(names, [&](const std::string& name) {
    const bool is_there = std::ranges::any_of(
        units_, [&](const auto& unit) { return unit->loaded.unit.name == name; });
    return is_there || add(supervise::load_socket(directory + name, host));
  });
}

bool SocketSetup::open(supervise::EventLoop& loop, supervise::RunnerOptions& options) {
  for (const auto& unit : units_) {
    const supervise::SocketUnit& of = unit->loaded.unit;
    unit->runner = std::make_unique<supervise::SocketRunner>(of, unit->log, loop);
    std::string failure;
    if (!unit->runner->open(failure)) {
      std::fprintf(stderr, "logq-run: %s\n", failure.c_str());
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
