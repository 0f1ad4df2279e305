#include "logq_run/follow_ups.h"

#include <signal.h>

#include <algorithm>
#include <utility>

#include "base/try.h"
#include "logq_run/last_words.h"
#include "supervise/relations.h"
#include "supervise/service_environment.h"

namespace logq::cli {

void FollowUps::load(supervise::LoadedService& first, const std::string& directory) {
  directory_ = directory;
  first_name_ = first.unit.name;
  keep_startable(first);
}

void FollowUps::keep_startable(supervise::LoadedService& loaded) {
  supervise::keep_startable(loaded, [this](const std::string& name) { return can_start(name); });
}

bool FollowUps::can_start(const std::string& name) {
  if (name == first_name_ || services_.contains(name)) return true;
  if (!supervise::is_service_file(directory_ + name)) return false;
  // Known before what it names itself is looked at, which may be this one again.
  One& one = *services_.emplace(name, std::make_unique<One>(transport_)).first->second;
  supervise::LoadedService loaded = unit_of_file(directory_ + name);
  bool is_usable = !loaded.is_usable() || one.sockets.add_of(loaded.unit, directory_);
  if (is_usable) {
    supervise::forget_met_relations(loaded, one.sockets.names());
    keep_startable(loaded);
    int status = 0;
    one.setup = set_up_service(options_, std::move(loaded), transport_, status);
    is_usable = one.setup != nullptr;
  }
  if (!is_usable) services_.erase(name);
  return is_usable;
}

Result<bool> FollowUps::add_to(supervise::Supervisor& supervisor, supervise::ServiceRunner& first) {
  first_ = &first;
  for (const auto& [name, one] : services_) {
    if (!LOGQ_TRY(one->sockets.open(options_, supervisor, one->setup->runner))) return false;
    one->runner = LOGQ_TRY(
        supervisor.add(one->setup->loaded.unit, one->setup->log, std::move(one->setup->runner)));
  }
  return true;
}

void FollowUps::look() {
  bool is_any_due = true;
  while (is_any_due) {
    is_any_due = start_due(*first_);
    for (const auto& [name, one] : services_)
      is_any_due = start_due(*one->runner) || is_any_due;
  }
}

bool FollowUps::start_due(supervise::ServiceRunner& of) {
  const std::vector<std::string> due = of.take_due();
  for (const std::string& name : due) {
    const auto found = services_.find(name);
    supervise::ServiceRunner* const runner = found != services_.end() ? found->second->runner
                                             : name == first_name_    ? first_
                                                                      : nullptr;
    if (runner == nullptr) continue;
    runner->set_monitor(
        supervise::monitor_variables(of.unit().name, of.invocation(), of.service()));
    runner->start();
  }
  return !due.empty();
}

bool FollowUps::are_over() const {
  return std::ranges::all_of(services_,
                             [](const auto& item) { return item.second->runner->is_over(); });
}

void FollowUps::take_signal(int signal) {
  if (signal != SIGTERM && signal != SIGINT) return;
  for (const auto& [name, one] : services_)
    one->runner->take_signal(signal);
}

Result<void> FollowUps::close_sockets(supervise::Supervisor& supervisor) {
  for (const auto& [name, one] : services_)
    LOGQ_TRY(one->sockets.close(supervisor));
  return {};
}

void FollowUps::tell_left_output() const {
  for (const auto& [name, one] : services_)
    if (one->runner != nullptr) cli::tell_left_output(*one->runner);
}

std::uint64_t FollowUps::undelivered() const {
  std::uint64_t sum = 0;
  for (const auto& [name, one] : services_)
    sum += one->setup->log.undelivered();
  return sum;
}

}  // namespace logq::cli
